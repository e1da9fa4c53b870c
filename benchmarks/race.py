"""Peers side by side: each in a process of its own, in turn, round after round, and the medians of all."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .peers import OURS_AND_PYTORCH, PEERS
from .process import NoAnswerError, Worker, environment
from .works import Work, sizes

REFERENCES = (
    "torch",
    "numpy",
    "deep_learner",
)  # with whose numbers the others are compared: the first that is there
BASE = "torch"  # to whose time the ratios are


class Effort(NamedTuple):
    """How much time is spent.

    Attributes
    ----------
    seconds : float
        For each peer's rounds of each work, about; twice as many for those that the bars are about.
    rounds : int
        At least so many.
    limit : float
        Seconds that a peer may take for its first steps, compilation included.
    threads : int
        Of each peer.
    round : float
        Seconds that a round of steps takes, about.
    """

    seconds: float = 1.0
    rounds: int = 3
    limit: float = 60.0
    threads: int = 2
    round: float = 0.1


@contextmanager
def workers(names: Iterable[str], effort: Effort) -> Iterator[dict[str, Worker]]:
    """Processes, one for each peer that is installed."""
    there = [name for name in names if PEERS[name].missing() is None]
    threads, found = str(effort.threads), environment(effort.threads)
    started = {
        name: Worker(
            "benchmarks.worker", name, threads, environment={**found, **PEERS[name].environment}, quiet=True
        )
        for name in there
    }
    try:
        yield started
    finally:
        for one in started.values():
            one.close()


def answer(worker: Worker, *request: Any, limit: float | None = None) -> dict[str, Any]:
    """What a process answers, or why it does not."""
    try:
        return worker.ask(*request, limit=limit)
    except NoAnswerError as error:
        return {"error": str(error)}


def race(
    started: dict[str, Worker], kind: str, measure: dict[str, Any], tolerance: float, effort: Effort
) -> dict[str, dict[str, Any]]:
    """Of each peer its seconds and page faults in a step, or in `reason` why there are none."""
    found: dict[str, dict[str, Any]] = {}
    for name, worker in started.items():
        print(f"  {kind}: {name}", end="\033[K\r", file=sys.stderr, flush=True)
        first = answer(worker, "start", kind, measure, effort.round, limit=effort.limit)
        found[name] = {"reason": first["error"]} if "error" in first else first
    compare(found, tolerance)
    spent = {name: 0.0 for name, one in found.items() if "reason" not in one}
    times: dict[str, list[float]] = {name: [] for name in spent}
    faults: dict[str, list[float]] = {name: [] for name in spent}
    while spent:
        for name in list(spent):
            one = answer(started[name], "round", limit=effort.limit)
            if "error" in one:
                found[name] = {"reason": one["error"]}
                del spent[name], times[name]
                continue
            times[name].append(one["seconds"])
            faults[name].append(one["page_faults"])
            spent[name] += one["spent"]
            share = effort.seconds * (2 if name in OURS_AND_PYTORCH else 1)
            if spent[name] >= share and len(times[name]) >= effort.rounds:
                del spent[name]
    for name, values in times.items():
        found[name] |= {
            "seconds": statistics.median(values),
            "extremes": (min(values), max(values)),
            "rounds": len(values),
            "page_faults": statistics.median(faults[name]),
        }
    return found


def compare(found: dict[str, dict[str, Any]], tolerance: float) -> None:
    """Note how far each peer's numbers are from the reference's, and a reason where that is too far."""
    [reference, *_] = [found[name]["numbers"] for name in REFERENCES if "numbers" in found.get(name, {})] or [
        []
    ]
    for name, one in found.items():
        if "numbers" in one:
            one["difference"] = difference(one["numbers"], reference)
            if not one["difference"] <= tolerance:  # nan is no agreement
                found[name] = {"reason": f"its numbers differ by {one['difference']:.1g}"}


def difference(numbers: list[float], reference: list[float]) -> float:
    """The largest relative difference."""
    if not reference:
        return 0.0
    apart = [abs(a - b) / max(abs(a), abs(b), 1e-30) for a, b in zip(numbers, reference, strict=True)]
    return max(apart, key=lambda one: (one != one, one))


def row(work: Work, names: Iterable[str], effort: Effort, tiny: bool = False) -> dict[str, Any]:
    """A work's results: what each peer took, time and memory."""
    start = time.perf_counter()
    measure = sizes(work, tiny)
    reasons = {name: PEERS[name].missing() or work.beyond.get(name) for name in names}
    with workers([name for name, reason in reasons.items() if reason is None], effort) as started:
        found = race(started, work.kind, measure, work.tolerance, effort)
        for name, one in found.items():
            if "reason" not in one:
                one["peak"] = answer(started[name], "memory").get("peak")
                traced = answer(started[name], "traced", work.kind, measure, limit=effort.limit)
                one["allocated"] = traced.get("bytes")
    found |= {name: {"reason": reason} for name, reason in reasons.items() if reason}
    taken = time.perf_counter() - start
    return {"title": work.title, "bars": work.bars, "sizes": measure, "taken": taken, "peers": found}


def facts(names: Iterable[str], effort: Effort) -> dict[str, Any]:
    """What the peers' libraries say of themselves."""
    libraries: dict[str, str] = {}
    for name in names:
        libraries.setdefault(PEERS[name].library, name)
    with workers(libraries.values(), effort) as started:
        return {
            PEERS[name].library: answer(worker, "facts", limit=effort.limit)
            for name, worker in started.items()
        }


def growth(steps: int, effort: Effort) -> dict[str, Any]:
    """Memory before and after a long training."""
    from .works import WORKS

    work = WORKS["small_mlp"]
    with workers(["deep_learner"], effort) as started:
        started["deep_learner"].ask("start", work.kind, work.sizes)
        return {"steps": steps} | started["deep_learner"].ask("repeat", steps)
