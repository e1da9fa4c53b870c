"""``python -m benchmarks``: time everything, print a table, write it as JSON too."""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
from pathlib import Path
from typing import Any

from .compare import growth, start_up, steps
from .overhead import overhead
from .programs import PROGRAMS


def table(results: dict[str, Any]) -> str:
    """The results as a Markdown table of ratios to PyTorch."""
    lines = ["| work | Deep Learner | PyTorch | ratio | to reach |", "|---|---|---|---|---|"]

    def row(title: str, ours: str, theirs: str, ratio: float, target: float | None) -> None:
        lines.append(
            f"| {title} | {ours} | {theirs} | {ratio:.2f} | {'' if target is None else f'{target:.2f}'} |"
        )

    for name, (program, _, target) in PROGRAMS.items():
        if name in results:
            found = results[name]
            ours, theirs = (
                f"{found['seconds'][library] * 1e3:.2f} ms" for library in ("deep_learner", "torch")
            )
            row((program.__doc__ or name).rstrip("."), ours, theirs, found["ratio"], target)
    if "start_up" in results:
        found = results["start_up"]
        ours, theirs = (f"{found['seconds'][library]:.2f} s" for library in ("deep_learner", "torch"))
        row("Fresh process: import and a first operation", ours, theirs, found["ratio"], found["target"])
        ours, theirs = (
            f"{found['kilobytes'][library] / 1024:.0f} MB" for library in ("deep_learner", "torch")
        )
        row("... its memory", ours, theirs, found["memory_ratio"], found["memory_target"])
    return "\n".join(lines)


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(PROGRAMS)}, start_up, growth, overhead")
    parser.add_argument("--rounds", type=int, default=30, help="how often each library is timed")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "latest.json")
    options = parser.parse_args()
    if importlib.util.find_spec("torch") is None:
        parser.exit(message="skipped: PyTorch, the other side, is not installed (its CPU build is enough)\n")
    wanted = options.names or [*PROGRAMS, "start_up", "growth", "overhead"]
    results: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    results.update(steps(options.rounds, [name for name in PROGRAMS if name in wanted]))
    if "start_up" in wanted:
        results["start_up"] = start_up(max(3, options.rounds // 3))
    if "growth" in wanted:
        results["growth"] = growth()
    if "overhead" in wanted:
        results["overhead"] = overhead()
    print(f"{results['date']}, {results['machine']}")
    for library, facts in results["facts"].items():
        pools = ", ".join(
            f"{p['internal_api']} {p['architecture'] or ''} x{p['num_threads']}" for p in facts["pools"]
        )
        print(f"{library} {facts['version']}: {pools}")
    print(table(results))
    for name in ("growth", "overhead"):
        if name in results:
            print(f"{name}: {results[name]}")
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
