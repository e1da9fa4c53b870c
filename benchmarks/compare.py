"""Timing both libraries side by side: in turn, round after round, and the medians of both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from typing import Any

from .process import Worker
from .programs import PROGRAMS

LIBRARIES = ("deep_learner", "torch")
TOLERANCE = 1e-4  # of the losses, which must agree


def environment() -> dict[str, str]:
    """Two threads for everybody; BLAS free to choose its kernels and Python to keep bytecode, as a user's would."""
    unusual = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if k not in unusual}
    return {**kept, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}


def worker(library: str) -> Worker:
    """A process that runs one library."""
    return Worker("benchmarks.worker", library, environment=environment())


def steps(rounds: int, names: list[str]) -> dict[str, Any]:
    """Time the programs; each row has both medians in seconds, their ratio, page faults and the losses' distance."""
    workers = {library: worker(library) for library in LIBRARIES}
    rows: dict[str, Any] = {"facts": {library: one.ask("", "facts") for library, one in workers.items()}}
    for name in names:
        losses = {library: one.ask(name, "losses")["losses"] for library, one in workers.items()}
        distance = max(abs(a - b) for a, b in zip(*losses.values(), strict=True))
        if distance > TOLERANCE:
            raise SystemExit(f"{name}: the losses differ by {distance}: {losses}")
        times: dict[str, list[float]] = {library: [] for library in LIBRARIES}
        faults: dict[str, list[float]] = {library: [] for library in LIBRARIES}
        for _ in range(rounds):
            for library, one in workers.items():
                answer = one.ask(name, "round")
                times[library].append(answer["seconds"])
                faults[library].append(answer["page_faults"])
        medians = {library: statistics.median(values) for library, values in times.items()}
        rows[name] = {
            "seconds": medians,
            "ratio": medians["deep_learner"] / medians["torch"],
            "target": PROGRAMS[name][2],
            "page_faults": {library: statistics.median(values) for library, values in faults.items()},
            "largest_difference_of_losses": distance,
        }
    for one in workers.values():
        one.close()
    return rows


START = "import {0} as lib; lib.ones(2, 3) @ lib.ones(3, 2)"
MEASURE = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


def start_up(rounds: int) -> dict[str, Any]:
    """Import and a first operation in a fresh process: seconds and peak memory."""
    import time

    seconds: dict[str, list[float]] = {library: [] for library in LIBRARIES}
    memory: dict[str, int] = {}
    for _ in range(rounds):
        for library in LIBRARIES:
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", f"{START.format(library)}; {MEASURE}"],
                env=environment(), check=True, capture_output=True, text=True,
            )  # fmt: skip
            seconds[library].append(time.perf_counter() - start)
            memory[library] = int(done.stdout)
    medians = {library: statistics.median(values) for library, values in seconds.items()}
    return {
        "seconds": medians,
        "ratio": medians["deep_learner"] / medians["torch"],
        "target": 0.20,
        "kilobytes": memory,
        "memory_ratio": memory["deep_learner"] / memory["torch"],
        "memory_target": 0.25,
    }


def growth() -> dict[str, Any]:
    """Peak memory of a training run before and after 10,000 steps."""
    one = worker("deep_learner")
    one.ask("small_mlp", "losses")
    one.ask("small_mlp", "round")
    answer = one.ask("small_mlp", "memory")
    one.close()
    return answer
