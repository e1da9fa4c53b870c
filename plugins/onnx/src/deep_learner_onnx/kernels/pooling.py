"""What is taken of windows: the greatest element, or the mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deep_learner.typing import Shape
from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit, emit_several, unavailable
from deep_learner_onnx.sizes import is_dynamic

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def max_pool(
    input: Any, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> Any:
    """The greatest element of each window."""
    if any(is_dynamic(size) for size in kernel_size):
        if (*kernel_size, *dilation) != (*stride, *((1,) * len(stride))) or any(padding):
            return NotImplemented
        found = adaptive_max_pool(input, output_size)
    else:
        found = max_pool_with_indices(input, kernel_size, stride, padding, dilation, output_size)
    return found if found is NotImplemented else found[0]


def max_pool_with_indices(
    input: Any, kernel_size: Shape, stride: Shape, padding: Shape, dilation: Shape, output_size: Shape
) -> Any:
    """The greatest element of each window, and its place in its plane."""
    ndim = len(kernel_size)
    if input.dtype.name not in ("float32", "float64"):
        return NotImplemented
    images = _images(input, ndim)
    plane = math.prod(images.shape[2:])
    options = _options(images, kernel_size, stride, padding, dilation, output_size)
    shape = (*images.shape[:2], *output_size)
    values, places = emit_several("MaxPool", [images], [(shape, input.dtype), (shape, np.int64)], **options)
    result = (*input.shape[: input.ndim - ndim], *output_size)
    return xp.reshape(values, result), xp.reshape(xp.remainder(places, plane), result)


def avg_pool(
    input: Any,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    output_size: Shape,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Any:
    """The mean of each window; of windows that end outside the general form counts the elements."""
    ndim = len(kernel_size)
    images = _images(input, ndim)
    options = _options(images, kernel_size, stride, padding, (1,) * ndim, output_size)
    if input.dtype.kind != "f" or divisor_override is not None or options["ceil_mode"]:
        return NotImplemented
    shape = (*images.shape[:2], *output_size)
    means = emit(
        "AveragePool", [images], shape, input.dtype, count_include_pad=int(count_include_pad), **options
    )
    return xp.reshape(means, (*input.shape[: input.ndim - ndim], *output_size))


def adaptive_avg_pool(input: Any, output_size: Shape) -> Any:
    """A single window, of whatever size, is the mean of everything; others of dynamic sizes are cut out one by one."""
    axes = range(input.ndim - len(output_size), input.ndim)
    if input.dtype.kind != "f":
        return NotImplemented
    if all(count == 1 for count in output_size):
        return xp.mean(input, axis=tuple(axes), keepdims=True)
    if not any(is_dynamic(input.shape[axis]) for axis in axes):
        return NotImplemented
    for axis, count in zip(axes, output_size, strict=True):
        input = xp.concat(
            [xp.mean(one, axis=axis, keepdims=True) for one in _parts(input, axis, count)], axis=axis
        )
    return input


def adaptive_max_pool(input: Any, output_size: Shape) -> Any:
    """The greatest elements of windows of dynamic sizes; not their places."""
    axes = range(input.ndim - len(output_size), input.ndim)
    if not any(is_dynamic(input.shape[axis]) for axis in axes):
        return NotImplemented
    planes = input.shape
    for axis, count in zip(axes, output_size, strict=True):
        input = xp.concat(
            [xp.max(one, axis=axis, keepdims=True) for one in _parts(input, axis, count)], axis=axis
        )
    what = f"the places of the maxima that adaptive pooling finds in planes of {planes}"
    return input, unavailable(input.graph, what, input.shape, np.int64)


def _parts(input: Any, axis: int, count: int) -> list[Any]:
    """Windows along an axis that cover it as evenly as whole numbers allow."""
    size, before = input.shape[axis], (slice(None),) * axis
    cuts = [(i * size // count, ((i + 1) * size + (count - 1)) // count) for i in range(count)]
    return [input[(*before, slice(start, stop), ...)] for start, stop in cuts]


def _images(input: SymbolicArray, ndim: int) -> Any:
    """Planes behind a dimension of channels and one of samples."""
    missing = ndim + 2 - input.ndim
    return xp.reshape(input, ((1,) * missing + input.shape)) if missing > 0 else input


def _options(
    images: Any, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, counts: Sequence[int]
) -> dict[str, Any]:
    """Attributes of both operators; the mode that rounds up is told from the number of windows."""
    sizes = zip(images.shape[2:], kernel, stride, padding, dilation, strict=True)
    least = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sizes]
    return {
        "kernel_shape": list(kernel),
        "strides": list(stride),
        "pads": [*padding, *padding],
        "dilations": list(dilation),
        "ceil_mode": int(any(a != b for a, b in zip(least, counts, strict=True))),
    }


KERNELS: dict[str, Callable[..., Any]] = {
    "max_pool": max_pool, "max_pool_with_indices": max_pool_with_indices, "avg_pool": avg_pool,
    "adaptive_avg_pool": adaptive_avg_pool, "adaptive_max_pool": adaptive_max_pool,
}  # fmt: skip
