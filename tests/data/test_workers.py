"""Making results ahead, in threads."""

from __future__ import annotations

import threading

import pytest

from deep_learner_data.workers import WorkerInfo, prefetched


def workers(count):
    return [WorkerInfo(number, count, number, None) for number in range(count)]


def test_results_come_in_the_order_of_the_tasks():
    barrier = threading.Barrier(2)

    def make(task):
        if task in (0, 1):  # the first two are made at the same time, or never
            barrier.wait(timeout=30)
        return task * 10

    assert list(prefetched(make, range(5), workers(2), ahead=2)) == [0, 10, 20, 30, 40]


def test_no_more_than_the_given_number_of_tasks_is_taken_ahead():
    taken = []

    def tasks():
        for number in range(10):
            taken.append(number)
            yield number

    results = prefetched(lambda task: task, tasks(), workers(1), ahead=3)
    assert taken == []
    assert next(results) == 0
    assert taken == [0, 1, 2, 3]
    results.close()
    assert taken == [0, 1, 2, 3]


def test_threads_end_with_the_results():
    before = threading.active_count()
    results = prefetched(lambda task: task, range(100), workers(3), ahead=6)
    next(results)
    assert threading.active_count() > before
    results.close()
    assert threading.active_count() == before


def test_a_result_that_takes_too_long_is_given_up():
    release = threading.Event()
    results = prefetched(lambda _: release.wait(30), range(1), workers(1), ahead=1, timeout=0.01)
    with pytest.raises(RuntimeError, match=r"timed out after 0\.01 seconds"):
        next(results)
    release.set()  # the caller did not have to wait for it


def test_a_timeout_of_the_work_itself_is_its_own_error():
    def make(_task):
        raise TimeoutError("the network")

    with pytest.raises(TimeoutError, match="the network"):
        next(prefetched(make, range(1), workers(1), ahead=1, timeout=30))
