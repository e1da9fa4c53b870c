"""One pool of threads serves all steps, and survives what programs do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401


def product(size: int = 200) -> Any:
    """A step large enough for several threads, and what it gives."""
    a, b = dl.randn(size, size), dl.randn(size, size)
    step = dl.compile(lambda a, b: ((a @ b).tanh() * 2).sum(1), executor="c", fullgraph=True)
    expected = step(a, b)
    return step, (a, b), expected


def test_steps_of_several_threads_at_once() -> None:
    made = [product() for _ in range(4)]
    wrong: list[Any] = []

    def work(step: Any, arguments: Any, expected: Any) -> None:
        for _ in range(30):
            if not dl.allclose(step(*arguments), expected, 1e-4, 1e-4):
                wrong.append(step)

    threads = [threading.Thread(target=work, args=one) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_has_a_pool_of_its_own() -> None:
    code = """
import os
import deep_learner as dl
a = dl.randn(200, 200)
step = dl.compile(lambda a: ((a @ a).tanh() * 2).sum(1), executor="c", fullgraph=True)
expected = step(a)
for _ in range(3):
    step(a)
child = os.fork()
for _ in range(20):
    assert dl.allclose(step(a), expected, 1e-4, 1e-4)
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("both")
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "both\n", done.stderr


def test_as_many_threads_as_the_program_wants() -> None:
    step, arguments, expected = product(64)
    before = dl.get_num_threads()
    try:
        for count in (1, 2, 3, 1):
            dl.set_num_threads(count)
            for _ in range(5):
                assert dl.allclose(step(*arguments), expected, 1e-4, 1e-4)
            assert dl.get_num_threads() == count  # BLAS's own is put back after a step
    finally:
        dl.set_num_threads(before)
