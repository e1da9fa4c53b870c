"""Activation functions and the error function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner import dtypes
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import cast_to, emit

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def _plain(operator: str, **attributes: Any) -> Callable[..., Any]:
    def kernel(input: Any) -> Any:
        return emit(operator, [input], input.shape, input.dtype, **attributes)

    return kernel


def erf(input: Any) -> Any:
    """The error function, which runtimes have in float32."""
    single = cast_to(input, np.float32)
    return cast_to(emit("Erf", [single], input.shape, np.float32), input.dtype)


def erfc(input: Any) -> Any:
    """One minus the error function."""
    return 1.0 - erf(input)


def gelu(input: Any, *, approximate: str = "none") -> Any:
    """An operator of its own since opset 20."""
    if input.graph.opset >= 20 and approximate in ("none", "tanh"):
        return emit("Gelu", [input], input.shape, input.dtype, approximate=approximate)
    return NotImplemented


def prelu(input: Any, weight: Any) -> Any:
    """One slope for all, or one for each channel."""
    if weight.size != 1 and input.ndim > 1:
        weight = xp.reshape(weight, (-1, *((1,) * (input.ndim - 2))))
    elif weight.size == 1:
        weight = xp.reshape(weight, (1,) * min(input.ndim, 1))
    return emit("PRelu", [input, weight], input.shape, input.dtype)


def elu(input: Any, alpha: float = 1.0, *, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    """The exponential linear unit."""
    if input_scale != 1.0 or input.dtype.kind != "f":
        return NotImplemented
    out = emit("Elu", [input], input.shape, input.dtype, alpha=float(alpha))
    return out if scale == 1.0 else out * scale


def leaky_relu(input: Any, negative_slope: float = 0.01) -> Any:
    """ReLU with a slope below zero."""
    if input.dtype.kind != "f":
        return NotImplemented
    return emit("LeakyRelu", [input], input.shape, input.dtype, alpha=float(negative_slope))


def relu(input: Any) -> Any:
    """What is positive."""
    if input.dtype.kind != "f":
        return NotImplemented
    return emit("Relu", [input], input.shape, input.dtype)


def hardswish(input: Any) -> Any:
    """x min(max(x + 3, 0), 6) / 6."""
    if input.dtype.kind != "f":
        return NotImplemented
    return emit("HardSwish", [input], input.shape, input.dtype)


def _along(operator: str) -> Callable[..., Any]:
    def kernel(input: Any, dim: int, dtype: Any = None) -> Any:
        if not input.ndim:
            return NotImplemented
        if dtype is not None:
            input = cast_to(input, getattr(xp, dtypes.as_dtype(dtype).name))
        return emit(operator, [input], input.shape, input.dtype, axis=dim % input.ndim)

    return kernel


KERNELS: dict[str, Callable[..., Any]] = {
    "sigmoid": _plain("Sigmoid"), "softsign": _plain("Softsign"), "mish": _plain("Mish"), "erf": erf, "erfc": erfc,
    "gelu": gelu, "prelu": prelu, "elu": elu, "leaky_relu": leaky_relu, "relu": relu, "hardswish": hardswish,
    "softmax": _along("Softmax"), "log_softmax": _along("LogSoftmax"),
}  # fmt: skip
