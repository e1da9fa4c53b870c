"""The greatest element and the mean of windows, and their gradients, each in one launch.

Up to three dimensions are seen as three, the first of which may have the size 1. A thread makes one element of the
result; the gradient of the mean is gathered, too, so that it is the same in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner_cupy.kernels.fallback import generic, wide
from deep_learner_cupy.kernels.scattering import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape

_DTYPES = frozenset(map(numpy.dtype, ("float16", "float32", "float64")))
_OPTIONS = ("size", "kernel", "stride", "padding", "dilation", "count")
_WINDOWS = ", ".join(f"int64 {option}{dim}" for option in _OPTIONS for dim in range(3))
# Where the window of element i begins, and which plane it lies in.
_BEGIN = """
    long long rest = i;
    long long begin2 = rest % count2 * stride2 - padding2; rest /= count2;
    long long begin1 = rest % count1 * stride1 - padding1; rest /= count1;
    long long begin0 = rest % count0 * stride0 - padding0; rest /= count0;
    long long plane = rest * size0 * size1 * size2;
"""
_EACH = """
    for (long long k0 = 0; k0 < kernel0; k0++) {
      long long p0 = begin0 + k0 * dilation0; if (p0 < 0 || p0 >= size0) continue;
      for (long long k1 = 0; k1 < kernel1; k1++) {
        long long p1 = begin1 + k1 * dilation1; if (p1 < 0 || p1 >= size1) continue;
        for (long long k2 = 0; k2 < kernel2; k2++) {
          long long p2 = begin2 + k2 * dilation2; if (p2 < 0 || p2 >= size2) continue;
          long long at = (p0 * size1 + p1) * size2 + p2;
          %s
        }
      }
    }
"""
_FIND = (
    _BEGIN
    + "T best = T(); long long found = -1;"
    + _EACH
    % "T value = input[plane + at]; if (found < 0 || value > best || value != value) { best = value; found = at; }"
)
# How many elements a window has that begins at b and ends before e; of the padding, some or none.
_EXTENT = """
    #define FIRST(b) (include ? (b) : max(b, 0LL))
    #define LAST(b, d) min((b) + kernel##d, include ? size##d + padding##d : size##d)
    #define EXTENT(b, d) (LAST(b, d) - FIRST(b))
"""


def _kernel(name: str, inputs: str, code: str, outputs: str) -> Any:
    return cupy.ElementwiseKernel(
        f"{inputs}, {_WINDOWS}", outputs, code, f"deep_learner_{name}", preamble=PREAMBLE
    )


_MAX = _kernel("max_pool", "raw T input", f"{_FIND} out = best;", "T out")
_MAX_PLACE = _kernel(
    "max_pool_with_indices", "raw T input", f"{_FIND} out = best; place = found;", "T out, int64 place"
)
_MAX_BACK = _kernel(
    "max_pool_backward",
    "T share, raw T input",
    f"{_FIND} add_at(&grad[plane + found], (A)share);",
    "raw A grad",
)
_MEAN = _kernel(
    "avg_pool",
    "raw T input, bool include, int64 divisor",
    f"""
    {_EXTENT}
    {_BEGIN}
    W total = 0;
    {_EACH % "total += (W)input[plane + at];"}
    out = total / (W)(divisor ? divisor : EXTENT(begin0, 0) * EXTENT(begin1, 1) * EXTENT(begin2, 2));
    """,
    "W out",
)
# The windows that element i lies in.
_MEAN_BACK = _kernel(
    "avg_pool_backward",
    "raw T share, bool include, int64 divisor",
    f"""
    {_EXTENT}
    long long rest = i;
    long long p2 = rest % size2 + padding2; rest /= size2;
    long long p1 = rest % size1 + padding1; rest /= size1;
    long long p0 = rest % size0 + padding0; rest /= size0;
    W total = 0;
    for (long long w0 = p0 < kernel0 ? 0 : (p0 - kernel0) / stride0 + 1; w0 < count0 && w0 * stride0 <= p0; w0++)
      for (long long w1 = p1 < kernel1 ? 0 : (p1 - kernel1) / stride1 + 1; w1 < count1 && w1 * stride1 <= p1; w1++)
        for (long long w2 = p2 < kernel2 ? 0 : (p2 - kernel2) / stride2 + 1; w2 < count2 && w2 * stride2 <= p2; w2++) {{
          long long b0 = w0 * stride0 - padding0, b1 = w1 * stride1 - padding1, b2 = w2 * stride2 - padding2;
          total += (W)share[((rest * count0 + w0) * count1 + w1) * count2 + w2]
            / (W)(divisor ? divisor : EXTENT(b0, 0) * EXTENT(b1, 1) * EXTENT(b2, 2));
        }}
    grad = total;
    """,
    "W grad",
)


def _windows(
    sizes: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, count: Shape
) -> list[int]:
    """The options as the kernels take them: three of each."""
    missing = 3 - len(sizes)
    options = zip((sizes, kernel, stride, padding, dilation, count), (1, 1, 1, 0, 1, 1), strict=True)
    return [number for given, usual in options for number in ((usual,) * missing + tuple(given))]


def _fits(array: Array, dimensions: Shape) -> bool:
    return array.dtype in _DTYPES and len(dimensions) <= 3


def _outline(input: Array, output_size: Shape) -> tuple[Shape, Shape]:
    """The sizes that windows slide over, and the shape of what they come to."""
    lead = input.ndim - len(output_size)
    return input.shape[lead:], (*input.shape[:lead], *output_size)


def max_pool(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> Array:
    options = (kernel_size, stride, padding, dilation, output_size)
    if not _fits(input, output_size):
        return generic("max_pool", input, *options)
    sizes, shape = _outline(input, output_size)
    out = cupy.empty(shape, input.dtype)
    if out.size:
        _MAX(input, *_windows(sizes, *options), out)
    return out


def max_pool_with_indices(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> tuple[Array, Array]:
    options = (kernel_size, stride, padding, dilation, output_size)
    if not _fits(input, output_size):
        return generic("max_pool_with_indices", input, *options)
    sizes, shape = _outline(input, output_size)
    out, place = cupy.empty(shape, input.dtype), cupy.empty(shape, "int64")
    if out.size:
        _MAX_PLACE(input, *_windows(sizes, *options), out, place)
    return out, place


def max_pool_backward(
    grad_output: Array, input: Array, output: Array,
    kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape,
) -> Array:  # fmt: skip
    options = (kernel_size, stride, padding, dilation, output_size)
    if not _fits(input, output_size) or grad_output.dtype != input.dtype:
        return generic("max_pool_backward", grad_output, input, output, *options)
    grad = cupy.zeros(input.shape, wide(input.dtype))
    if grad_output.size:
        _MAX_BACK(grad_output, input, *_windows(_outline(input, output_size)[0], *options), grad)
    return grad.astype(input.dtype, copy=False)


def avg_pool(
    input: Array, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    options = (kernel_size, stride, padding, output_size)
    if not _fits(input, output_size):
        return generic("avg_pool", input, *options, count_include_pad, divisor_override)
    sizes, shape = _outline(input, output_size)
    out = cupy.empty(shape, wide(input.dtype))
    if out.size:
        windows = _windows(sizes, kernel_size, stride, padding, (1,) * len(sizes), output_size)
        _MEAN(input, count_include_pad, divisor_override or 0, *windows, out)
    return out.astype(input.dtype, copy=False)


def avg_pool_backward(
    grad_output: Array, sizes: Shape, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    options = (sizes, kernel_size, stride, padding, output_size)
    if not _fits(grad_output, output_size):
        return generic("avg_pool_backward", grad_output, *options, count_include_pad, divisor_override)
    shape = (*grad_output.shape[: grad_output.ndim - len(sizes)], *sizes)
    grad = cupy.empty(shape, wide(grad_output.dtype))
    if grad.size:
        windows = _windows(sizes, kernel_size, stride, padding, (1,) * len(sizes), output_size)
        _MEAN_BACK(grad_output, count_include_pad, divisor_override or 0, *windows, grad)
    return grad.astype(grad_output.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {
    "avg_pool": avg_pool,
    "avg_pool_backward": avg_pool_backward,
    "max_pool": max_pool,
    "max_pool_backward": max_pool_backward,
    "max_pool_with_indices": max_pool_with_indices,
}
