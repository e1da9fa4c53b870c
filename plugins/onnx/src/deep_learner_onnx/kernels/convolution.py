"""Convolutions and their transposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner.typing import Shape
from deep_learner_onnx.emission import emit

__all__ = ["KERNELS"]


def convolution(
    input: Any,
    weight: Any,
    bias: Any,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    output_padding: Shape,
    groups: int,
) -> Any:
    """Conv or ConvTranspose."""
    if input.dtype.kind != "f":
        return NotImplemented
    if transposed and any(more >= step for more, step in zip(output_padding, stride, strict=True)):
        return NotImplemented  # which runtimes refuse
    kernel = weight.shape[2:]
    options: dict[str, Any] = {
        "kernel_shape": list(kernel),
        "strides": list(stride),
        "pads": [*padding, *padding],
        "dilations": list(dilation),
        "group": groups,
    }
    sizes = zip(input.shape[2:], kernel, stride, padding, dilation, output_padding, strict=True)
    if transposed:
        shape = [(n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, k, s, p, d, extra in sizes]
        options["output_padding"] = list(output_padding)
        channels = weight.shape[1] * groups
    else:
        shape = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d, _ in sizes]
        channels = weight.shape[0]
    operator = "ConvTranspose" if transposed else "Conv"
    return emit(operator, [input, weight, bias], (input.shape[0], channels, *shape), input.dtype, **options)


KERNELS: dict[str, Callable[..., Any]] = {"convolution": convolution}
