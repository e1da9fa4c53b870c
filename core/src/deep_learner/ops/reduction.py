"""Sums, means, products and truth over dimensions.

`dim` is one dimension, several, or None for all; `keepdim` leaves size 1 in their place. PyTorch's functions
of these names: https://pytorch.org/docs/stable/torch.html#reduction-ops
"""

from __future__ import annotations

import math

from ..dtypes import COMPLEX, REAL, as_dtype, from_native
from ..typing import Array, DTypeLike, Namespace, Shape
from ._arrays import is_inexact, require_inexact
from ._reducing import Dims, reduced_axes, reduced_count, restore
from .dims import inverse_permutation
from .operation import op


def summable(xp: Namespace, input: Array, dtype: DTypeLike) -> Array:
    """`input` as `dtype`; by default integers and booleans as int64, as PyTorch adds them."""
    if dtype is None:
        return input if from_native(input.dtype).kind in (REAL, COMPLEX) else xp.astype(input, xp.int64)
    return xp.astype(input, getattr(xp, as_dtype(dtype).name))


@op(autocast={"accelerator": "float32"})
def sum(
    xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Sum over `dim`: (*) -> (*) without `dim`, any dtype; integers and booleans give int64, nothing gives 0.

    `dtype` is the dtype to add in. Raises IndexError for a dimension that does not exist.
    """
    input = summable(xp, input, dtype)
    return xp.sum(input, axis=reduced_axes(dim, input.ndim), dtype=input.dtype, keepdims=keepdim)


@sum.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dim: Dims, keepdim: bool) -> Array:
    return xp.sum_backward(g, input_shape, dim, keepdim)


@op
def sum_backward(xp: Namespace, grad_output: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """The gradient of :func:`sum`: each element of ``grad_output`` wherever it was added up, in ``shape``."""
    return xp.broadcast_to(restore(xp, grad_output, shape, dim, keepdim), shape)


@op
def mean(
    xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Mean over `dim`: (*) -> (*) without `dim`, floating-point or complex; the mean of nothing is nan.

    `dtype` is the dtype to compute in. Raises RuntimeError for integers and booleans unless `dtype` is given,
    IndexError for a dimension that does not exist.
    """
    if dtype is not None:
        input = summable(xp, input, dtype)
    require_inexact(input)
    axes = reduced_axes(dim, input.ndim)
    if from_native(input.dtype).itemsize == 2:
        return xp.mean(input, axis=axes, keepdims=keepdim)  # a sum of half-precision numbers may overflow
    count = reduced_count(input.shape, axes)
    return xp.sum(input, axis=axes, keepdims=keepdim) / (count or math.nan)


@mean.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dim: Dims, keepdim: bool) -> Array:
    return xp.sum_backward(g / max(reduced_count(input_shape, dim), 1), input_shape, dim, keepdim)


@op(autocast="float32")
def prod(
    xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Product over `dim`: (*) -> (*) without `dim`, any dtype; integers and booleans give int64, nothing
    gives 1.

    The gradient is g times the product of the other elements, made without a division, so it is right beside
    zeros. Raises IndexError for a dimension that does not exist.
    """
    input = summable(xp, input, dtype)
    return xp.prod(input, axis=reduced_axes(dim, input.ndim), dtype=input.dtype, keepdims=keepdim)


@prod.vjp("input")
def _(xp: Namespace, g: Array, input: Array, dim: Dims, keepdim: bool) -> Array:
    if not input.ndim:
        return g
    axes = reduced_axes(dim, input.ndim) or tuple(range(input.ndim))
    order = (*[axis for axis in range(input.ndim) if axis not in axes], *axes)
    lanes = xp.permute_dims(input, order)
    lane_shape = lanes.shape
    kept = lane_shape[: input.ndim - len(axes)]
    others = _product_of_others(xp, xp.reshape(lanes, (*kept, math.prod(lane_shape[len(kept) :]))))
    others = xp.permute_dims(xp.reshape(others, lane_shape), inverse_permutation(order))
    return restore(xp, g, input.shape, dim, keepdim) * others


def _product_of_others(xp: Namespace, x: Array) -> Array:
    """For each element of the last axis, the product of all others: those before times those after."""
    before = xp.cumulative_prod(x, axis=-1, include_initial=True)[..., :-1]
    after = xp.cumulative_prod(xp.flip(x, axis=-1), axis=-1, include_initial=True)[..., :-1]
    return before * xp.flip(after, axis=-1)


@op(refuses="complex")
def nansum(
    xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Sum over `dim` with nan counted as 0: (*) -> (*) without `dim`, real; integers give int64."""
    if is_inexact(input):
        input = xp.where(xp.isnan(input), xp.zeros_like(input), input)
    input = summable(xp, input, dtype)
    return xp.sum(input, axis=reduced_axes(dim, input.ndim), dtype=input.dtype, keepdims=keepdim)


@op(refuses="complex")
def nanmean(
    xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Mean over `dim` of the elements that are not nan: (*) -> (*) without `dim`; nan where there is none.

    Raises RuntimeError for integers and booleans unless `dtype` is given.
    """
    if dtype is not None:
        input = summable(xp, input, dtype)
    require_inexact(input)
    axes = reduced_axes(dim, input.ndim)
    missing = xp.isnan(input)
    total = xp.sum(xp.where(missing, xp.zeros_like(input), input), axis=axes, keepdims=keepdim)
    present = xp.astype(xp.logical_not(missing), input.dtype)
    return total / xp.sum(present, axis=axes, keepdims=keepdim)


def _is_none(dim: Dims) -> bool:
    """Whether a sequence names no dimension: then truths are of single elements, where sums are of all."""
    return dim is not None and not isinstance(dim, int) and not len(dim)


def _truth(xp: Namespace, truth: Array, input: Array) -> Array:
    """PyTorch's first masks were uint8, and are still answered in kind."""
    return xp.astype(truth, xp.uint8) if input.dtype == xp.uint8 else truth


@op(differentiable=False)
def all(xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Whether all elements over `dim` are true (not 0): (*) -> (*) without `dim`, any dtype -> bool, but
    uint8 -> uint8 as in PyTorch.
    """
    if _is_none(dim):
        return _truth(xp, xp.astype(input, xp.bool), input)
    return _truth(xp, xp.all(input, axis=reduced_axes(dim, input.ndim), keepdims=keepdim), input)


@op(differentiable=False)
def any(xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Whether an element over `dim` is true (not 0): (*) -> (*) without `dim`, any dtype -> bool, but
    uint8 -> uint8 as in PyTorch.
    """
    if _is_none(dim):
        return _truth(xp, xp.astype(input, xp.bool), input)
    return _truth(xp, xp.any(input, axis=reduced_axes(dim, input.ndim), keepdims=keepdim), input)


@op(differentiable=False)
def count_nonzero(xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """How many elements over `dim` are not 0: (*) -> (*) without `dim`, any dtype -> int64."""
    truth = xp.astype(input, xp.bool)
    return xp.sum(xp.astype(truth, xp.int64), axis=reduced_axes(dim, input.ndim), keepdims=keepdim)
