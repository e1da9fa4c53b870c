"""Sorting, and the first few of an order.

All orders are stable (equal elements stay in theirs) and NaN counts as the greatest, as in PyTorch:
https://pytorch.org/docs/stable/generated/torch.sort.html
"""

from __future__ import annotations

from ..typing import Array, Namespace, Shape
from ._arrays import at_least_1d, orderable, scattered, slice_along
from .dims import wrap_dim
from .operation import op
from .results import ValuesIndices


def order(xp: Namespace, lanes: Array, axis: int, descending: bool = False) -> Array:
    """The places of the elements in stable ascending or descending order along `axis`: int64."""
    lanes = orderable(xp, lanes)
    if not descending:
        return xp.argsort(lanes, axis=axis, stable=True)
    # Mirrored twice, equal elements keep their order. (NumPy's argsort lacks the standard's `descending`.)
    mirrored = xp.argsort(xp.flip(lanes, axis=axis), axis=axis, stable=True)
    return lanes.shape[axis] - 1 - xp.flip(mirrored, axis=axis)


def _chosen(xp: Namespace, input: Array, dim: int, descending: bool, count: int | None) -> ValuesIndices:
    """The first `count` elements in order along `dim`."""
    axis = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, input)
    indices = order(xp, lanes, axis, descending)
    if count is not None:
        indices = slice_along(indices, axis, 0, count)
    values = xp.take_along_axis(lanes, indices, axis=axis)
    if not input.ndim:
        values, indices = xp.reshape(values, ()), xp.reshape(indices, ())
    return ValuesIndices(values, indices)


@op
def sort(
    xp: Namespace, input: Array, dim: int = -1, descending: bool = False, stable: bool = False
) -> ValuesIndices:
    """Elements in order along `dim`, and where each stood: values as `input`, indices int64; real or bool.

    Always stable, whatever `stable` says. Raises IndexError for a dimension that does not exist.
    """
    return _chosen(xp, input, dim, descending, None)


@op(refuses="bool")
def topk(
    xp: Namespace, input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> ValuesIndices:
    """The `k` greatest (or least) elements along `dim` in order, and where each stood; of equals, the first.

    Always in order, whatever `sorted` says. Raises RuntimeError if `dim` has fewer than `k` elements,
    IndexError if it does not exist.
    """
    _require_rank(input.shape, dim, k, 0)
    return _chosen(xp, input, dim, largest, k)


@sort.vjp("input")
@topk.vjp("input")
def _(xp: Namespace, g: ValuesIndices, out1: Array, input_shape: Shape, dim: int) -> Array:
    return scattered(xp, g[0], out1, input_shape, dim)


def _require_rank(shape: Shape, dim: int, k: int, least: int) -> None:
    size = shape[wrap_dim(dim, len(shape))] if shape else 1
    if not least <= k <= size:
        raise RuntimeError(f"selected index k out of range: k is {k}, dimension {dim} has size {size}")


@op(differentiable=False)
def argsort(
    xp: Namespace, input: Array, dim: int = -1, descending: bool = False, stable: bool = False
) -> Array:
    """The places of the elements in order along `dim`: shape as `input`, int64; `sort(...).indices`.

    Always stable, whatever `stable` says. Raises IndexError for a dimension that does not exist.
    """
    axis = wrap_dim(dim, input.ndim)
    return xp.reshape(order(xp, at_least_1d(xp, input), axis, descending), input.shape)


@op
def msort(xp: Namespace, input: Array) -> Array:
    """The values of `input` in ascending order along its first dimension."""
    lanes = at_least_1d(xp, input)
    return xp.reshape(xp.take_along_axis(lanes, order(xp, lanes, 0), axis=0), input.shape)


@op(refuses="bool complex")
def kthvalue(xp: Namespace, input: Array, k: int, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """The `k`-th least element along `dim`, counted from 1, and where it stood; of equals, in their order.

    Raises RuntimeError if `dim` has fewer than `k` elements or `k` is below 1.
    """
    _require_rank(input.shape, dim, k, 1)
    axis = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, input)
    indices = slice_along(order(xp, lanes, axis), axis, k - 1, k)
    return pick(xp, input, lanes, indices, axis, keepdim)


def pick(
    xp: Namespace, input: Array, lanes: Array, indices: Array, axis: int, keepdim: bool
) -> ValuesIndices:
    """The elements of `lanes` (`input`, at least 1-d) at `indices`, which has size 1 along `axis`."""
    values = xp.take_along_axis(lanes, indices, axis=axis)
    if not (keepdim and input.ndim):
        values, indices = xp.squeeze(values, axis=axis), xp.squeeze(indices, axis=axis)
    return ValuesIndices(values, indices)
