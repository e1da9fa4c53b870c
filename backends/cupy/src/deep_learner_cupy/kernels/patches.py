"""Windows as columns and back, each in one launch; convolutions are matrix products of these.

Up to three dimensions are seen as three, the first of which may have the size 1. A thread makes one element of the
result; what overlaps is gathered, so that it is the same in every run.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner_cupy.bfloat import BFLOAT16
from deep_learner_cupy.kernels.fallback import generic, wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape

_LEFT_OUT = frozenset({BFLOAT16})  # kernels of elements know no such type
_OPTIONS = ("size", "kernel", "dilation", "padding", "stride", "count")
_USUAL = (1, 1, 1, 0, 1, 1)  # of a dimension that is not there
_WINDOWS = ", ".join(f"int64 {option}{dim}" for option in _OPTIONS for dim in range(3))

# Element i of the columns: its window, its place in the window, and its plane.
_TAKE = cupy.ElementwiseKernel(
    f"raw T image, {_WINDOWS}",
    "T column",
    """
    long long rest = i;
    long long p2 = rest % count2 * stride2 - padding2; rest /= count2;
    long long p1 = rest % count1 * stride1 - padding1; rest /= count1;
    long long p0 = rest % count0 * stride0 - padding0; rest /= count0;
    p2 += rest % kernel2 * dilation2; rest /= kernel2;
    p1 += rest % kernel1 * dilation1; rest /= kernel1;
    p0 += rest % kernel0 * dilation0; rest /= kernel0;
    bool inside = p0 >= 0 && p0 < size0 && p1 >= 0 && p1 < size1 && p2 >= 0 && p2 < size2;
    column = inside ? image[((rest * size0 + p0) * size1 + p1) * size2 + p2] : T();
    """,
    "deep_learner_im2col",
)
# Element i of the image: for each place in a window, the window in which it lies there, if there is one.
_GATHER = cupy.ElementwiseKernel(
    f"raw T columns, {_WINDOWS}",
    "W image",
    """
    long long rest = i;
    long long p2 = rest % size2 + padding2; rest /= size2;
    long long p1 = rest % size1 + padding1; rest /= size1;
    long long p0 = rest % size0 + padding0; rest /= size0;
    W total = W();
    for (long long k0 = 0; k0 < kernel0; k0++) {
      long long w0 = p0 - k0 * dilation0; if (w0 < 0 || w0 % stride0 || (w0 /= stride0) >= count0) continue;
      for (long long k1 = 0; k1 < kernel1; k1++) {
        long long w1 = p1 - k1 * dilation1; if (w1 < 0 || w1 % stride1 || (w1 /= stride1) >= count1) continue;
        for (long long k2 = 0; k2 < kernel2; k2++) {
          long long w2 = p2 - k2 * dilation2; if (w2 < 0 || w2 % stride2 || (w2 /= stride2) >= count2) continue;
          long long row = ((rest * kernel0 + k0) * kernel1 + k1) * kernel2 + k2;
          total += (W)columns[((row * count0 + w0) * count1 + w1) * count2 + w2];
        }
      }
    }
    image = total;
    """,
    "deep_learner_col2im",
)


def _windows(*options: Shape) -> list[int]:
    """The options as the kernels take them: three of each."""
    return [
        number
        for given, usual in zip(options, _USUAL, strict=True)
        for number in ((usual,) * (3 - len(given)) + tuple(given))
    ]


def _counts(size: Shape, kernel: Shape, dilation: Shape, padding: Shape, stride: Shape) -> Shape:
    sizes = zip(size, kernel, dilation, padding, stride, strict=True)
    return tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in sizes])


def im2col(
    input: Array,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """The windows of (N, C, *size): (N, C * prod(kernel_size), prod(counts))."""
    options = (kernel_size, dilation, padding, stride)
    if input.dtype in _LEFT_OUT or len(kernel_size) > 3:
        return generic("im2col", input, *options, counts)
    counts = _counts(input.shape[2:], *options) if counts is None else counts
    batch, channels, *size = input.shape
    out = cupy.empty((batch, channels * math.prod(kernel_size), math.prod(counts)), input.dtype)
    if out.size:
        _TAKE(input, *_windows(tuple(size), *options, counts), out)
    return out


def col2im(
    input: Array,
    output_size: Shape,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """The sum of the windows' contents, at each place that they cover."""
    options = (output_size, kernel_size, dilation, padding, stride)
    if input.dtype in _LEFT_OUT or input.dtype.kind == "b" or len(kernel_size) > 3:
        return generic("col2im", input, *options, counts)
    counts = _counts(*options) if counts is None else counts
    channels = input.shape[1] // math.prod(kernel_size)
    out: Any = cupy.empty((input.shape[0], channels, *output_size), wide(input.dtype))
    if out.size:
        _GATHER(input, *_windows(*options, counts), out)
    return out.astype(input.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {"col2im": col2im, "im2col": im2col}
