"""Gradients of sampled functions: `gradient`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..sequences import is_several
from ..tensor import Tensor
from ..typing import Scalar
from .cumulative import diff
from .dims import wrap_dims
from .indexing.slices import narrow
from .joining import concat

Spacing = Scalar | Tensor


def gradient(
    input: Tensor,
    *,
    spacing: Spacing | Sequence[Spacing] | None = 1,
    dim: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> tuple[Tensor, ...]:
    """The partial derivatives of a function given by its values on a grid, by central differences of second order.

    Parameters
    ----------
    input : Tensor
        The values, any shape.
    spacing : float, sequence of float or sequence of Tensor, default 1
        The grid's step, in all dimensions or one for each; or the coordinates in each dimension, of shape (n,). Unequal
        steps keep the second order.
    dim : int or sequence of int, optional
        The dimensions to differentiate along; by default all.
    edge_order : {1, 2}, default 1
        The order of the differences at both ends, which are one-sided.

    Returns
    -------
    tuple of Tensor
        One for each dimension, of the input's shape.

    Raises
    ------
    RuntimeError
        If a dimension has fewer than `edge_order` + 1 points, one is named twice, or the numbers of spacings and of
        dimensions differ, or those of coordinates and of points.
    IndexError
        If a dimension does not exist.
    """
    if input.dtype.name == "uint8":
        raise RuntimeError("torch.gradient does not support uint8 input; convert it, as in x.float()")
    if edge_order not in (1, 2):
        raise RuntimeError(
            f"torch.gradient only supports edge_order=1 and edge_order=2. Received: {edge_order}"
        )
    dims = tuple(range(input.ndim)) if dim is None else wrap_dims(dim, input.ndim)
    steps: list[Any] = list(spacing) if is_several(spacing) else [_number(spacing)] * len(dims)
    if len(steps) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list with one for each of the "
            f"{len(dims)} dimensions, but got a list of length {len(steps)}"
        )
    return tuple([_slope(input, step, axis, edge_order) for step, axis in zip(steps, dims, strict=True)])


def _number(spacing: Any) -> Any:
    if isinstance(spacing, Tensor) and spacing.ndim:
        raise TypeError(
            "gradient() takes coordinates as a sequence with a tensor for each dimension, as in spacing=(x,). "
            f"Received: one tensor of shape {tuple(spacing.shape)}"
        )
    return spacing.item() if isinstance(spacing, Tensor) else 1 if spacing is None else spacing


def _slope(input: Tensor, spacing: Any, axis: int, edge_order: int) -> Tensor:
    """The derivative along one dimension."""
    size = input.shape[axis]
    if size <= edge_order:
        raise RuntimeError(
            f"torch.gradient expected each dimension size to be at least edge_order+1. Received: {size} points in "
            f"dimension {axis} for edge_order={edge_order}"
        )
    if not isinstance(spacing, Tensor):
        ahead: Any = spacing
        behind: Any = spacing
        first = second = last = before_last = spacing
    else:
        gaps = _gaps(spacing, input, axis)
        ahead, behind = narrow(gaps, axis, 1, size - 2), narrow(gaps, axis, 0, size - 2)
        first, last = narrow(gaps, axis, 0, 1), narrow(gaps, axis, size - 2, 1)
        second = narrow(gaps, axis, 1, 1) if edge_order == 2 else first
        before_last = narrow(gaps, axis, size - 3, 1) if edge_order == 2 else last

    def values(start: int, length: int = 1) -> Tensor:
        return narrow(input, axis, start, length)

    if edge_order == 1:
        left = (values(1) - values(0)) / first
        right = (values(size - 1) - values(size - 2)) / last
    else:
        left = _one_sided(values(0), values(1), values(2), first, second)
        right = _one_sided(values(size - 1), values(size - 2), values(size - 3), -last, -before_last)
    inner = size - 2
    rise, fall = values(2, inner) - values(1, inner), values(1, inner) - values(0, inner)
    middle = (rise / ahead * behind + fall / behind * ahead) / (ahead + behind)
    return concat([left, middle, right], axis)


def _one_sided(f0: Tensor, f1: Tensor, f2: Tensor, near: Any, far: Any) -> Tensor:
    """The derivative at the first of three points, of the parabola through them."""
    slope, next_slope = (f1 - f0) / near, (f2 - f1) / far
    return slope - (next_slope - slope) * (near / (near + far))


def _gaps(coordinates: Tensor, input: Tensor, axis: int) -> Tensor:
    """The distances of neighbouring points, along their dimension of the input."""
    if coordinates.ndim != 1:
        raise RuntimeError(
            "torch.gradient expected each element of spacing to have one dimension, but got an element with "
            f"{coordinates.ndim} dimensions!"
        )
    if coordinates.shape[0] != input.shape[axis]:
        raise RuntimeError(
            f"torch.gradient expected {input.shape[axis]} coordinates in dimension {axis}, but got "
            f"{coordinates.shape[0]}"
        )
    return diff(coordinates).reshape([-1 if dim == axis else 1 for dim in range(input.ndim)])
