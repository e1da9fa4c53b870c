"""Running sums, products and extremes along a dimension, and what integrates or differentiates along one.

https://pytorch.org/docs/stable/torch.html#other-operations
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..dtypes import BOOL, get_default_dtype
from ..typing import Array, DTypeLike, Namespace, Shape
from ._arrays import at_least_1d, is_inexact, kind_of, orderable, require_inexact, scattered, slice_along
from .dims import wrap_dim
from .exponential import log_of_sum
from .operation import op
from .reduction import summable
from .results import ValuesIndices


@op(autocast={"accelerator": "float32"})
def cumsum(xp: Namespace, input: Array, dim: int, *, dtype: DTypeLike = None) -> Array:
    """Running sum along `dim`: y_i = x_0 + ... + x_i, shape as `input`; integers and booleans give int64.

    `dtype` is the dtype to add in. Raises IndexError for a dimension that does not exist.
    """
    lanes = at_least_1d(xp, summable(xp, input, dtype))
    out = xp.cumulative_sum(lanes, axis=wrap_dim(dim, input.ndim), dtype=lanes.dtype)
    return xp.reshape(out, input.shape)


@cumsum.vjp("input")
def _(xp: Namespace, g: Array, dim: int) -> Array:
    return _backwards_sum(xp, g, dim) if g.ndim else g


def _backwards_sum(xp: Namespace, x: Array, dim: int) -> Array:
    return xp.flip(xp.cumulative_sum(xp.flip(x, axis=dim), axis=dim, dtype=x.dtype), axis=dim)


@op(autocast={"accelerator": "float32"})
def cumprod(xp: Namespace, input: Array, dim: int, *, dtype: DTypeLike = None) -> Array:
    """Running product along `dim`: y_i = x_0 * ... * x_i, shape as `input`; integers and booleans give int64.

    The gradient is made without a division, so it is right beside zeros. `dtype` is the dtype to multiply in.
    Raises IndexError for a dimension that does not exist.
    """
    lanes = at_least_1d(xp, summable(xp, input, dtype))
    out = xp.cumulative_prod(lanes, axis=wrap_dim(dim, input.ndim), dtype=lanes.dtype)
    return xp.reshape(out, input.shape)


@cumprod.vjp("input")
def _(xp: Namespace, g: Array, input: Array, dim: int) -> Array:
    if not input.ndim:
        return g
    # d y_k / d x_i is the product of x_0 ... x_k without x_i: what comes before i, times s_i = g_i + x_{i+1}
    # s_{i+1}.
    axis = wrap_dim(dim, input.ndim)
    before = slice_along(xp.cumulative_prod(input, axis=axis, include_initial=True), axis, None, -1)
    return before * _backwards_recurrence(xp, slice_along(input, axis, 1, None), g, axis)


def _backwards_recurrence(xp: Namespace, factors: Array, terms: Array, axis: int) -> Array:
    """s_i = terms_i + factors_i * s_{i+1} along `axis`, where `factors` is one shorter than `terms`.

    By recursive doubling: log2(n) steps over whole arrays (Blelloch 1990, Prefix Sums and Their
    Applications).
    """
    step, size = 1, terms.shape[axis]
    while step < size:
        near, far = slice_along(terms, axis, None, -step), slice_along(terms, axis, step, None)
        terms = xp.concat([near + factors * far, slice_along(terms, axis, size - step, None)], axis=axis)
        factors = slice_along(factors, axis, None, -step) * slice_along(factors, axis, step, None)
        step *= 2
    return terms


@op(refuses="complex")
def cummax(xp: Namespace, input: Array, dim: int) -> ValuesIndices:
    """Running greatest element along `dim` and the last place it stood: values as `input`, indices int64.

    NaN counts as the greatest. The gradient goes to those places. Raises IndexError for a missing dimension.
    """
    return _running_extreme(xp, xp.maximum, input, dim)


@op(refuses="complex")
def cummin(xp: Namespace, input: Array, dim: int) -> ValuesIndices:
    """Running least element along `dim` and the last place it stood: values as `input`, indices int64.

    NaN counts as the least. The gradient goes to those places. Raises IndexError for a missing dimension.
    """
    return _running_extreme(xp, xp.minimum, input, dim)


@cummax.vjp("input")
@cummin.vjp("input")
def _(xp: Namespace, g: ValuesIndices, out1: Array, input_shape: Shape, dim: int) -> Array:
    return scattered(xp, g[0], out1, input_shape, dim)


def _running_extreme(xp: Namespace, combine: Callable[..., Array], input: Array, dim: int) -> ValuesIndices:
    axis = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, orderable(xp, input))
    values = _running(xp, combine, lanes, axis)
    shape = [1] * lanes.ndim
    shape[axis] = lanes.shape[axis]
    places = xp.reshape(xp.arange(lanes.shape[axis], dtype=xp.int64, device=lanes.device), tuple(shape))
    # Only NaN differs from itself; every place before the first extreme carries a 0, so the running maximum
    # holds.
    reached = xp.logical_or(lanes == values, lanes != lanes)
    indices = _running(xp, xp.maximum, xp.where(reached, places, xp.zeros_like(places)), axis)
    values = values if values.dtype == input.dtype else xp.astype(values, input.dtype)
    return ValuesIndices(xp.reshape(values, input.shape), xp.reshape(indices, input.shape))


def _running(xp: Namespace, combine: Callable[..., Array], x: Array, axis: int) -> Array:
    """The running result of an associative `combine`, in log2(n) steps over whole arrays."""
    step, size = 1, x.shape[axis]
    while step < size:
        tail = combine(slice_along(x, axis, step, None), slice_along(x, axis, None, -step))
        x = xp.concat([slice_along(x, axis, None, step), tail], axis=axis)
        step *= 2
    return x


@op(refuses="bool integer")
def logcumsumexp(xp: Namespace, input: Array, dim: int) -> Array:
    """Running log(exp(x_0) + ... + exp(x_i)) along `dim`, without overflow: floating-point, shape as `input`.

    Raises RuntimeError for integers and booleans, IndexError for a dimension that does not exist.
    """
    require_inexact(input)
    axis = wrap_dim(dim, input.ndim)
    return xp.reshape(
        _running(xp, functools.partial(log_of_sum, xp), at_least_1d(xp, input), axis), input.shape
    )


@logcumsumexp.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, dim: int) -> Array:
    if not input.ndim:
        return g
    # exp(x_i) sum_{k>=i} g_k exp(-y_k) = exp(x_i - y_i) s_i with s_i = g_i + exp(y_i - y_{i+1}) s_{i+1}: no
    # exponent is above 0, as y grows. Where y is still -inf, so is x, and its gradient is 0.
    axis = wrap_dim(dim, input.ndim)
    finite = xp.where(out == -xp.inf, xp.zeros_like(out), out)
    factors = xp.exp(slice_along(out, axis, None, -1) - slice_along(finite, axis, 1, None))
    return xp.exp(input - finite) * _backwards_recurrence(xp, factors, g, axis)


@op
def diff(
    xp: Namespace,
    input: Array,
    n: int = 1,
    dim: int = -1,
    prepend: Array | None = None,
    append: Array | None = None,
) -> Array:
    """The `n`-th difference along `dim`: x_{i+1} - x_i, one shorter each time (exclusive or for booleans).

    `prepend` and `append` are joined to `input` first. Raises IndexError for a dimension that does not exist,
    RuntimeError for 0-d input.
    """
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0:
        return xp.clone(input)
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    axis = wrap_dim(dim, input.ndim)
    parts = [part for part in (prepend, input, append) if part is not None]
    if len(parts) > 1:
        input = xp.concat(parts, axis=axis)
    for _ in range(n):
        later, earlier = slice_along(input, axis, 1, None), slice_along(input, axis, None, -1)
        input = later != earlier if kind_of(input) == BOOL else later - earlier
    return input


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "float32"})
def trapezoid(xp: Namespace, y: Array, x: Array | None = None, *, dx: float = 1.0, dim: int = -1) -> Array:
    """Integral along `dim` by the trapezoidal rule: (*, n, *) -> (*), at the points `x` or in steps of `dx`.

    `x` is (n,) or broadcasts against `y`. Raises IndexError for a dimension that does not exist.
    """
    return _halved(xp, xp.sum(_trapezoids(xp, y, x, dx, dim), axis=wrap_dim(dim, y.ndim)))


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "float32"})
def cumulative_trapezoid(
    xp: Namespace, y: Array, x: Array | None = None, *, dx: float = 1.0, dim: int = -1
) -> Array:
    """Running integral along `dim` by the trapezoidal rule: (*, n, *) -> (*, n - 1, *); see `trapezoid`."""
    return _halved(xp, xp.cumulative_sum(_trapezoids(xp, y, x, dx, dim), axis=wrap_dim(dim, y.ndim)))


def _halved(xp: Namespace, doubled: Array) -> Array:
    whole = not is_inexact(doubled)
    return (xp.astype(doubled, getattr(xp, get_default_dtype().name)) if whole else doubled) / 2


def _trapezoids(xp: Namespace, y: Array, x: Array | None, dx: float, dim: int) -> Array:
    """Twice the areas, in the operands' dtype."""
    axis = wrap_dim(dim, y.ndim)
    later, earlier = slice_along(y, axis, 1, None), slice_along(y, axis, None, -1)
    heights = later + earlier
    if x is None:
        if dx != 1 and not is_inexact(heights):
            heights = xp.astype(heights, getattr(xp, get_default_dtype().name))
        return heights * dx if dx != 1 else heights
    points: Array = xp.reshape(x, (-1,) + (1,) * (y.ndim - 1 - axis)) if x.ndim == 1 else x
    along = points.ndim - y.ndim + axis
    return heights * (slice_along(points, along, 1, None) - slice_along(points, along, None, -1))
