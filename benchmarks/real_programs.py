"""``python -m benchmarks.real_programs``: the programs of examples/programs, run as a user does, under both libraries.

Each run is a process of its own: ``python program.py`` or ``python -m deep_learner.torch program.py``, both in turn.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from .process import environment

PROGRAMS = {
    path.stem: path
    for path in sorted(Path(__file__).parents[1].joinpath("examples", "programs").glob("*.py"))
}
WAYS = {"deep_learner": ("-m", "deep_learner.torch"), "torch": ()}
IMPORT = "import_torch"  # the row of a program that does nothing else


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    megabytes: float


class Row(NamedTuple):
    """The medians of both libraries."""

    title: str
    deep_learner: Cost
    torch: Cost


def cost(command: list[str], folder: str, threads: int) -> Cost:
    """Run a process to its end; its output is not kept."""
    pools = {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment() | pools, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{said}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def title(path: Path) -> str:
    """What a program's docstring says it does."""
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).splitlines()[0]
    return f"`{path.name}`: {first.rpartition(': ')[0] or first}"


def measure(path: Path, rounds: int, threads: int) -> dict[str, Cost]:
    """The medians of runs in turn; one before them, which nobody counts, leaves bytecode and files in memory."""
    costs: dict[str, list[Cost]] = {library: [] for library in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for library, way in WAYS.items():
                costs[library].append(cost([sys.executable, *way, str(path)], folder, threads))
    return {
        library: Cost(*(statistics.median(values) for values in zip(*found[1:], strict=True)))
        for library, found in costs.items()
    }


def measured(name: str, rounds: int, threads: int) -> Row:
    """The row of a program, or of one that imports the library only."""
    if name in PROGRAMS:
        return Row(title(PROGRAMS[name]), **measure(PROGRAMS[name], rounds, threads))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "start.py")
        path.write_text("import torch\n", encoding="utf-8")
        return Row("`import torch` and nothing else", **measure(path, rounds, threads))


def table(rows: dict[str, Row]) -> str:
    """The rows in Markdown; a ratio below 1 is faster, or less memory."""
    lines = [
        "| program | Deep Learner | PyTorch | ratio | memory | PyTorch | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows.values():
        (s, m), (t, n) = row.deep_learner, row.torch
        lines.append(
            f"| {row.title} | {s:.2f} s | {t:.2f} s | {s / t:.2f} | {m:.0f} MB | {n:.0f} MB | {m / n:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Time the programs named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join([*PROGRAMS, IMPORT])}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each library runs each")
    parser.add_argument("--threads", type=int, default=2, help="of each process")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "real_programs.json")
    options = parser.parse_args()
    known = [IMPORT, *PROGRAMS]
    if unknown := set(options.names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: dict[str, Row] = {}
    for name in (name for name in known if name in (options.names or known)):
        rows[name] = measured(name, options.rounds, options.threads)
        print(f"{name}: {rows[name].deep_learner.seconds / rows[name].torch.seconds:.2f}", file=sys.stderr)
    print(table(rows))
    options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
