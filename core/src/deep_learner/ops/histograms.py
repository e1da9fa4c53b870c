"""Histograms: how often the elements of a tensor, or points, lie in bins. No gradient flows through them.

https://pytorch.org/docs/stable/generated/torch.histogram.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..dtypes import int64
from ..sequences import is_several
from ..tensor import Tensor
from .counting import bincount
from .cumulative import diff
from .extrema import amax, amin
from .out import with_out
from .ranges import linspace
from .reduction import sum
from .results import Histogram, HistogramOfPoints
from .searching import searchsorted

_DTYPES = ("float32", "float64")


@with_out
def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` bins of one width from `min` to `max`; others and NaN are left out.

    Parameters
    ----------
    input : Tensor
        Any shape, floating-point.
    bins : int, default 100
    min, max : float
        Where both are equal, the least and the greatest element are taken.

    Returns
    -------
    Tensor
        Of shape (bins,) and the input's dtype; no gradient flows through it.

    Raises
    ------
    RuntimeError
        If `bins` is not positive, `max` is below `min`, or a bound is not finite.
    NotImplementedError
        If the input is not floating-point.
    """
    values = _floating("histc", input).reshape(-1)
    _check_bins(bins)
    low, high = float(min), float(max)
    if low == high and values.numel():
        low, high = float(amin(values)), float(amax(values))
    if low == high:
        low, high = low - 1.0, high + 1.0
    _check_finite("histc: range", low, high)
    if low > high:
        raise RuntimeError(f"torch.histc: max must be larger than min. Received: min={low}, max={high}")
    ends = values.new_tensor([low, high])
    inside = values[(values >= ends[0]) & (values <= ends[1])]
    places = ((inside - ends[0]) * bins / (ends[1] - ends[0])).to(int64)
    return bincount(places.clamp(max=bins - 1), minlength=bins).to(input.dtype)


@with_out
def histogram(
    input: Tensor,
    bins: int | Tensor,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Histogram:
    """How many elements lie in each bin, or the sum of their weights.

    Parameters
    ----------
    input : Tensor
        Any shape, float32 or float64.
    bins : int or Tensor
        How many bins of one width, or the edges of `n` bins in ascending order: shape (n + 1,), the input's dtype. A
        bin has its left edge, the last one its right edge, too.
    range : (float, float), optional
        From where to where `bins` bins reach; by default from the least to the greatest element.
    weight : Tensor, optional
        What each element counts: the input's shape and dtype.
    density : bool, default False
        Divide by the sum and by the bins' widths, so that the integral is 1.

    Returns
    -------
    hist : Tensor
        Of shape (n,) and the input's dtype.
    bin_edges : Tensor
        Of shape (n + 1,) and the input's dtype.

    Raises
    ------
    RuntimeError
        If there are no bins, the range is not finite or descends, or a shape or dtype does not fit.
    TypeError
        If a range is given beside edges.
    NotImplementedError
        If the input is neither float32 nor float64.
    """
    if range is not None and isinstance(bins, Tensor):
        raise TypeError("histogram() takes no range where bins are given by their edges")
    if weight is not None and weight.shape != input.shape:
        raise RuntimeError(
            f"histogram: weight should have the shape of input. Received: {tuple(weight.shape)} and "
            f"{tuple(input.shape)}"
        )
    points = _floating("histogram", input).reshape(-1, 1)
    edges = _edges(points, [bins], None if range is None else [float(end) for end in range])
    hist = _counted(points, edges, None if weight is None else weight.reshape(-1), density)
    return Histogram(hist, edges[0])


def histogramdd(
    input: Tensor,
    bins: int | Sequence[int] | Sequence[Tensor],
    *,
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
    out: Sequence[Tensor] | None = None,
) -> HistogramOfPoints:
    """How many points lie in each bin of a grid, or the sum of their weights.

    Parameters
    ----------
    input : Tensor
        Points of D coordinates: shape (*, D), float32 or float64.
    bins : int, sequence of int or sequence of Tensor
        How many bins in each dimension, or each dimension's edges; see `histogram`.
    range : sequence of float, optional
        Where `bins` bins begin and end in each dimension: 2 D numbers.
    weight : Tensor, optional
        What each point counts: shape (*), the input's dtype.
    density : bool, default False
        Divide by the sum and by the bins' volumes, so that the integral is 1.
    out : sequence of Tensor, optional
        Where `hist` and the edges in each dimension are written.

    Returns
    -------
    hist : Tensor
        Of shape (n_1, ..., n_D) and the input's dtype.
    bin_edges : tuple of Tensor
        Of shapes (n_1 + 1,), ..., (n_D + 1,) and the input's dtype.

    Raises
    ------
    RuntimeError
        If the input has fewer than two dimensions, there are no bins, the range is not finite or descends, or a
        shape, dtype or number of bins or bounds does not fit.
    NotImplementedError
        If the input is neither float32 nor float64.
    """
    compute: Any = _of_points
    made: tuple[Tensor, ...] = compute(input, bins, range, weight, density, out=out)
    return HistogramOfPoints(made[0], made[1:])


@with_out
def _of_points(
    input: Tensor,
    bins: int | Sequence[int] | Sequence[Tensor],
    range: Sequence[float] | None,
    weight: Tensor | None,
    density: bool,
) -> tuple[Tensor, ...]:
    """The histogram, and the edges in each dimension."""
    _floating("histogramdd", input)
    if input.ndim < 2:
        raise RuntimeError(
            f"torch.histogramdd: input tensor should have at least 2 dimensions. Received: shape {tuple(input.shape)}"
        )
    dims = input.shape[-1]
    each: list[Any] = list(bins) if is_several(bins) else [bins] * dims
    if len(each) != dims:
        raise RuntimeError(
            f"histogramdd: The size of bins must be equal to the innermost dimension of the input. "
            f"Received: {len(each)} for {dims} coordinates"
        )
    if weight is not None and weight.shape != input.shape[:-1]:
        raise RuntimeError(
            f"histogramdd: weight should have the shape of input but its last dimension. Received: "
            f"{tuple(weight.shape)} and {tuple(input.shape)}"
        )
    points = input.detach().reshape(-1, dims)
    edges = _edges(points, each, None if range is None else [float(end) for end in range])
    return _counted(points, edges, None if weight is None else weight.reshape(-1), density), *edges


def _floating(name: str, input: Tensor) -> Tensor:
    """The input outside the graph, if it is of a dtype that histograms are of."""
    if not input.dtype.is_floating_point or (name != "histc" and input.dtype.name not in _DTYPES):
        raise NotImplementedError(f"{name}() is not implemented for {input.dtype.name}; use x.float()")
    return input.detach()


def _check_bins(bins: int) -> None:
    """Refuse a number of bins below 1."""
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins}")


def _check_finite(what: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.{what} of [{low}, {high}] is not finite")


def _edges(points: Tensor, bins: Sequence[int | Tensor], ends: Sequence[float] | None) -> list[Tensor]:
    """The edges of the bins in each dimension of points (m, d)."""
    if ends is not None and len(ends) != 2 * len(bins):
        raise RuntimeError(
            f"torch.histogramdd: for a {len(bins)}-dimensional histogram range should have {2 * len(bins)} elements, "
            f"but got {len(ends)}"
        )
    found: list[Tensor] = []
    for dim, one in enumerate(bins):
        if isinstance(one, Tensor):
            _check_edges(one, points, dim)
            found.append(one.detach())
            continue
        _check_bins(one)
        low, high = (0.0, 1.0) if ends is None else ends[2 * dim : 2 * dim + 2]
        if ends is None and points.shape[0]:
            low, high = float(amin(points[:, dim])), float(amax(points[:, dim]))
        _check_finite(f"histogramdd: dimension {dim}'s range", low, high)
        if low > high:
            raise RuntimeError(
                f"torch.histogramdd: min should not exceed max, but got min {low} max {high} for dimension {dim}"
            )
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
        found.append(linspace(low, high, one + 1, dtype=points.dtype, device=points.device))
    return found


def _check_edges(edges: Tensor, points: Tensor, dim: int) -> None:
    if edges.dtype is not points.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{points.dtype.name} and bins for dimension {dim} with dtype {edges.dtype.name}"
        )
    if edges.ndim != 1 or not edges.numel():
        raise RuntimeError(
            f"torch.histogramdd: bins tensor should have one dimension and at least 1 element, but got shape "
            f"{tuple(edges.shape)} for dimension {dim}"
        )
    _check_bins(edges.numel() - 1)


def _counted(points: Tensor, edges: Sequence[Tensor], weight: Tensor | None, density: bool) -> Tensor:
    """The points (m, d) in each bin."""
    if weight is not None and weight.dtype is not points.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
            f"dtype, but got input({points.dtype.name}), and weight({weight.dtype.name})"
        )
    sizes = [edge.numel() - 1 for edge in edges]
    place = points.new_zeros(points.shape[0], dtype=int64)
    inside = points.new_full((points.shape[0],), True, dtype="bool")
    for dim, edge in enumerate(edges):
        values = points[:, dim].contiguous()
        inside = inside & (values >= edge[0]) & (values <= edge[-1])
        bin = searchsorted(edge, values, right=True) - 1
        place = place * sizes[dim] + bin.clamp(0, sizes[dim] - 1)
    weight = None if weight is None else weight.detach()[inside]
    hist = bincount(place[inside], weight, math.prod(sizes)).to(points.dtype).reshape(sizes)
    if not density:
        return hist
    hist = hist / sum(hist)
    for dim, edge in enumerate(edges):
        hist = hist / diff(edge).reshape([-1 if axis == dim else 1 for axis, _ in enumerate(edges)])
    return hist
