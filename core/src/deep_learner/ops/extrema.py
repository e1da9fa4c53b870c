"""The greatest and the least: over dimensions, with their places, or of two tensors.

NaN counts as both the greatest and the least, so it shows in the result. Over whole dimensions equal extremes
share the gradient; with a place, the first of them has all of it. As in PyTorch:
https://pytorch.org/docs/stable/generated/torch.max.html, .../torch.amax.html
"""

from __future__ import annotations

from collections.abc import Callable

from ..typing import Array, Namespace, Shape
from ._arrays import at_least_1d, orderable, scattered
from ._reducing import Dims, reduced_axes, require_elements, restore
from .dims import wrap_dim
from .operation import op
from .results import MinMax, ValuesIndices


@op(refuses="complex")
def amax(xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Greatest element over `dim`: (*) -> (*) without `dim`, real or bool, same dtype.

    Equal greatest elements share the gradient evenly. Raises IndexError if a reduced dimension has no
    elements or does not exist, RuntimeError if all of an empty tensor is reduced.
    """
    return _extreme(xp, xp.max, input, dim, keepdim)


@op(refuses="complex")
def amin(xp: Namespace, input: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Least element over `dim`: (*) -> (*) without `dim`, real or bool, same dtype.

    Equal least elements share the gradient evenly. Raises IndexError if a reduced dimension has no elements
    or does not exist, RuntimeError if all of an empty tensor is reduced.
    """
    return _extreme(xp, xp.min, input, dim, keepdim)


def _extreme(xp: Namespace, reduce: Callable[..., Array], input: Array, dim: Dims, keepdim: bool) -> Array:
    require_elements(input.shape, dim)
    out = reduce(orderable(xp, input), axis=reduced_axes(dim, input.ndim), keepdims=keepdim)
    return out if out.dtype == input.dtype else xp.astype(out, input.dtype)


@amax.vjp("input")
@amin.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, dim: Dims, keepdim: bool) -> Array:
    shape = input.shape
    # Only NaN differs from itself; where it is the result, it has the gradient.
    chosen = xp.logical_or(input == restore(xp, out, shape, dim, keepdim), input != input)
    weight = xp.astype(chosen, g.dtype)
    count = xp.sum(weight, axis=reduced_axes(dim, len(shape)), keepdims=True)
    return restore(xp, g, shape, dim, keepdim) / count * weight


@op(refuses="complex")
def aminmax(xp: Namespace, input: Array, *, dim: int | None = None, keepdim: bool = False) -> MinMax:
    """Least and greatest element over `dim`, as the fields `min` and `max`: see `amin` and `amax`."""
    return MinMax(xp.amin(input, dim, keepdim), xp.amax(input, dim, keepdim))


@op
def max_dim(xp: Namespace, input: Array, dim: int, keepdim: bool = False) -> ValuesIndices:
    """Greatest elements along one `dim` and the place of the first of them: values as `input`, indices int64.

    The gradient goes to that place. Raises IndexError if the dimension has no elements or does not exist.
    """
    return _extreme_and_place(xp, xp.max, xp.argmax, input, dim, keepdim)


@op
def min_dim(xp: Namespace, input: Array, dim: int, keepdim: bool = False) -> ValuesIndices:
    """Least elements along one `dim` and the place of the first of them: values as `input`, indices int64.

    The gradient goes to that place. Raises IndexError if the dimension has no elements or does not exist.
    """
    return _extreme_and_place(xp, xp.min, xp.argmin, input, dim, keepdim)


def _extreme_and_place(
    xp: Namespace, reduce: Callable[..., Array], find: Callable[..., Array],
    input: Array, dim: int, keepdim: bool,
) -> ValuesIndices:  # fmt: skip
    require_elements(input.shape, dim)
    axis = wrap_dim(dim, input.ndim)
    keepdims = keepdim and input.ndim > 0
    lanes = at_least_1d(xp, orderable(xp, input))
    values = reduce(lanes, axis=axis, keepdims=keepdims)
    indices = find(lanes, axis=axis, keepdims=keepdims)
    return ValuesIndices(values if values.dtype == input.dtype else xp.astype(values, input.dtype), indices)


@max_dim.vjp("input")
@min_dim.vjp("input")
def _(
    xp: Namespace, g: ValuesIndices, out1: Array, input_shape: Shape, dim: int, keepdim: bool
) -> Array:  # fmt: skip
    return scattered(
        xp,
        restore(xp, g[0], input_shape, dim, keepdim),
        restore(xp, out1, input_shape, dim, keepdim),
        input_shape,
        dim,
    )


@op(refuses="complex")
def max(
    xp: Namespace,
    input: Array,
    dim: Array | int | None = None,
    keepdim: bool = False,
    *,
    other: Array | None = None,
) -> Array | ValuesIndices:
    """PyTorch's three in one: `max(x)` is `amax`, `max(x, dim)` `max_dim`, `max(x, other)` `maximum`."""
    if other is None and not isinstance(dim, int):
        dim, other = None, dim
    if other is not None:
        return xp.maximum(input, other)
    return xp.amax(input) if dim is None else xp.max_dim(input, dim, keepdim)


@op(refuses="complex")
def min(
    xp: Namespace,
    input: Array,
    dim: Array | int | None = None,
    keepdim: bool = False,
    *,
    other: Array | None = None,
) -> Array | ValuesIndices:
    """PyTorch's three in one: `min(x)` is `amin`, `min(x, dim)` `min_dim`, `min(x, other)` `minimum`."""
    if other is None and not isinstance(dim, int):
        dim, other = None, dim
    if other is not None:
        return xp.minimum(input, other)
    return xp.amin(input) if dim is None else xp.min_dim(input, dim, keepdim)


@op(differentiable=False)
def argmax(xp: Namespace, input: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Place of the first greatest element along `dim`, or in the flattened tensor: real or bool -> int64.

    NaN counts as the greatest. Raises IndexError if there is no element to choose or no such dimension.
    """
    return _place(xp, xp.argmax, input, dim, keepdim)


@op(differentiable=False)
def argmin(xp: Namespace, input: Array, dim: int | None = None, keepdim: bool = False) -> Array:
    """Place of the first least element along `dim`, or in the flattened tensor: real or bool -> int64.

    NaN counts as the least. Raises IndexError if there is no element to choose or no such dimension.
    """
    return _place(xp, xp.argmin, input, dim, keepdim)


def _place(xp: Namespace, find: Callable[..., Array], input: Array, dim: int | None, keepdim: bool) -> Array:
    if dim is None and 0 in input.shape:
        raise IndexError("Expected reduction dim to be specified for input.numel() == 0.")
    require_elements(input.shape, dim)
    if dim is not None:
        dim = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, orderable(xp, input))
    return find(lanes, axis=dim, keepdims=keepdim and input.ndim > 0)
