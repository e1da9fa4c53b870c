"""The results as plots; needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .peers import PEERS
from .race import BASE
from .report import OURS, ratio

MARKS = "o8sDv^<>Pxh*"


def title(name: str) -> str:
    """A peer's title without Markdown."""
    return PEERS[name].title.replace("`", "")


def _figure(*arguments: Any, **options: Any) -> tuple[Any, Any]:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "benchmarks"  # the same plot is the same file
    return plt.subplots(*arguments, layout="constrained", **options)


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def speed(works: dict[str, Any], path: Path) -> None:
    """Each work's times as ratios to PyTorch's, on a logarithmic axis, with the bars."""
    figure, axes = _figure(figsize=(9, 0.45 * len(works) + 2))
    for mark, name in zip(MARKS, PEERS, strict=True):
        found = [
            (ratio(work["peers"].get(name, {}), work["peers"].get(BASE, {})), place)
            for place, work in enumerate(works.values())
        ]
        points = [(x, y) for x, y in found if x is not None]
        if points and name != BASE:
            own = name in OURS.values()
            axes.plot(
                *zip(*points, strict=True), mark, label=title(name), markersize=9 if own else 5,
                alpha=1 if own else 0.6, linestyle="",
            )  # fmt: skip
    for place, work in enumerate(works.values()):
        bars = [bar for bar in work["bars"] if bar]
        axes.plot(
            bars,
            [place] * len(bars),
            "|",
            color="black",
            markersize=14,
            label="to reach" if not place else None,
        )
    axes.axvline(1, color="grey", linewidth=1)
    axes.set(
        xscale="log", xlabel="time as a ratio to PyTorch eager; less is faster", yticks=range(len(works))
    )
    axes.set_yticklabels(works)
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    _save(figure, path)


def growth(results: dict[str, Any], path: Path) -> None:
    """The seconds of a step against what grows, both logarithmic, with the slopes."""
    figure, places = _figure(2, 2, figsize=(10, 7))
    for (key, sweep), axes in zip(results.items(), places.flat, strict=True):
        for mark, (name, seconds) in zip(MARKS, sweep["seconds"].items(), strict=False):
            slope = sweep["slopes"][name]
            label = title(name) + (f": slope {slope:.2f}" if slope is not None else "")
            axes.plot(sweep["values"], [s or float("nan") for s in seconds], f"{mark}-", label=label)
        axes.set(xscale="log", yscale="log", xlabel=sweep["axis"], ylabel="seconds")
        axes.set_title(f"{key}: {sweep['title']}", fontsize=10)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    _save(figure, path)
