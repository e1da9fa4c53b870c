"""A fresh process: the time and the memory until a new network has given its first result."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Any

from .peers import PEERS
from .process import environment
from .race import BASE, Effort
from .works import Bars

TITLE = "Fresh process: import, build a 784-128-128-10 network, first result of a batch of 64"
FRESH = ("deep_learner", "torch", "jax", "autograd", "mygrad", "tinygrad", "numpy")
BARS, MEMORY_BAR = Bars(eager=0.15), 0.18
PROGRAM = """
from benchmarks.peers import PEERS
PEERS[{name!r}].fresh()
from benchmarks.memory import resident
print(resident())
"""


def start_up(names: Iterable[str], rounds: int, effort: Effort) -> dict[str, Any]:
    """Medians of processes in turn; one of each before them, which nobody counts, leaves its files in memory."""
    wanted = [name for name in FRESH if name in names]
    found: dict[str, dict[str, Any]] = {
        name: {"reason": reason} for name in wanted if (reason := PEERS[name].missing())
    }
    there = [name for name in wanted if name not in found]
    seconds: dict[str, list[float]] = {name: [] for name in there}
    peaks: dict[str, list[int]] = {name: [] for name in there}
    for number in range(rounds + 1):
        for name in there:
            if name in found:
                continue
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM.format(name=name)],
                env=environment(effort.threads), check=False, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                found[name] = {"reason": done.stderr.strip().splitlines()[-1]}
            elif number:
                seconds[name].append(time.perf_counter() - start)
                peaks[name].append(int(done.stdout.split()[-1]))
    for name in (name for name in there if name not in found):
        found[name] = {"seconds": statistics.median(seconds[name]), "peak": statistics.median(peaks[name])}
    return {"title": TITLE, "bars": BARS, "memory_bar": MEMORY_BAR, "base": BASE, "peers": found}
