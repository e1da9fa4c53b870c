"""The patches of an image under a sliding window, and laying them back: two adjoint operations, in any dimensions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

__all__ = ["fold", "unfold"]


def window_counts(size: Shape, kernel_size: Shape, dilation: Shape, padding: Shape, stride: Shape) -> Shape:
    """The number of windows along each dimension: floor((n + 2 padding - dilation (kernel - 1) - 1) / stride) + 1."""
    return tuple(
        [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, d, p, s in zip(size, kernel_size, dilation, padding, stride, strict=True)
        ]
    )


def _keys(kernel_size: Shape, dilation: Shape, stride: Shape, counts: Shape) -> Iterator[tuple[slice, ...]]:
    """For each place in the window, the slices that show what lies there in all windows."""
    for place in itertools.product(*map(range, kernel_size)):
        starts = [at * step for at, step in zip(place, dilation, strict=True)]
        yield tuple(
            [
                slice(start, start + (n - 1) * step + 1 if n else start, step)
                for start, n, step in zip(starts, counts, stride, strict=True)
            ]
        )


def around(padding: Shape) -> tuple[int, ...]:
    """Padding by as much before as after, the last dimension first, as `constant_pad_nd` takes it."""
    return tuple([amount for amount in reversed(padding) for _ in range(2)])


@op
def im2col(
    xp: Namespace,
    input: Array,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """Every window's contents as a column.

    Parameters
    ----------
    input
        (N, C, *size).
    kernel_size, dilation, padding, stride
        One number for each dimension of `size`.
    counts
        How many windows to take along each dimension; by default all that fit.

    Returns
    -------
    Tensor
        (N, C * prod(kernel_size), L) with L = prod(counts).
    """
    counts = (
        window_counts(input.shape[2:], kernel_size, dilation, padding, stride) if counts is None else counts
    )
    if any(padding):
        input = xp.constant_pad_nd(input, around(padding))
    parts = [input[(Ellipsis, *key)] for key in _keys(kernel_size, dilation, stride, counts)]
    batch, channels = input.shape[:2]
    return xp.reshape(xp.stack(parts, axis=2), (batch, channels * len(parts), math.prod(counts)))


@im2col.vjp("input")
def _(
    xp: Namespace,
    g: Array,
    input_shape: Shape,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None,
) -> Array:
    return xp.col2im(g, input_shape[2:], kernel_size, dilation, padding, stride, counts)


@op
def col2im(
    xp: Namespace,
    input: Array,
    output_size: Shape,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """The adjoint of `im2col`: each column is added to where its window lies.

    Parameters
    ----------
    input
        (N, C * prod(kernel_size), L).
    output_size
        The sizes of the result's last dimensions.
    kernel_size, dilation, padding, stride, counts
        As of `im2col`.

    Returns
    -------
    Tensor
        (N, C, *output_size).
    """
    counts = window_counts(output_size, kernel_size, dilation, padding, stride) if counts is None else counts
    kernel = math.prod(kernel_size)
    columns = xp.reshape(input, (input.shape[0], input.shape[1] // kernel, kernel, *counts))
    room = tuple([n + 2 * p for n, p in zip(output_size, padding, strict=True)])
    shape = (*columns.shape[:2], *room)
    total = xp.zeros(shape, dtype=input.dtype, device=input.device)
    add = xp.logical_or if xp.isdtype(input.dtype, "bool") else xp.add
    for place, key in enumerate(_keys(kernel_size, dilation, stride, counts)):
        total = add(total, xp.slice_embed(columns[:, :, place, ...], (Ellipsis, *key), shape))
    return (
        xp.constant_pad_nd(total, tuple([-amount for amount in around(padding)])) if any(padding) else total
    )


@col2im.vjp("input")
def _(
    xp: Namespace,
    g: Array,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None,
) -> Array:
    return xp.im2col(g, kernel_size, dilation, padding, stride, counts)


def _pair(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(pair)}: {pair}")
    return pair


def _settings(
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int],
    padding: int | Sequence[int],
    stride: int | Sequence[int],
) -> tuple[tuple[int, int], ...]:
    """The four as pairs, once they make sense."""
    given = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    pairs = {name: _pair(name, value) for name, value in given.items()}
    for name, pair in pairs.items():
        least = 0 if name == "padding" else 1
        if min(pair) < least:
            raise RuntimeError(f"{name} should be at least {least}, but got {pair}")
    return tuple(pairs.values())


def _refuse_integers(name: str, input: Tensor) -> None:
    if not (input.is_floating_point() or input.is_complex() or input.dtype.kind == "bool"):
        raise NotImplementedError(
            f"{name}() is not implemented for {input.dtype.name}; convert with .to(deep_learner.float32)"
        )


def unfold(
    input: Tensor,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """The patches under a window that slides over images, each as a column (im2col).

    Parameters
    ----------
    input
        (N, C, H, W) or (C, H, W).
    kernel_size
        The window's height and width.
    dilation
        The distance between the elements of a window.
    padding
        Zeros around the image.
    stride
        How far the window moves.

    Returns
    -------
    Tensor
        (N, C * kernel height * kernel width, L), or without N, where L is the number of windows.

    Raises
    ------
    RuntimeError
        If a setting is no number or pair, or too small, or no window fits.
    NotImplementedError
        If `input` holds integers.
    """
    settings = _settings(kernel_size, dilation, padding, stride)
    if input.ndim not in (3, 4) or not all(input.shape[-3:]):
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(input.shape)}"
        )
    _refuse_integers("unfold", input)
    counts = window_counts(tuple(input.shape[-2:]), *settings)
    if min(counts) < 1:
        kernel, dilated, padded, _ = settings
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={kernel}, dilation={dilated}, "
            f"padding={padded}, calculated shape of the array of sliding blocks as {counts}, but its components must "
            "be at least one."
        )
    batched = input if input.ndim == 4 else input.unsqueeze(0)
    out = im2col(batched, *settings)
    return out if input.ndim == 4 else out.squeeze(0)


def fold(
    input: Tensor,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Images of the patches that `unfold` gives; where windows overlap, they are added (col2im).

    Parameters
    ----------
    input
        (N, C * kernel height * kernel width, L) or without N, where L is the number of windows.
    output_size
        The images' height and width.
    kernel_size, dilation, padding, stride
        As of `unfold`.

    Returns
    -------
    Tensor
        (N, C, *output_size), or without N.

    Raises
    ------
    RuntimeError
        If a setting is no number or pair, or too small, or `input` does not have the shape that follows.
    NotImplementedError
        If `input` holds integers.
    """
    size = _pair("output_size", output_size)
    settings = _settings(kernel_size, dilation, padding, stride)
    if input.ndim not in (2, 3) or not all(input.shape[-2:]):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(input.shape)}"
        )
    _refuse_integers("fold", input)
    rows, columns = input.shape[-2:]
    kernel, dilated, padded, strides = settings
    if rows % math.prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size={kernel}."
        )
    counts = window_counts(size, *settings)
    if min(counts) < 1 or math.prod(counts) != columns:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilated}, padding={padded}, stride={strides}, "
            "expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{counts[0]} * {counts[1]}, but got input.size(2)={columns}."
        )
    batched = input if input.ndim == 3 else input.unsqueeze(0)
    out = col2im(batched, size, *settings)
    return out if input.ndim == 3 else out.squeeze(0)
