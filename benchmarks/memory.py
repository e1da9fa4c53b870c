"""How much memory a process and its steps take."""

from __future__ import annotations

import resource
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .program import Program

STATUS = Path("/proc/self/status")


def page_faults() -> int:
    """Pages of memory that this process has got so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def resident(peak: bool = True) -> int:
    """Bytes in the machine's memory now, or at the most so far."""
    if STATUS.exists():
        name = "VmHWM:" if peak else "VmRSS:"
        [found] = [line for line in STATUS.read_text().splitlines() if line.startswith(name)]
        return int(found.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # here there is the peak only


def forget_peak() -> None:
    """Let the peak begin anew, where the system can do that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def allocated_by_numpy(build: Callable[[], Program]) -> int:
    """Bytes that Python and NumPy hold at the most during a step, of those since the program began."""
    tracemalloc.start()
    try:
        program = _ready(build)
        tracemalloc.reset_peak()
        program.step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def allocated_by_pytorch(build: Callable[[], Program]) -> int:
    """Bytes that PyTorch's tensors hold at the most during a step, of those since the program began."""
    from torch.profiler import profile, record_function

    with profile(profile_memory=True) as profiler:
        program = _ready(build)
        with record_function("the step"):
            program.step()
    found: list[Any] = sorted(profiler.profiler.kineto_results.events(), key=lambda event: event.start_ns())
    [start] = [event.start_ns() for event in found if event.name() == "the step"]
    held = peak = 0
    for event in found:
        if event.name() == "[memory]":
            held += event.nbytes()
            if event.start_ns() >= start:
                peak = max(peak, held)
    return peak


def _ready(build: Callable[[], Program]) -> Program:
    """A program before its third step."""
    program = build()
    prepare = program.prepare or (lambda: None)
    for _ in range(2):  # compilers look at a step more than once
        prepare()
        program.step()
    prepare()
    return program
