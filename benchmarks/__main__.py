"""Deep Learner beside PyTorch and others, in one run.

``python -m benchmarks`` times everything on Deep Learner and PyTorch, ``python -m benchmarks small_mlp --peers all``
one work on all libraries that are installed. ``python -m benchmarks --all`` takes everything on all, how costs grow
too, and writes down what came out: benchmarks/results, README.md, docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import pages
from .machine import machine, sentence
from .overhead import overhead
from .peers import OURS_AND_PYTORCH, PEERS, WITH_PARTS
from .race import Effort, facts, growth, row
from .report import duration, fresh, matrix, of_bytes, of_faults, of_first, of_ratio, ours, reasons, slopes
from .scaling import scaling
from .start_up import start_up
from .works import PARTS, WORKS

EVERYTHING = WORKS | PARTS
OTHERS = ("start_up", "growth", "overhead", "scaling")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="python -m benchmarks"
    )
    parser.add_argument("names", nargs="*", help=f"some of {', '.join([*EVERYTHING, *OTHERS])}")
    parser.add_argument("--all", action="store_true", help="everything on all peers, written down")
    parser.add_argument("--peers", help=f"'all', or with commas between them some of {', '.join(PEERS)}")
    parser.add_argument(
        "--seconds", type=float, default=Effort().seconds, help="for each peer's rounds of each work"
    )
    parser.add_argument(
        "--rounds", type=int, default=Effort().rounds, help="how often each is timed at least"
    )
    parser.add_argument(
        "--limit", type=float, default=Effort().limit, help="seconds for a peer's first steps"
    )
    parser.add_argument("--threads", type=int, default=Effort().threads, help="of each peer")
    parser.add_argument("--tiny", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--json", type=Path, help="where the results go; those of other works there are kept")
    options = parser.parse_args()
    everything = options.all or options.peers == "all"
    options.peers = list(PEERS) if everything else (options.peers or ",".join(OURS_AND_PYTORCH)).split(",")
    options.names = options.names or ([*EVERYTHING, *OTHERS] if options.all else [*WORKS, *OTHERS[:3]])
    for given, known in ((options.names, [*EVERYTHING, *OTHERS]), (options.peers, PEERS)):
        if unknown := [name for name in given if name not in known]:
            parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run what was asked for."""
    effort = Effort(options.seconds, options.rounds, options.limit, options.threads)
    if options.tiny:
        effort = effort._replace(round=0.002)
    results: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": "python -m benchmarks --all",
        "machine": machine(),
        "threads": effort.threads,
        "facts": facts(options.peers, effort),
        "works": {},
    }
    for name in (name for name in EVERYTHING if name in options.names):
        peers = options.peers if name in WORKS else [one for one in options.peers if one in WITH_PARTS]
        results["works"][name] = row(EVERYTHING[name], peers, effort, options.tiny)
        print(f"{name}: {progress(results['works'][name])}\033[K", file=sys.stderr)
    scaled = [name for name in OURS_AND_PYTORCH if name in options.peers]
    others: dict[str, Callable[[], Any]] = {
        "start_up": lambda: start_up(options.peers, 1 if options.tiny else 5, effort),
        "growth": lambda: growth(50 if options.tiny else 10_000, effort),
        "overhead": overhead,
        "scaling": lambda: scaling(scaled, effort._replace(seconds=0.0), 2 if options.tiny else None),
    }
    for name in (name for name in OTHERS if name in options.names):
        print(f"  {name}", end="\033[K\r", file=sys.stderr, flush=True)
        results[name] = others[name]()
    return results


def progress(work: dict[str, Any]) -> str:
    """A work's times in one line."""
    found = {name: one["seconds"] for name, one in work["peers"].items() if "seconds" in one}
    times = ", ".join(f"{name} {duration(seconds)}" for name, seconds in found.items())
    return f"{times} (in {work['taken']:.0f} s)"


def tell(results: dict[str, Any]) -> None:
    """Print the tables."""
    works = results["works"]
    print(results["date"], sentence(results["machine"], results["facts"], results["threads"]))
    if works:
        print(ours(works, results.get("start_up")))
        for what, cell in (
            ("ratio to PyTorch", of_ratio), ("peak memory, MB", of_bytes("peak")),
            ("allocated, MB", of_bytes("allocated")), ("page faults", of_faults), ("first steps, s", of_first),
        ):  # fmt: skip
            print(f"\n{what}\n{matrix(works, cell, PEERS)}")
        print(f"\n{reasons(works, PEERS)}")
    if "start_up" in results:
        print(f"\n{fresh(results['start_up'])}")
    if "scaling" in results:
        print(f"\n{slopes(results['scaling'])}")
    for name in ("growth", "overhead"):
        if name in results:
            print(f"{name}: {results[name]}")


def merged(before: dict[str, Any], results: dict[str, Any]) -> dict[str, Any]:
    """Results, and what earlier ones have beyond them."""
    works = before.get("works", {}) | results["works"]
    return (
        before
        | results
        | {
            "works": {name: works[name] for name in EVERYTHING if name in works},
            "facts": before.get("facts", {}) | results["facts"],
        }
    )


def main() -> None:
    """Measure, print, write."""
    options = arguments()
    results = measure(options)
    tell(results)
    path = options.json or (pages.LATEST if options.all and not options.tiny else None)
    if path:
        if path.exists() and not options.all:
            results = merged(json.loads(path.read_text(encoding="utf-8")), results)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.all and not options.tiny:
        pages.write(results)


if __name__ == "__main__":
    main()
