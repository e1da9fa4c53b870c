"""The results as tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .peers import PEERS
from .race import BASE

OURS = {
    "eager": "deep_learner",
    "eager, accelerated": "deep_learner_eager_c",
    "compiled": "deep_learner_compiled",
    "compiled, accelerated": "deep_learner_c",
}
BARS = ("eager", "compiled", "compiled, accelerated")
Result = dict[str, Any]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [f"| {' | '.join(line)} |" for line in [head, *rows]]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def duration(seconds: float) -> str:
    """With the unit that fits, in three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def megabytes(count: float) -> str:
    """Bytes in MB, in two digits where there are few."""
    return f"{count / 1e6:.2g}" if count < 1e7 else f"{count / 1e6:.0f}"


def digits(number: float) -> str:
    """A ratio, in two digits after the point or, where it is small, in two that count."""
    return f"{number:.2g}" if number < 0.1 else f"{number:.2f}" if number < 100 else f"{number:.0f}"


def ratio(one: Result, base: Result, field: str = "seconds") -> float | None:
    """How much of the base's time or memory it takes."""
    return one[field] / base[field] if one.get(field) and base.get(field) else None


def ours(works: dict[str, Result], start_up: Result | None = None) -> str:
    """Deep Learner's times, as ratios to PyTorch's, with the bars."""
    rows: list[list[str]] = []
    for work in [*works.values(), *([start_up] if start_up else [])]:
        peers, bars = work["peers"], dict(zip(BARS, work["bars"], strict=True))
        base = peers.get(BASE, {})
        cells = [duration(base["seconds"]) if "seconds" in base else ""]
        for way, name in OURS.items():
            one = peers.get(name, {})
            times = ratio(one, base)
            found = duration(one["seconds"]) if "seconds" in one else ""
            cells.append(found + (f" · **{digits(times)}**" if times else ""))
            if way in bars:
                cells.append(f"{bars[way]:.2f}" if bars[way] else "")
        rows.append([work["title"], *cells])
    if start_up:
        own, base = (start_up["peers"].get(name, {}) for name in ("deep_learner", BASE))
        if times := ratio(own, base, "peak"):
            cells = [f"{megabytes(base['peak'])} MB", f"{megabytes(own['peak'])} MB · **{digits(times)}**"]
            rows.append(["... its memory", *cells, f"{start_up['memory_bar']:.2f}", *[""] * 5])
    head = ["work", "PyTorch"]
    for way in OURS:
        head += [way, "to reach"] if way in BARS else [way]
    return table(head, rows)


def matrix(works: dict[str, Result], cell: Callable[[Result, Result], str], names: Iterable[str]) -> str:
    """A line for each work and a column for each of the peers that have something to say."""
    shown = {
        name: [cell(work["peers"].get(name, {}), work["peers"].get(BASE, {})) for work in works.values()]
        for name in names
    }
    shown = {name: column for name, column in shown.items() if any(column)}
    lines = zip(works, *shown.values(), strict=True)
    return table(["work", *(PEERS[name].title for name in shown)], [list(line) for line in lines])


def of_ratio(one: Result, base: Result) -> str:
    """A cell: the time as a ratio to PyTorch's."""
    found = ratio(one, base)
    return "" if found is None else digits(found)


def of_bytes(field: str) -> Callable[[Result, Result], str]:
    """Cells: MB."""
    return lambda one, base: megabytes(one[field]) if one.get(field) else ""


def of_faults(one: Result, base: Result) -> str:
    """A cell: page faults in a step."""
    return f"{one['page_faults']:.0f}" if "page_faults" in one else ""


def of_first(one: Result, base: Result) -> str:
    """A cell: seconds until the first steps were done, compilation included."""
    return f"{one['first']:.2g}" if "seconds" in one else ""


def reasons(works: dict[str, Result], names: Iterable[str]) -> str:
    """Why some of the peers have no times, as a list; what goes without saying left out."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, work in works.items():
        for peer, one in work["peers"].items():
            if peer in names and one.get("reason", "no such program") != "no such program":
                found.setdefault((peer, one["reason"]), []).append(name)
    lines = []
    for (peer, reason), rows in found.items():
        where = "" if len(rows) == len(works) else f" ({', '.join(rows)})"
        lines.append(f"- {PEERS[peer].title}{where}: {' '.join(reason.split())[:200]}")
    return "\n".join(lines)


def fresh(result: Result) -> str:
    """The table of fresh processes."""
    base = result["peers"].get(BASE, {})
    rows: list[list[str]] = []
    for name, one in result["peers"].items():
        if "seconds" not in one:
            continue
        cells = [duration(one["seconds"]), of_ratio(one, base), f"{megabytes(one['peak'])} MB"]
        rows.append([PEERS[name].title, *cells, f"{ratio(one, base, 'peak') or 1:.2f}"])
    return table(["fresh process", "time", "ratio", "memory", "ratio"], rows)


def slopes(results: dict[str, Result]) -> str:
    """The exponents with which the cost grows."""
    names = list(next(iter(results.values()))["seconds"])
    rows = [
        [f"{key}: {sweep['title']}", *(_exponent(sweep["slopes"][name]) for name in names)]
        for key, sweep in results.items()
    ]
    return table(["growth", *(PEERS[name].title for name in names)], rows)


def _exponent(slope: float | None) -> str:
    return "" if slope is None else f"{slope:.2f}"
