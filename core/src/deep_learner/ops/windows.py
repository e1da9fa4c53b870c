"""Windows along a dimension, and tensors laid over the elements of another by strides.

On backends whose arrays share memory these are views; elsewhere the elements are gathered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from .dims import wrap_dim
from .operation import op


def windows_of(shape: Shape, dimension: int, size: int, step: int) -> tuple[int, int]:
    """The dimension from 0 up, and how many windows it holds.

    Raises
    ------
    IndexError
        If the dimension does not exist.
    RuntimeError
        If a window is longer than the dimension, its size negative, or the step not positive.
    """
    axis = wrap_dim(dimension, len(shape))
    length = shape[axis] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return axis, (length - size) // step + 1


def _places(xp: Namespace, count: int, size: int, step: int, like: Array) -> Array:
    """Where the windows' elements lie along their dimension, one window after the other."""
    starts = xp.arange(count, dtype=xp.int64, device=like.device) * step
    within = xp.arange(size, dtype=xp.int64, device=like.device)
    return xp.reshape(xp.expand_dims(starts, axis=1) + within, (count * size,))


@op(view=True)
def unfold(xp: Namespace, input: Array, dimension: int, size: int, step: int) -> Array:
    """All windows of `size` elements along a dimension, `step` apart.

    Shape: (*, n, *) -> (*, (n - size) // step + 1, *, size), a view. Raises IndexError for a dimension that does not
    exist, RuntimeError if a window is longer than the dimension, its size negative, or the step not positive.
    """
    axis, count = windows_of(input.shape, dimension, size, step)
    if not input.ndim:
        return xp.reshape(input, (1,))[:size]
    shape = (*input.shape[:axis], count, size, *input.shape[axis + 1 :])
    taken = xp.take(input, _places(xp, count, size, step, input), axis=axis)
    return xp.moveaxis(xp.reshape(taken, shape), axis + 1, -1)


@unfold.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dimension: int, size: int, step: int) -> Array:
    return xp.unfold_backward(g, input_shape, dimension, size, step)


@op
def unfold_backward(
    xp: Namespace, grad_in: Array, input_sizes: Sequence[int], dim: int, size: int, step: int
) -> Array:
    """The sum of windows at their places in zeros of the shape `input_sizes`: the adjoint of `unfold`."""
    shape = tuple(input_sizes)
    if not shape:
        return xp.reshape(xp.sum(grad_in, dtype=grad_in.dtype), ())
    axis, count = windows_of(shape, dim, size, step)
    rows = xp.reshape(xp.moveaxis(grad_in, -1, axis + 1), (*shape[:axis], count * size, *shape[axis + 1 :]))
    empty = xp.zeros(shape, dtype=grad_in.dtype, device=grad_in.device)
    return xp.index_add(empty, axis, _places(xp, count, size, step, grad_in), rows)


@unfold_backward.vjp("grad_in")
def _(xp: Namespace, g: Array, dim: int, size: int, step: int) -> Array:
    return xp.unfold(g, dim, size, step)


def check_strided(count: int, size: Sequence[int], stride: Sequence[int], offset: int) -> None:
    """Refuse a layout that reaches beyond `count` elements.

    Raises
    ------
    RuntimeError
        If there are not as many strides as sizes, one of them is negative, or elements are missing.
    """
    if len(size) != len(stride):
        raise RuntimeError(
            f"mismatch in length of strides and shape. Received: size {tuple(size)}, stride {tuple(stride)}"
        )
    if offset < 0 or any(step < 0 for step in stride) or any(length < 0 for length in size):
        raise RuntimeError(
            "as_strided: negative sizes, strides and offsets are not supported. "
            f"Received: size {tuple(size)}, stride {tuple(stride)}, storage_offset {offset}"
        )
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if 0 not in size and last >= count:
        raise RuntimeError(
            f"as_strided: size {tuple(size)}, stride {tuple(stride)} and storage_offset {offset} reach element {last}, "
            f"of {count}"
        )


def _strided_places(
    xp: Namespace, size: Sequence[int], stride: Sequence[int], offset: int, like: Array
) -> Array:
    """Which elements in row-major order a layout takes, flat."""
    places = xp.full((1,) * len(size), offset, dtype=xp.int64, device=like.device)
    for dim, (length, step) in enumerate(zip(size, stride, strict=True)):
        along = [1] * len(size)
        along[dim] = length
        places = places + xp.reshape(
            xp.arange(length, dtype=xp.int64, device=like.device) * step, tuple(along)
        )
    return xp.reshape(places, (math.prod(size),))


@op(view=True)
def as_strided(
    xp: Namespace, input: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Array:
    """The input's elements laid out by strides: (i, j, ...) is number offset + i s_0 + j s_1 + ... in row-major order.

    A view where the input is contiguous. Unlike PyTorch's, strides and offset count the elements of the input, not
    those of the memory that it may be a part of.
    Raises: RuntimeError for negative numbers, as many strides as sizes not, or elements that are not there.
    """
    offset = storage_offset or 0
    check_strided(math.prod(input.shape), size, stride, offset)
    flat = xp.reshape(input, (-1,))
    return xp.reshape(xp.take(flat, _strided_places(xp, size, stride, offset, input), axis=0), tuple(size))


@as_strided.vjp("input")
def _(
    xp: Namespace, g: Array, input_shape: Shape, size: Sequence[int], stride: Sequence[int],
    storage_offset: int | None,
) -> Array:  # fmt: skip
    return xp.as_strided_embed(g, input_shape, size, stride, storage_offset)


@op
def as_strided_embed(
    xp: Namespace, input: Array, shape: Shape, size: Sequence[int], stride: Sequence[int],
    storage_offset: int | None = None,
) -> Array:  # fmt: skip
    """The sum of elements laid out by strides at their places in zeros of `shape`: the adjoint of `as_strided`."""
    places = _strided_places(xp, size, stride, storage_offset or 0, input)
    empty = xp.zeros((math.prod(shape),), dtype=input.dtype, device=input.device)
    return xp.reshape(xp.index_add(empty, 0, places, xp.reshape(input, (-1,))), tuple(shape))


@as_strided_embed.vjp("input")
def _(
    xp: Namespace, g: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int | None
) -> Array:
    return xp.as_strided(g, size, stride, storage_offset)


@op
def as_strided_scatter(
    xp: Namespace, input: Array, src: Array, size: Sequence[int], stride: Sequence[int],
    storage_offset: int | None = None,
) -> Array:  # fmt: skip
    """`input` with `src` in place of `as_strided(input, size, stride, storage_offset)`: shape and dtype of `input`.

    Raises: RuntimeError as `as_strided`, or if `src` has another shape than `size`.
    """
    if tuple(src.shape) != tuple(size):
        raise RuntimeError(f"as_strided_scatter: src has shape {list(src.shape)}, the layout {list(size)}")
    check_strided(math.prod(input.shape), size, stride, storage_offset or 0)
    places = _strided_places(xp, size, stride, storage_offset or 0, input)
    flat = xp.index_copy(xp.reshape(input, (-1,)), 0, places, xp.reshape(src, (-1,)))
    return xp.reshape(flat, input.shape)
