"""The greatest element of each window, its place, and the gradient's way back to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.sliding import (
    Line,
    counted,
    generic,
    like,
    lines_of,
    parts,
    reduced,
    with_margins,
    without_margins,
)
from deep_learner_numpy.threads import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Array, Shape

_BITS: dict[int, Any] = {2: np.int16, 4: np.int32, 8: np.int64}


def _lowest(dtype: Any) -> Any:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _greatest(input: Array, lines: list[Line]) -> Array:
    """The greatest element of each window."""
    lowest = _lowest(input.dtype)
    out = like(input, counted(input.shape, lines))

    def reduce(part: slice) -> None:
        out[part] = reduced(np.maximum, with_margins(input[part], lines, lowest), lines)

    shared(reduce, parts(input.shape, len(lines)))
    return out


def max_pool(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> Array:
    options = (kernel_size, stride, padding, dilation, output_size)
    if input.dtype.kind not in "fiu":
        return generic("max_pool", input, *options)
    return _greatest(input, lines_of(input.shape, *options))


def _has_other(values: Array) -> bool:
    """Whether there is NaN, which equals nothing, or -inf, which is what margins hold."""
    return values.size > 0 and not np.minimum.reduce(values, axis=None) > -math.inf


def max_pool_with_indices(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> tuple[Array, Array]:
    options = (kernel_size, stride, padding, dilation, output_size)
    name = "max_pool_with_indices"
    if input.dtype.kind != "f" or math.prod(kernel_size) > np.iinfo(np.int16).max:
        return generic(name, input, *options)
    lines = lines_of(input.shape, *options)
    values = _greatest(input, lines)
    if _has_other(values):
        return generic(name, input, *options)
    number = np.zeros(values.shape, np.int16)  # of the element in its window

    def find(part: slice) -> None:
        padded = with_margins(input[part], lines, -math.inf)
        for k, found in enumerate(_first_equal(padded, values[part], lines)):
            number[part] += np.multiply(found.view(np.int8), k, dtype=np.int16)

    shared(find, parts(input.shape, len(lines)))
    first, offset, step = np.zeros((), np.int64), np.zeros((), np.int64), 1
    for dim, line in enumerate(reversed(lines)):
        shape = (-1, *((1,) * dim))
        first = first + ((np.arange(line.windows) * line.stride - line.padding) * step).reshape(shape)
        offset = offset + (np.arange(line.kernel) * line.dilation * step).reshape(shape)
        step *= line.size
    return values, offset.ravel()[number] + first


def max_pool_backward(
    grad_output: Array, input: Array, output: Array,
    kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape,
) -> Array:  # fmt: skip
    """The gradient goes to the first element, in row-major order, that equals its window's greatest."""
    options = (kernel_size, stride, padding, dilation, output_size)
    bits = _BITS.get(grad_output.dtype.itemsize)
    if bits is None or input.dtype.kind != "f" or _has_other(output):
        return generic("max_pool_backward", grad_output, input, output, *options)
    lines = lines_of(input.shape, *options)
    filled = all(line.fills for line in lines)
    grad = like(input, input.shape)

    def send_back(part: slice) -> None:
        values = with_margins(input[part], lines, -math.inf)
        fits = values.shape == grad[part].shape
        target = grad[part] if fits else like(values, values.shape)
        if not filled:
            target[...] = 0
        _send_back(grad_output[part], values, output[part], target, lines, bits)
        if not fits:
            grad[part] = without_margins(target, lines)

    shared(send_back, parts(input.shape, len(lines)))
    return grad


def _send_back(share: Array, values: Array, best: Array, target: Array, lines: list[Line], bits: Any) -> None:
    """Put each gradient where its window's greatest element is.

    Gradients are masked as whole numbers, which is exact for infinity and NaN.
    """
    whole = share.view(bits)
    disjoint = all(line.disjoint for line in lines)
    for found, place in zip(_first_equal(values, best, lines), _corners(target, lines), strict=True):
        mask = np.negative(found.view(np.int8)).astype(bits)
        if disjoint:
            np.bitwise_and(whole, mask, out=place.view(bits))
        else:
            np.bitwise_and(whole, mask, out=mask)
            place += mask.view(share.dtype)


def _first_equal(values: Array, best: Array, lines: list[Line]) -> Iterator[Array]:
    """For each element of a window where it is the first that equals its window's greatest."""
    rest, last = np.ones_like(best, dtype=bool), math.prod(line.kernel for line in lines)
    for number, tap in enumerate(_corners(values, lines), 1):
        if number == last:
            yield rest
            return
        found = tap == best
        found &= rest
        rest ^= found
        yield found


def _corners(array: Array, lines: list[Line]) -> Iterator[Array]:
    """For each element of a window, in row-major order, a view with that element of all windows."""
    if not lines:
        yield array
        return
    for tap in lines[0].taps(array):
        yield from _corners(tap, lines[1:])


KERNELS: dict[str, Callable[..., Any]] = {
    "max_pool": max_pool,
    "max_pool_backward": max_pool_backward,
    "max_pool_with_indices": max_pool_with_indices,
}
