"""GELU and its derivative with few temporaries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.error_function import erf

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_PI = math.sqrt(2.0 / math.pi)
_CUBIC = 0.044715


def _gate(x: Array, approximate: str) -> Array:
    """erf(x / sqrt 2), or the hyperbolic tangent that stands for it; a fresh array."""
    if approximate == "none":
        return erf(x * _ROOT_HALF)
    if approximate != "tanh":
        raise RuntimeError(f"approximate must be 'none' or 'tanh'. Received: {approximate!r}")
    inner = x * x
    inner *= _CUBIC * _ROOT_2_PI
    inner += _ROOT_2_PI
    inner *= x
    return np.tanh(inner, out=_own(inner))


def _own(array: Array) -> Array | None:
    """`array` to be written to; None for a scalar, which NumPy gives in place of a 0-d array."""
    return array if isinstance(array, np.ndarray) else None


def gelu(input: Array, *, approximate: str = "none") -> Array:
    """x (1 + gate) / 2."""
    gate = _gate(input, approximate)
    gate += 1.0
    gate *= 0.5
    gate *= input
    return gate


def gelu_backward(grad_output: Array, input: Array, *, approximate: str = "none") -> Array:
    """g ((1 + gate) / 2 + x slope), where slope is half the gate's derivative."""
    gate = _gate(input, approximate)
    square = input * input
    if approximate == "none":
        square *= -0.5
        slope = np.exp(square, out=_own(square))
        slope *= 0.5 * _ROOT_2_PI
    else:
        square *= 1.5 * _CUBIC * _ROOT_2_PI
        square += 0.5 * _ROOT_2_PI
        slope = square
        slope *= 1.0 - gate * gate
    slope *= input
    gate += 1.0
    gate *= 0.5
    slope += gate
    slope *= grad_output
    return slope


KERNELS: dict[str, Callable[..., Any]] = {"gelu": gelu, "gelu_backward": gelu_backward}
