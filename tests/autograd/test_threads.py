"""Threads that go forward and backward at once, on shared leaves and shared graphs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import deep_learner as dl
from deep_learner import autograd


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Run ``work(i)`` in ``count`` threads that start together; raise what one of them raises."""
    ready = threading.Barrier(count)
    failures: list[BaseException] = []

    def run(i: int) -> None:
        try:
            ready.wait()
            work(i)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_gradients_of_shared_leaves_are_exact_sums() -> None:
    x = dl.tensor([1.0, 2.0], dtype=dl.float64, requires_grad=True)

    def work(i: int) -> None:
        for _ in range(50):
            (x * x * float(i)).sum().backward()

    at_once(8, work)
    assert x.grad.tolist() == [50 * 28 * 2, 50 * 28 * 4]


def test_one_graph_may_be_differentiated_by_several_threads() -> None:
    x = dl.tensor([1.0, 2.0], dtype=dl.float64, requires_grad=True)
    shared = (x * x).sum()

    def work(i: int) -> None:
        for _ in range(50):
            shared.backward(retain_graph=True)

    at_once(8, work)
    assert x.grad.tolist() == [8 * 50 * 2, 8 * 50 * 4]


def test_recorded_passes_of_several_threads_do_not_meet() -> None:
    x = dl.tensor([2.0], dtype=dl.float64, requires_grad=True)
    y = x**3
    found: list[float] = []

    def work(i: int) -> None:
        for _ in range(20):
            [first] = autograd.grad(y, x, create_graph=True)
            [second] = autograd.grad(first, x)
            found.append(second.item())

    at_once(6, work)
    assert found == [12.0] * 120


def test_grad_mode_belongs_to_a_thread() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    recorded: dict[int, bool] = {}

    def work(i: int) -> None:
        for _ in range(200):
            if i % 2:
                with dl.no_grad():
                    recorded[i] = recorded.get(i, False) or (x * 2).requires_grad
            else:
                recorded[i] = recorded.get(i, True) and (x * 2).requires_grad

    at_once(6, work)
    assert recorded == {0: True, 1: False, 2: True, 3: False, 4: True, 5: False}
    assert dl.is_grad_enabled()


def test_new_thread_records_whatever_its_parent_does() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    recorded: list[bool] = []
    with dl.no_grad():
        thread = threading.Thread(target=lambda: recorded.append((x * 2).requires_grad))
        thread.start()
        thread.join()
    assert recorded == [True]
