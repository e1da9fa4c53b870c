"""Where interpolation looks, and with what weights: a table of :class:`Taps` for each mode, size and scale.

Positions are computed in the precision that PyTorch computes them in, which decides between neighbours: float32, but
float64 for float64.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from ._windows import Taps

_FLOAT = struct.Struct("f")


def _single(x: float) -> float:
    """The float32 nearest to a number."""
    return _FLOAT.unpack(_FLOAT.pack(x))[0]


def _scale(
    size: int, count: int, align_corners: bool, factor: float | None, rounded: Callable[[float], float]
) -> float:
    """How many input elements lie between two output elements."""
    if align_corners:
        return rounded((size - 1) / (count - 1)) if count > 1 else 0.0
    return rounded(1.0 / factor if factor else size / count)


@lru_cache(maxsize=512)
def nearest(size: int, count: int, factor: float | None, exact: bool, double: bool, image: bool) -> Taps:
    """The element below i scale, or (`exact`) the one that is nearest to (i + 1/2) scale - 1/2.

    Where that is a tie but for rounding, it counts how PyTorch computes: of an `image`, with two dimensions, other than
    in one or three.
    """
    rounded: Callable[[float], float] = float if double and not image else _single
    scale = _scale(size, count, False, factor, rounded)

    def place(i: int) -> float:
        if exact and not image:
            return rounded(max(_place(i, scale, False, rounded), 0.0) + 0.5)
        return (i + 0.5 if exact else i) * scale

    return Taps.of([[min(math.floor(_single(place(i))), size - 1)] for i in range(count)])


@lru_cache(maxsize=512)
def linear(size: int, count: int, align_corners: bool, factor: float | None, double: bool) -> Taps:
    """The two neighbours of each position, weighted by how near they are; beyond the edges the edge."""
    rounded: Callable[[float], float] = float if double else _single
    scale = _scale(size, count, align_corners, factor, rounded)
    windows, weights = [], []
    for i in range(count):
        place = max(_place(i, scale, align_corners, rounded), 0.0)
        below = min(math.floor(place), size - 1)
        share = min(max(rounded(place - below), 0.0), 1.0)
        windows.append((below, min(below + 1, size - 1)))
        weights.append((rounded(1.0 - share), share))
    return Taps.of(windows, weights)


@lru_cache(maxsize=512)
def cubic(size: int, count: int, align_corners: bool, factor: float | None, double: bool) -> Taps:
    """The four neighbours of each position, weighted by Keys' cubic with a = -3/4; beyond the edges the edge."""
    rounded: Callable[[float], float] = float if double else _single
    scale = _scale(size, count, align_corners, factor, rounded)
    windows, weights = [], []
    for i in range(count):
        place = _place(i, scale, align_corners, rounded)
        below = min(math.floor(place), size - 1)
        share = min(max(rounded(place - below), 0.0), 1.0)
        windows.append(tuple(min(max(below + k, 0), size - 1) for k in (-1, 0, 1, 2)))
        weights.append(
            (keys_outer(share + 1), keys_inner(share), keys_inner(1 - share), keys_outer(2 - share))
        )
    return Taps.of(windows, weights)


def _place(i: int, scale: float, align_corners: bool, rounded: Callable[[float], float]) -> float:
    """Which position of the input output element i lies at."""
    return rounded(scale * i) if align_corners else rounded(scale * (i + 0.5) - 0.5)


def keys_inner(x: Any, a: float = -0.75) -> Any:
    """Keys' cubic convolution kernel at 0 <= x <= 1; numbers or arrays.

    Keys, "Cubic convolution interpolation for digital image processing" (1981).
    """
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0


def keys_outer(x: Any, a: float = -0.75) -> Any:
    """Keys' kernel at 1 <= x <= 2."""
    return ((x - 5.0) * x + 8.0) * x * a - 4.0 * a


def keys(x: float) -> float:
    """Keys' kernel with a = -1/2, everywhere."""
    x = abs(x)
    return keys_inner(x, -0.5) if x < 1.0 else keys_outer(x, -0.5) if x < 2.0 else 0.0


def triangle(x: float) -> float:
    """The linear kernel, 1 - |x|."""
    return max(1.0 - abs(x), 0.0)


def lanczos(x: float) -> float:
    """The sinc of x, windowed by that of x / 3."""
    return _sinc(x) * _sinc(x / 3.0) if abs(x) < 3.0 else 0.0


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def fixed_point(table: Taps) -> tuple[Taps, int]:
    """A table whose weights are 16-bit integers, and the number of bits behind their point: as many as fit, up to 22.

    Weights of one position, as beyond an edge, are added first.
    """
    assert table.weights is not None
    sums: list[dict[int, float]] = [{} for _ in table.counts]
    for k, (positions, weights) in enumerate(zip(table.positions, table.weights, strict=True)):
        for window, count, position, weight in zip(sums, table.counts, positions, weights, strict=True):
            if k < count:
                window[position] = window.get(position, 0.0) + weight
    largest, bits = max(max(window.values()) for window in sums), 0
    while bits < 22 and int(0.5 + largest * 2 ** (bits + 1)) < 2**15:
        bits += 1
    whole = [
        [int(weight * 2**bits + math.copysign(0.5, weight)) for weight in window.values()] for window in sums
    ]
    return Taps.of([list(window) for window in sums], whole), bits


class Smooth(NamedTuple):
    """A kernel that is stretched where the image shrinks, and how far it reaches."""

    kernel: Callable[[float], float]
    reach: float


SMOOTH = {
    "bilinear": Smooth(triangle, 1.0),
    "bicubic": Smooth(keys, 2.0),
    "lanczos": Smooth(lanczos, 3.0),
}


@lru_cache(maxsize=512)
def smooth(mode: str, size: int, count: int, align_corners: bool, factor: float | None, double: bool) -> Taps:
    """All elements that a kernel reaches which is as wide as the distance of two output elements: no aliasing."""
    rounded: Callable[[float], float] = float if double else _single
    scale = _scale(size, count, align_corners, factor, rounded)
    kernel, reach = SMOOTH[mode]
    stretch = max(scale, 1.0)
    windows, weights = [], []
    for i in range(count):
        centre = rounded(scale * (i + 0.5))
        first = max(int(centre - reach * stretch + 0.5), 0)
        window = range(first, min(int(centre + reach * stretch + 0.5), size))
        factors = [kernel((place - centre + 0.5) / stretch) for place in window]
        total = math.fsum(factors) or 1.0
        windows.append(window)
        weights.append([one / total for one in factors])
    return Taps.of(windows, weights)
