"""Elements put back to where max-pooling found them, zeros elsewhere: `max_unpool1d` and its kin."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deep_learner import Tensor, int64, op
from deep_learner.typing import Array, Namespace, Shape

from ._dimensions import by_dimensions
from ._windows import Sizes, spread

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]


@op(refuses="bool integer complex", autocast={"cpu": "float32"})
def max_unpool(xp: Namespace, input: Array, indices: Array, output_size: Shape) -> Array:
    """Zeros of (*, *output_size) with each element of `input` at its place in the flat plane.

    Of several at one place the last one stays, but all get that place's gradient, as in PyTorch. Raises RuntimeError
    for a place outside.
    """
    lead = input.shape[: input.ndim - len(output_size)]
    flat = (*lead, math.prod(input.shape[input.ndim - len(output_size) :]))
    planes = xp.zeros((*lead, math.prod(output_size)), dtype=input.dtype, device=input.device)
    try:
        filled = xp.scatter_set(planes, -1, xp.reshape(indices, flat), xp.reshape(input, flat))
    except IndexError as error:
        raise RuntimeError(
            f"found an invalid max index for planes of size {list(output_size)}: {error}"
        ) from None
    return xp.reshape(filled, (*lead, *output_size))


@max_unpool.vjp("input")
def _(xp: Namespace, g: Array, indices: Array, input_shape: Shape, output_size: Shape) -> Array:
    lead = input_shape[: len(input_shape) - len(output_size)]
    planes = xp.reshape(g, (*lead, math.prod(output_size)))
    flat = (*lead, math.prod(input_shape[len(lead) :]))
    return xp.reshape(xp.gather(planes, -1, xp.reshape(indices, flat)), input_shape)


def put_back(
    ndim: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Undo `max_pool`ndim`d` as far as its places allow: zeros where no element was chosen.

    Parameters
    ----------
    input
        (N, C, *counts) or (C, *counts): what max-pooling gave, or other elements in its places.
    indices
        The places that it returned, int64, of the same shape.
    kernel_size, stride, padding
        Those of the max-pooling; by default the windows lie side by side.
    output_size
        The size of its input, where several are possible: the last `ndim` dimensions, or all. By default
        (count - 1) stride - 2 padding + kernel.

    Returns
    -------
    Tensor
        (N, C, *output_size).

    Raises
    ------
    ValueError
        If max-pooling an input of `output_size` gives another number of windows.
    RuntimeError
        If shapes or dtypes do not fit, or a place lies outside.
    """
    name = f"max_unpool{ndim}d"
    kernels = spread(name, "kernel_size", kernel_size, ndim)
    steps = kernels if stride is None else spread(name, "stride", stride, ndim)
    pads = spread(name, "padding", padding, ndim)
    if input.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"{name}(): expected {ndim + 1}D or {ndim + 2}D input, but got {list(input.shape)}"
        )
    usual = [
        (n - 1) * s + k - 2 * p for n, s, k, p in zip(input.shape[-ndim:], steps, kernels, pads, strict=True)
    ]
    sizes = usual if output_size is None else _possible(output_size, usual, steps)
    if min(sizes) < 0:
        raise ValueError(f"{name}(): output_size must be non-negative, but is {sizes}")
    if indices.dtype is not int64:
        raise RuntimeError(f"{name}(): elements in indices should be type int64 but got {indices.dtype}")
    if indices.shape != input.shape:
        raise RuntimeError(
            f"{name}(): expected shape of indices to be {list(input.shape)}, but got {list(indices.shape)}"
        )
    return max_unpool(input, indices, tuple(sizes))


def _possible(output_size: Sequence[int], usual: list[int], stride: Shape) -> list[int]:
    """A given output size, once it has been found to be one that the pooling may come from."""
    ndim = len(usual)
    if len(output_size) not in (ndim, ndim + 2):
        raise ValueError(
            f"output_size should be a sequence containing {ndim} or {ndim + 2} elements. Received: {output_size}"
        )
    sizes = list(output_size[-ndim:])
    for dim, (size, middle, step) in enumerate(zip(sizes, usual, stride, strict=True)):
        if not middle - step < size < middle + step:
            raise ValueError(
                f"invalid output_size {list(output_size)}: dimension {dim} must be between {middle - step} and "
                f"{middle + step}"
            )
    return sizes


max_unpool1d, max_unpool2d, max_unpool3d = by_dimensions("max_unpool{}d", put_back, 1, 2, 3)
