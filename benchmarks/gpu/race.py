"""Timing both libraries on one device: in turn, round after round, and the medians of both."""

from __future__ import annotations

import statistics
from collections.abc import Collection
from typing import Any

from benchmarks.gpu.programs import PROGRAMS, Program
from benchmarks.process import Worker


def race(
    workers: dict[str, Worker], name: str, program: Program, rounds: int, chosen: Collection[str]
) -> dict[str, Any]:
    """Time a program in all its ways.

    Returns
    -------
    dict
        By "library way": the median seconds of a step, or the error that it ended in; and the largest relative
        difference between the first losses.

    Raises
    ------
    SystemExit
        If the losses disagree: then the times mean nothing.
    """
    ways = {"deep_learner": program.ours, "torch": program.theirs}
    entries = [(library, way) for library in workers for way in ways[library] if way in chosen]
    row: dict[str, Any] = {"what": program.start.__doc__, "judged": program.judged, "bar": program.bar}
    losses: dict[str, list[float]] = {}
    for library, way in entries:
        answer = workers[library].ask("start", name, way)
        label = f"{library} {way}"
        if "error" in answer:
            row[label] = answer
        else:
            losses[label] = answer["losses"]
    row["largest_difference_of_losses"] = difference(name, losses, program.tolerance) if losses else None
    times: dict[str, list[float]] = {label: [] for label in losses}
    for _ in range(rounds):
        for library, way in entries:
            label = f"{library} {way}"
            if label in times:
                answer = workers[library].ask("round", name, way)
                if "error" in answer:
                    row[label] = answer
                    del times[label]
                else:
                    times[label].append(answer["seconds"])
    row.update({label: {"seconds": statistics.median(found)} for label, found in times.items()})
    for worker in workers.values():
        worker.ask("end")
    return row


def difference(name: str, losses: dict[str, list[float]], tolerance: float) -> float:
    """The largest relative difference between the losses of the first way and those of another."""
    first, *others = losses.values()
    found = [
        abs(other - loss) / abs(loss) for column in others for loss, other in zip(first, column, strict=True)
    ]
    if not all(one <= tolerance for one in found):  # nan is no agreement
        raise SystemExit(f"{name}: the losses differ by more than {tolerance:.2g}: {losses}")
    return max(found, default=0.0)


def race_all(
    libraries: list[str], names: list[str], device: str, smoke: bool, rounds: int, ways: Collection[str]
) -> dict[str, Any]:
    """Time the programs named; the results with what the libraries say of themselves."""
    size = "smoke" if smoke else "full"
    workers = {library: Worker("benchmarks.gpu.worker", library, device, size) for library in libraries}
    try:
        results: dict[str, Any] = {
            "facts": {library: worker.ask("facts") for library, worker in workers.items()}
        }
        for name in names:
            results[name] = race(workers, name, PROGRAMS[name], rounds, ways)
    finally:
        for worker in workers.values():
            worker.close()
    return results
