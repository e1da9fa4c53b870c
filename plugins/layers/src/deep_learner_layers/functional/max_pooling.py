"""The greatest element of each window: `max_pool1d`, `max_pool2d`, `max_pool3d`."""

from __future__ import annotations

import math
from typing import Any

from deep_learner import Tensor, iinfo, op, zeros_like
from deep_learner.ops.padding import pad
from deep_learner.typing import Array, Namespace, Shape

from ._dimensions import by_dimensions
from ._greatest import greatest, sent_back
from ._windows import Sizes, misses, sliding, sliding_options, volume
from .patches import around

__all__ = [
    "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "max_pool3d",
    "max_pool3d_with_indices",
]  # fmt: skip


@op(refuses="bool complex")
def max_pool(
    xp: Namespace,
    input: Array,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    output_size: Shape,
) -> Array:
    """The greatest element of each window over the last dimensions: (*, *sizes) -> (*, *output_size).

    All options have a number for each of those dimensions; `output_size` says how many windows there are.
    """
    return xp.max_pool_with_indices(input, kernel_size, stride, padding, dilation, output_size)[0]


@max_pool.vjp("input")
def _(
    xp: Namespace, g: Array, input: Array, out: Array,
    kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape,
) -> Array:  # fmt: skip
    return xp.max_pool_backward(g, input, out, kernel_size, stride, padding, dilation, output_size)


@op
def max_pool_backward(
    xp: Namespace, grad_output: Array, input: Array, output: Array,
    kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape,
) -> Array:  # fmt: skip
    """The gradient of :func:`max_pool`: each of `grad_output` added to the element that its window chose."""
    _, places = xp.max_pool_with_indices(input, kernel_size, stride, padding, dilation, output_size)
    return sent_back(xp, grad_output, places, input.shape[input.ndim - len(output_size) :])


@op(refuses="bool complex")
def max_pool_with_indices(
    xp: Namespace,
    input: Array,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    output_size: Shape,
) -> tuple[Array, Array]:
    """:func:`max_pool` and the places of the elements in their flat planes, int64."""
    sizes = input.shape[input.ndim - len(output_size) :]
    tables = map(sliding, sizes, kernel_size, stride, padding, dilation, output_size)
    return greatest(xp, input, [table.indices(xp, input) for table in tables])


@max_pool_with_indices.vjp("input")
def _(xp: Namespace, g: tuple[Array, Array], out1: Array, input_shape: Shape, output_size: Shape) -> Array:
    return sent_back(xp, g[0], out1, input_shape[len(input_shape) - len(output_size) :])


def pool(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The greatest element of each window over the last `ndim` dimensions.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), real.
    kernel_size
        How many elements a window has in each dimension: one number for all, or one for each.
    stride
        How far apart windows begin; by default the size of the kernel.
    padding
        How many places, which are never chosen, stand at both ends: at most half of a kernel.
    dilation
        How far apart the elements of a window are.
    ceil_mode
        Whether windows that begin in the input may end outside.
    return_indices
        Whether to return the places of the elements, too.

    Returns
    -------
    Tensor or tuple of Tensor
        (N, C, *counts), with as many windows as fit: floor((size + 2 padding - dilation (kernel - 1) - 1) / stride)
        + 1, rounded up with `ceil_mode`. With `return_indices` also the places in the flat plane, int64.

    Raises
    ------
    RuntimeError
        If an option does not fit the number of dimensions, the padding is too large, or no window fits.
    """
    if return_indices:
        return pool_with_indices(ndim, input, kernel_size, stride, padding, dilation, ceil_mode)
    input, options = _seen(ndim, input, kernel_size, stride, padding, dilation, ceil_mode)
    return max_pool(volume(input) if ndim == 3 else input, *options)


def pool_with_indices(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """The greatest element of each window over the last `ndim` dimensions and its place; see `max_pool`ndim`d`."""
    padded, options = _seen(ndim, input, kernel_size, stride, padding, dilation, ceil_mode)
    found: Any = max_pool_with_indices(padded, *options)
    return (
        found
        if padded is input
        else (found[0], _moved_back(found[1], input.shape[-ndim:], padded.shape[-ndim:]))
    )


def _seen(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
) -> tuple[Tensor, tuple[Shape, Shape, Shape, Shape, Shape]]:
    """The input and the options of :func:`max_pool`. If a window lies in the padding alone, the padding is filled in.

    Then that window's greatest element is -inf, or the least integer, and what is added to its gradient is lost.
    """
    options = sliding_options(
        f"max_pool{ndim}d", ndim, input, kernel_size, stride, padding, dilation, ceil_mode
    )
    if not any(map(misses, input.shape[-ndim:], *options)):
        return input, options
    kernels, steps, pads, gaps, counts = options
    least = -math.inf if input.is_floating_point() else iinfo(input.dtype).min
    return pad(input, around(pads), value=least), (kernels, steps, (0,) * ndim, gaps, counts)


def _moved_back(places: Tensor, sizes: Shape, padded: Shape) -> Tensor:
    """Places in padded planes as those in the planes, the nearest ones for those in the padding."""
    moved, step = zeros_like(places), 1
    for size, room in zip(reversed(sizes), reversed(padded), strict=True):
        moved = moved + (places % room - (room - size) // 2).clip(0, size - 1) * step
        places, step = places // room, step * size
    return moved


max_pool1d, max_pool2d, max_pool3d = by_dimensions("max_pool{}d", pool, 1, 2, 3)
max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices = by_dimensions(
    "max_pool{}d_with_indices", pool_with_indices, 1, 2, 3
)
