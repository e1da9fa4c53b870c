"""One peer in a process of its own: reads commands from standard input, answers in JSON lines.

Run by :mod:`benchmarks.race` as ``python -m benchmarks.worker PEER THREADS``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import sys
import time
from typing import Any

from .given import given
from .memory import allocated_by_numpy, allocated_by_pytorch, forget_peak, page_faults, resident
from .peers import PEERS
from .program import Program

# Another peer's threads go on spinning for a while after its turn, OpenBLAS's for a tenth of a second: wait for them,
# then warm up.
PAUSE = 0.15
NOT_TRACED = ("jax", "tinygrad", "torch_compiled")  # what their compilers allocate cannot be seen


class Racer:
    """A peer and the program that it runs now."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.programs = PEERS[name].programs()
        self.program: Program
        self.count = 1

    def facts(self) -> dict[str, Any]:
        """The library's version, and which kernels the BLAS libraries chose."""
        keys = ("internal_api", "architecture", "num_threads", "version")
        pools = [{key: pool.get(key) for key in keys} for pool in _threadpools()]
        return {"version": importlib.metadata.version(PEERS[self.name].library), "pools": pools}

    def start(self, kind: str, sizes: dict[str, Any], duration: float = 0.1) -> dict[str, Any]:
        """Begin a program, whose rounds take `duration`: its first numbers, and the seconds that they took."""
        build = self.programs.get(kind, "no such program")
        if isinstance(build, str):
            return {"error": build}
        beginning = given(kind, sizes)
        forget_peak()
        self.before = resident(peak=False)
        start = time.perf_counter()
        self.program = build(beginning)
        numbers = self.program.numbers()
        first = time.perf_counter() - start
        spent, seconds = 0.0, float("inf")
        for _ in range(12):  # compilers look at a step more than once
            last = self._steps(1)
            spent, seconds = spent + last, min(last, seconds)
            if spent > 10:
                break
        self.slow = seconds > 2
        self.count = 1 if self.program.prepare else min(max(1, round(duration / seconds)), 2000)
        return {"numbers": numbers, "first": first}

    def round(self) -> dict[str, Any]:
        """Seconds and page faults of a step, and the seconds of the round."""
        start = time.perf_counter()
        time.sleep(PAUSE)
        self._steps(self.count // 4)
        faults = page_faults()
        seconds = self._steps(self.count) / self.count
        faults = (page_faults() - faults) / self.count
        return {"seconds": seconds, "page_faults": faults, "spent": time.perf_counter() - start}

    def memory(self) -> dict[str, Any]:
        """Bytes that the program needed at the most, beyond what there was before it."""
        return {"peak": resident() - self.before}

    def traced(self, kind: str, sizes: dict[str, Any]) -> dict[str, Any]:
        """Bytes of arrays that are held at the most during a step; nothing where that would take too long."""
        if self.name in NOT_TRACED or self.slow:
            return {}
        tracer = allocated_by_pytorch if self.name.startswith("torch") else allocated_by_numpy
        return {"bytes": tracer(functools.partial(self.programs[kind], given(kind, sizes)))}

    def repeat(self, count: int) -> dict[str, Any]:
        """Bytes in memory, at the most, before and after so many steps."""
        before = resident()
        self._steps(count)
        return {"before": before, "after": resident()}

    def _steps(self, count: int) -> float:
        """Seconds of so many steps."""
        step, prepare = self.program.step, self.program.prepare
        if prepare is None:
            start = time.perf_counter()
            for _ in range(count):
                step()
            return time.perf_counter() - start
        seconds = 0.0
        for _ in range(count):
            prepare()
            start = time.perf_counter()
            step()
            seconds += time.perf_counter() - start
        return seconds


def _threadpools() -> list[dict[str, Any]]:
    try:
        import threadpoolctl
    except ImportError:
        return []
    return threadpoolctl.threadpool_info()


def main() -> None:
    """Serve commands until standard input ends; what goes wrong is an answer, too."""
    name, threads = sys.argv[1], int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print, too
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    racer: Racer | None = None
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            racer = racer or Racer(name)
            answer = getattr(racer, command)(*arguments)
        except Exception as error:  # whatever a library raises is a result of the comparison
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
