"""Basic indexing: integers, slices with positive steps, None and an ellipsis. The result is a view.

A `key` is a tuple of those, checked and brought to non-negative numbers by :mod:`.parse`, with one ellipsis
in it (so that even an element stays a 0-d array). The adjoint of taking a slice lays it into zeros, which
takes concatenation and reshaping only.
"""

from __future__ import annotations

import math
from types import EllipsisType
from typing import Any, TypeAlias

from ...size import slice_bounds, slice_length
from ...typing import Array, Namespace, Scalar, Shape
from .._arrays import as_array
from ..dims import wrap_dim
from ..operation import op

Key: TypeAlias = tuple[int | slice | EllipsisType | None, ...]


def full_key(key: Key, ndim: int) -> list[int | slice | None]:
    """The key with slices in place of its ellipsis, so that it speaks of every dimension."""
    place = key.index(Ellipsis) if Ellipsis in key else len(key)
    named = sum(part is not None and part is not Ellipsis for part in key)
    parts: list[Any] = [*key[:place], *([slice(None)] * (ndim - named)), *key[place + 1 :]]
    return parts


def sliced_shape(key: Key, shape: Shape) -> Shape:
    """The shape that `x[key]` has for an `x` of `shape`."""
    sizes = iter(shape)
    result: list[int] = []
    for part in full_key(key, len(shape)):
        if part is None:
            result.append(1)
            continue
        size = next(sizes)
        if isinstance(part, slice):
            result.append(slice_length(part, size))
    return tuple(result)


@op(view=True)
def slice_index(xp: Namespace, input: Array, key: Key) -> Array:
    """`input[key]` as a view, of the shape that :func:`sliced_shape` tells."""
    return input[key]


@slice_index.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, key: Key) -> Array:
    return xp.slice_embed(g, key, input_shape)


@op
def slice_embed(xp: Namespace, input: Array, key: Key, shape: Shape) -> Array:
    """Zeros of `shape` with `input` at `key`: the adjoint of `slice_index`."""
    parts = [part for part in full_key(key, len(shape)) if part is not None]
    whole = [part if isinstance(part, slice) else slice(part, part + 1, 1) for part in parts]
    counts = [slice_length(part, size) for part, size in zip(whole, shape, strict=True)]
    input = xp.reshape(input, tuple(counts))
    room: list[int] = []
    for dim, (part, count, size) in enumerate(zip(whole, counts, shape, strict=True)):
        start, _, step = slice_bounds(part, size) if count else (0, 0, 1)
        covered = count * step
        if step > 1:
            before, after = input.shape[:dim], input.shape[dim + 1 :]
            spread = xp.reshape(input, (*before, count, 1, *after))
            spread = xp.constant_pad_nd(spread, (*((0, 0) * len(after)), 0, step - 1))
            input = xp.reshape(spread, (*before, covered, *after))
        room += [size - start - covered, start]
    return xp.constant_pad_nd(input, room[::-1])


@slice_embed.vjp("input")
def _(xp: Namespace, g: Array, key: Key) -> Array:
    return xp.slice_index(g, key)


@op
def set_slice(xp: Namespace, input: Array, key: Key, value: Array | Scalar) -> Array:
    """A copy of `input` with `value`, which broadcasts, at `key`.

    Raises RuntimeError if it does not fit there.
    """
    region = sliced_shape(key, input.shape)
    value = xp.broadcast_to(fitted(xp, as_array(xp, value, input), region), region)
    mask = xp.slice_embed(xp.ones(region, dtype=xp.bool, device=input.device), key, input.shape)
    return xp.where(mask, xp.slice_embed(value, key, input.shape), input)


@set_slice.vjp("input")
def _(xp: Namespace, g: Array, key: Key) -> Array:
    return xp.set_slice(g, key, 0)


@set_slice.vjp("value")
def _(xp: Namespace, g: Array, key: Key, value_shape: Shape) -> Array:
    gradient = xp.slice_index(g, key)
    extra = len(value_shape) - gradient.ndim
    return xp.reshape(gradient, (1,) * extra + gradient.shape) if extra > 0 else gradient


def fitted(xp: Namespace, value: Array, region: Shape) -> Array:
    """`value`, which must broadcast to `region`, without the leading dimensions that `region` does not have.

    Raises
    ------
    RuntimeError
        If it does not.
    """
    extra = max(value.ndim - len(region), 0)
    shape = value.shape[extra:]
    wrong = any(size not in (1, room) for size, room in zip(shape[::-1], region[::-1], strict=False))
    if wrong or math.prod(value.shape[:extra]) != 1:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value.shape)} "
            f"cannot be broadcast to indexing result of shape {list(region)}"
        )
    return xp.reshape(value, shape) if extra else value


@op(view=True)
def select(xp: Namespace, input: Array, dim: int, index: int) -> Array:
    """Position `index` along `dim`, without that dimension: (a, b) -> (b,) for 0. A view.

    Raises IndexError for a dimension or position that does not exist.
    """
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    return xp.slice_index(input, (*((slice(None),) * dim), index % size, Ellipsis))


@op
def select_scatter(xp: Namespace, input: Array, src: Array, dim: int, index: int) -> Array:
    """`input` with `src` in place of `select(input, dim, index)`.

    Raises as `select`, RuntimeError if it does not fit.
    """
    dim = wrap_dim(dim, input.ndim)
    if not -input.shape[dim] <= index < input.shape[dim]:
        raise IndexError(
            f"select_scatter(): index {index} out of range for size {list(input.shape)} at dimension {dim}"
        )
    shape = input.shape[:dim] + input.shape[dim + 1 :]
    if src.shape != shape:
        raise RuntimeError(f"select_scatter(): src has shape {list(src.shape)}, the slice {list(shape)}")
    return xp.set_slice(input, (*((slice(None),) * dim), index % input.shape[dim], Ellipsis), src)


@op
def slice_scatter(
    xp: Namespace,
    input: Array,
    src: Array,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Array:
    """`input` with `src` in place of the slice `start:end:step` along `dim`.

    Raises IndexError for a dimension that does not exist, RuntimeError if the step is not positive or `src`
    has another shape than the slice.
    """
    dim = wrap_dim(dim, input.ndim)
    if step < 1:
        raise RuntimeError(f"slice step must be positive, but is {step}")
    first, last, _ = slice(start, end).indices(input.shape[dim])
    key = (*((slice(None),) * dim), slice(first, last, step) if first < last else slice(0, 0, 1), Ellipsis)
    if src.shape != sliced_shape(key, input.shape):
        shown = list(sliced_shape(key, input.shape))
        raise RuntimeError(f"slice_scatter: src has shape {list(src.shape)}, the slice {shown}")
    return xp.set_slice(input, key, src)


@op(view=True)
def narrow(xp: Namespace, input: Array, dim: int, start: int, length: int) -> Array:
    """`length` positions along `dim`, from `start` (negative: from the end) on. A view.

    Raises IndexError for a dimension or start that does not exist, RuntimeError if the positions do not.
    """
    given: Any = start  # maybe a 0-d array, which is read
    if isinstance(given, bool) or (hasattr(given, "dtype") and not xp.isdtype(given.dtype, "integral")):
        raise RuntimeError(f"narrow(): start must be an integer. Received: {start}")
    if hasattr(given, "dtype"):
        start = int(given)
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, but is {length}")
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    first = start + size if start < 0 else start
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    part = slice(first, first + length, 1) if length else slice(0, 0, 1)
    return xp.slice_index(input, (*((slice(None),) * dim), part, Ellipsis))
