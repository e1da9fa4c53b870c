"""Kernels of the NumPy backend are shared by threads, and nobody can tell but by the time."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("threadpoolctl")
threads = pytest.importorskip("deep_learner_numpy.threads")

PATIENCE = 30  # seconds: a test that waits so long has failed


@pytest.fixture(autouse=True)
def _two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        threads._blas, "_rests", True
    )  # whatever was imported first, and runs beside the tests
    before = threads.get_num_threads()
    threads.set_num_threads(2)
    yield
    assert threads.get_num_threads() == 2, "the number of threads was not put back"
    threads.set_num_threads(before)


def met(parts: list[Any], work: Callable[[Any], Any]) -> list[Any]:
    """The results of work on two parts that begins when both have been begun: by two threads."""
    barrier = threading.Barrier(2)

    def both(part: Any) -> Any:
        barrier.wait(PATIENCE)
        return work(part)

    return threads.shared(both, parts)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("parts", [0, 1, 2, 23])
def test_each_part_is_done_once_and_results_are_in_order(count: int, parts: int) -> None:
    threads.set_num_threads(count)
    done: list[int] = []

    def square(part: int) -> int:
        done.append(part)
        return part * part

    assert threads.shared(square, range(parts)) == [part * part for part in range(parts)]
    assert sorted(done) == list(range(parts))
    threads.set_num_threads(2)


def test_two_threads_do_two_parts() -> None:
    assert len(set(met([0, 1], lambda _: threading.get_ident()))) == 2


def test_blas_has_one_thread_meanwhile() -> None:
    from threadpoolctl import threadpool_info

    def of_blas(_: Any) -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    assert met([0, 1], of_blas) == [{1}, {1}]
    assert of_blas(None) == {2}


def test_what_is_chosen_meanwhile_holds_afterwards() -> None:
    assert met([0, 1], lambda part: part and threads.set_num_threads(3)) == [0, None]
    assert threads.get_num_threads() == 3
    threads.set_num_threads(2)


@pytest.mark.parametrize("failing", [{0}, {1}, {0, 1}])
def test_an_error_in_a_part_reaches_the_caller_and_leaves_no_cycle(failing: set[int]) -> None:
    class MistakeError(Exception):
        pass

    def work(part: int) -> None:
        if part in failing:
            raise MistakeError(part)

    gc.disable()
    try:
        with pytest.raises(MistakeError) as caught:
            met([0, 1], work)
        kept = weakref.ref(caught.value)
        del caught
        assert kept() is None
    finally:
        gc.enable()


def test_parts_may_be_shared_themselves() -> None:
    def inner(part: int) -> int:
        return sum(threads.shared(lambda number: number * part, range(10)))

    assert threads.shared(inner, range(20)) == [45 * part for part in range(20)]


def test_several_callers_may_share_at_once() -> None:
    found: list[list[int]] = []

    def call(number: int) -> None:
        for _ in range(50):
            found.append(threads.shared(lambda part: part + number, range(8)))
            assert found[-1] == list(range(number, number + 8))

    callers = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(PATIENCE)
    assert len(found) == 200


def test_the_callers_treatment_of_errors_holds_in_other_threads() -> None:
    zero = np.zeros(1)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        met(
            [zero, zero],
            lambda part: 1 / part if threading.current_thread() is not threading.main_thread() else 0,
        )
    with np.errstate(divide="ignore"):
        assert met([zero, zero], lambda part: 1 / part) == [np.inf, np.inf]


def test_a_thread_that_comes_late_keeps_nothing_alive() -> None:
    held, free = threading.Event(), threading.Event()
    busy = threading.Thread(target=met, args=([0, 1], lambda _: (held.set(), free.wait(PATIENCE))))
    busy.start()
    assert held.wait(PATIENCE)

    def call() -> weakref.ref[Any]:
        array = np.ones(3)
        assert threads.shared(lambda part: array[part], [0, 1, 2]) == [1, 1, 1]
        return weakref.ref(array)

    assert call()() is None
    free.set()
    busy.join(PATIENCE)


def test_work_is_done_aside_or_when_it_is_asked_for() -> None:
    with threads.assisted(True) as aside:
        barrier = threading.Barrier(2)
        result = aside(lambda: (barrier.wait(PATIENCE), threading.get_ident())[1])
        barrier.wait(PATIENCE)
        assert result() != threading.get_ident()
    with threads.assisted(False) as aside:
        assert aside(threading.get_ident)() == threading.get_ident()


def run(program: str) -> str:
    """What a fresh process writes that has two threads."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"},
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_threads_start_at_the_first_large_kernel_and_let_the_process_end() -> None:
    program = """
import threading, deep_learner as dl
dl.nn.functional.gelu(dl.ones(10)); dl.set_num_threads(2)
before = threading.active_count()
dl.nn.functional.gelu(dl.ones(2_000_000))
print(before, threading.active_count())
"""
    assert run(program) == "1 2"


def test_one_thread_starts_no_other() -> None:
    program = """
import threading, deep_learner as dl
dl.set_num_threads(1); dl.nn.functional.gelu(dl.ones(2_000_000)); print(threading.active_count())
"""
    assert run(program) == "1"


@pytest.mark.parametrize("first", ["numpy", "deep_learner"])
def test_the_threads_of_blas_rest_after_a_product_whatever_is_imported_first(first: str) -> None:
    program = f"""
import {first}, time
import numpy as np, deep_learner as dl
dl.set_num_threads(2); dl.nn.functional.gelu(dl.ones(2_000_000))
x = np.ones((256, 256), np.float32)
before = time.process_time()
for _ in range(20):
    x @ x; time.sleep(0.05)
print(time.process_time() - before < 0.25, dl.get_num_threads())
"""
    assert run(program) == "True 2"


def test_kernels_are_not_shared_where_threads_of_blas_cannot_be_made_to_rest() -> None:
    program = """
import threading, numpy, deep_learner as dl
threading.Thread(target=threading.Event().wait, daemon=True).start()
dl.set_num_threads(2); dl.nn.functional.gelu(dl.ones(2_000_000)); print(threading.active_count())
"""
    assert run(program) == "2"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_shares_kernels_among_threads_of_its_own() -> None:
    program = """
import os, threading
from deep_learner_numpy import backend, threads
threads.set_num_threads(2)
barrier, child = threading.Barrier(2), []
def work(part):
    barrier.wait(10)
    return part
print(threads.shared(work, [0, 1]), flush=True)
def fork(part):
    barrier.wait(10)
    if threading.current_thread() is threading.main_thread() and not child:
        child.append(os.fork())
        if child == [0]:
            print(threads.get_num_threads(), threads.shared(lambda part: part, [0, 1]), flush=True)
            os._exit(0)
    return part
threads.shared(fork, [0, 1])
os.waitpid(child[0], 0)
print(threads.shared(work, [0, 1]))
"""
    assert run(program).splitlines() == ["[0, 1]", "2 [0, 1]", "[0, 1]"]
