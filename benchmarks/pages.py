"""``python -m benchmarks.pages``: put the results of the last whole run into README.md and docs/benchmarks.md."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import plots
from .machine import sentence
from .peers import PEERS
from .report import (
    OURS,
    duration,
    fresh,
    matrix,
    megabytes,
    of_bytes,
    of_faults,
    of_first,
    of_ratio,
    ours,
    reasons,
    slopes,
)  # fmt: skip
from .works import PARTS, WORKS

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
LATEST = RESULTS / "latest.json"
BLOCK = re.compile(r"(<!-- benchmark: begin -->\n).*(<!-- benchmark: end -->)", re.DOTALL)


def write(results: dict[str, Any]) -> None:
    """Make the plots, and put tables and sentences between the pages' markers."""
    plots.speed(_some(results, WORKS), RESULTS / "speed.svg")
    if "scaling" in results:
        plots.growth(results["scaling"], RESULTS / "growth.svg")
    replace(ROOT / "README.md", summary(results))
    replace(ROOT / "docs" / "benchmarks.md", page(results))


def replace(path: Path, text: str) -> None:
    """Put a text between the markers of a file."""
    before = path.read_text(encoding="utf-8")
    path.write_text(BLOCK.sub(lambda found: f"{found[1]}{text}\n{found[2]}", before), encoding="utf-8")


def summary(results: dict[str, Any]) -> str:
    """What the README says."""
    version = results["facts"].get("torch", {}).get("version", "")
    parts = [
        f"Deep Learner beside PyTorch {version} eager, float32, {results['threads']} threads each on "
        f"{results['machine']['cores']} cores ({results['machine']['processor']}), all in turn in one run, medians, "
        "the losses of the first steps checked to agree. In bold the ratio to PyTorch's time, below 1 is faster, and "
        "beside it what this version set out to reach. *Compiled* is `deep_learner.compile(step)`; *accelerated* is "
        "with `deep-learner-c` installed and `DEEP_LEARNER_EXECUTOR=c` set, and nothing else changed.",
        ours(_some(results, WORKS), results.get("start_up")),
        reasons(_some(results, WORKS), OURS.values()),
        f"The command is `{results['command']}`; [docs/benchmarks.md](docs/benchmarks.md) has its other tables: other "
        f"libraries, memory, how cost grows.{costs(results)}",
    ]
    return joined(parts)


def _some(results: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: results["works"][name] for name in names if name in results["works"]}


def joined(parts: list[str]) -> str:
    """Paragraphs, whose lines are broken, and tables, lists and plots, which stay as they are."""
    return "\n\n".join(
        part if part[0] in "|-!" else textwrap.fill(part, 120, break_long_words=False, break_on_hyphens=False)
        for part in parts
        if part
    )


def costs(results: dict[str, Any]) -> str:
    """Sentences on what does not grow, and on what one operation costs."""
    text = ""
    if "growth" in results:
        found = results["growth"]
        text += (
            f" A run of {found['steps']:,} training steps does not grow: {megabytes(found['before'])} MB before, "
            f"{megabytes(found['after'])} MB after."
        )
    if "overhead" in results:
        numpy, plain, recorded = (duration(found / 1e9) for found in results["overhead"]["multiply"].values())
        text += f" A multiplication of 10 elements takes NumPy {numpy}, here {plain}, recorded {recorded}."
    return text


def page(results: dict[str, Any]) -> str:
    """What docs/benchmarks.md says."""
    works, single = _some(results, WORKS), _some(results, PARTS)

    def tables(cell: Any) -> str:
        return matrix(works, cell, PEERS)

    machine = sentence(results["machine"], results["facts"], results["threads"])
    parts = [
        f"`{results['command']}`, {results['date'][:10]}: {machine}{costs(results)}",
        ours(works, results.get("start_up")),
        "![Times as ratios to PyTorch's](../benchmarks/results/speed.svg)",
        "Everybody's time as a ratio to PyTorch's:",
        tables(of_ratio),
        "Not timed:",
        reasons(works, PEERS),
        "Memory that a process needs at the most beyond what its imports took, compilation included, in MB:",
        tables(of_bytes("peak")),
        "Arrays that are held at the most during a step, in MB, where that can be seen: what Python and NumPy "
        "allocate, what PyTorch's profiler tells:",
        tables(of_bytes("allocated")),
        "Page faults in a step:",
        tables(of_faults),
        "Seconds until the first steps were done, compilation included:",
        tables(of_first),
    ]
    if single:
        parts += ["Single parts:", ours(single), matrix(single, of_ratio, PEERS)]
    if "start_up" in results:
        parts.append(fresh(results["start_up"]))
    if "scaling" in results:
        parts += [
            "How the time of a step grows, as the exponent of a power law through the upper half of the sizes:",
            slopes(results["scaling"]),
            "![Times against sizes](../benchmarks/results/growth.svg)",
        ]
    return joined(parts)


if __name__ == "__main__":
    write(json.loads(LATEST.read_text(encoding="utf-8")))
