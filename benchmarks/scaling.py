"""How the cost of a training step grows with the depth, the width, the batch and the number of parameters."""

from __future__ import annotations

import itertools
import math
import statistics
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .race import Effort, race, workers


class Sweep(NamedTuple):
    """Networks of growing size.

    Attributes
    ----------
    title : str
        What stays and what grows.
    axis : str
        What the values are.
    values : tuple of int
        Those that are measured.
    widths : callable
        The network for one of them.
    batch : int, optional
        Its batch, if that is not what grows.
    """

    title: str
    axis: str
    values: tuple[int, ...]
    widths: Callable[[int], list[int]]
    batch: int | None = None


def square(width: int) -> list[int]:
    """Three layers of as many inputs as outputs."""
    return [width] * 4


SWEEPS = {
    "depth": Sweep(
        "hidden layers, 128 wide, batch 64", "layers", (1, 2, 4, 8, 16, 32, 64), lambda n: [128] * (n + 1), 64
    ),
    "width": Sweep(
        "three layers of equal width, batch 64", "width", (16, 32, 64, 128, 256, 512, 1024), square, 64
    ),
    "batch": Sweep(
        "784-128-128-10 network", "samples", (1, 4, 16, 64, 256, 1024, 4096), lambda _: [784, 128, 128, 10]
    ),
    "parameters": Sweep(
        "three layers of equal width, one sample",
        "parameters",
        (16, 32, 64, 128, 256, 512, 1024, 2048),
        square,
        1,
    ),
}


def parameters(widths: list[int]) -> int:
    """How many weights and biases there are."""
    return sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise(widths))


def scaling(names: Iterable[str], effort: Effort, points: int | None = None) -> dict[str, Any]:
    """Of each sweep the values, and each peer's seconds and slope; the first `points` values only, where given."""
    results: dict[str, Any] = {}
    with workers(names, effort) as started:
        for key, sweep in SWEEPS.items():
            values = sweep.values[:points]
            seconds: dict[str, list[float | None]] = {name: [] for name in started}
            for value in values:
                measure = {"widths": sweep.widths(value), "batch": sweep.batch or value}
                for name, one in race(started, "mlp", measure, 1e-3, effort).items():
                    seconds[name].append(one.get("seconds"))
            axis = [parameters(sweep.widths(value)) if key == "parameters" else value for value in values]
            results[key] = {
                "title": sweep.title,
                "axis": sweep.axis,
                "values": axis,
                "seconds": seconds,
                "slopes": {name: slope(axis, column) for name, column in seconds.items()},
            }
            print(f"growth with {key}: {results[key]['slopes']}\033[K", file=sys.stderr)
    return results


def slope(values: list[int], seconds: list[float | None]) -> float | None:
    """The exponent of a power law through the upper half of the points, by least squares on logarithms."""
    half = len(values) // 2
    points = [(math.log(v), math.log(s)) for v, s in zip(values[half:], seconds[half:], strict=True) if s]
    if len(points) < 2:
        return None
    return statistics.linear_regression(*zip(*points, strict=True)).slope
