"""The mean of each window, and the gradient shared out to its elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.precision import in_single
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
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape


def _divisor(lines: list[Line], count_include_pad: bool, divisor_override: int | None) -> Any:
    """How many elements windows have: a number, or an array in the shape of the windows."""
    if divisor_override is not None:
        return divisor_override
    total: Any = 1
    for dim, line in enumerate(lines):
        start = np.arange(line.windows) * line.stride - line.padding
        end = np.minimum(start + line.kernel, line.size + line.padding)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, line.size)
        total = total * (end - start).reshape(-1, *((1,) * (len(lines) - 1 - dim)))
    return int(total.flat[0]) if total.min() == total.max() else total


@in_single
def avg_pool(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    if input.dtype.kind != "f":
        options = (kernel_size, stride, padding, output_size, count_include_pad, divisor_override)
        return generic("avg_pool", input, *options)
    lines = lines_of(input.shape, kernel_size, stride, padding, (1,) * len(output_size), output_size)
    divisor = _divisor(lines, count_include_pad, divisor_override)
    out = like(input, counted(input.shape, lines))

    def average(part: slice) -> None:
        values = reduced(np.add, with_margins(input[part], lines, 0), lines)
        np.divide(values, divisor, out=out[part])

    shared(average, parts(input.shape, len(lines)))
    return out


@in_single
def avg_pool_backward(
    grad_output: Array, sizes: Shape, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    shape = (*grad_output.shape[: grad_output.ndim - len(sizes)], *sizes)
    lines = lines_of(shape, kernel_size, stride, padding, (1,) * len(output_size), output_size)
    divisor = _divisor(lines, count_include_pad, divisor_override)
    grad = like(grad_output, shape)
    if all(line.fills and not any(line.margin) for line in lines):
        split = [size for line in lines for size in (line.windows, line.kernel)]
        share = np.divide(grad_output, divisor, dtype=grad_output.dtype)
        share = np.expand_dims(share, tuple(range(share.ndim - len(lines) + 1, share.ndim + len(lines), 2)))
        grad.reshape(*shape[: len(shape) - len(lines)], *split)[...] = share
        return grad

    def share_out(part: slice) -> None:
        share = np.divide(grad_output[part], divisor, dtype=grad_output.dtype)
        for line in lines:
            size = line.size + sum(line.margin)
            wider = like(share, (*share.shape[: line.axis], size, *share.shape[line.axis + 1 :]), 0)
            for target in line.taps(wider):
                target += share
            share = wider
        grad[part] = without_margins(share, lines)

    shared(share_out, parts(shape, len(lines)))
    return grad


KERNELS: dict[str, Callable[..., Any]] = {"avg_pool": avg_pool, "avg_pool_backward": avg_pool_backward}
