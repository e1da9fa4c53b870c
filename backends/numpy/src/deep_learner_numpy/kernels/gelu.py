"""GELU and its derivative with few temporaries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.by_element import by_element
from deep_learner_numpy.kernels.error_function import write_erf

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_PI = math.sqrt(2.0 / math.pi)
_CUBIC = 0.044715


def _write_gate(x: Array, approximate: str, out: Array) -> None:
    """Write erf(x / sqrt 2), or the hyperbolic tangent that stands for it."""
    if approximate == "none":
        np.multiply(x, _ROOT_HALF, out=out)
        write_erf(out, out)
    else:
        np.multiply(x, x, out=out)
        out *= _CUBIC * _ROOT_2_PI
        out += _ROOT_2_PI
        out *= x
        np.tanh(out, out=out)


def _check(approximate: str) -> None:
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate must be 'none' or 'tanh'. Received: {approximate!r}")


def gelu(input: Array, *, approximate: str = "none") -> Array:
    """x (1 + gate) / 2."""
    _check(approximate)

    def fill(x: Array, out: Array) -> None:
        _write_gate(x, approximate, out)
        out += 1.0
        out *= 0.5
        out *= x

    return by_element(fill, input)


def gelu_backward(grad_output: Array, input: Array, *, approximate: str = "none") -> Array:
    """g ((1 + gate) / 2 + x slope), where slope is half the gate's derivative."""
    _check(approximate)

    def fill(grad: Array, x: Array, out: Array) -> None:
        gate = np.empty_like(x)
        _write_gate(x, approximate, gate)
        np.multiply(x, x, out=out)
        if approximate == "none":
            out *= -0.5
            np.exp(out, out=out)
            out *= 0.5 * _ROOT_2_PI
        else:
            out *= 1.5 * _CUBIC * _ROOT_2_PI
            out += 0.5 * _ROOT_2_PI
            out *= 1.0 - gate * gate
        out *= x
        gate += 1.0
        gate *= 0.5
        out += gate
        out *= grad

    return by_element(fill, grad_output, input)


KERNELS: dict[str, Callable[..., Any]] = {"gelu": gelu, "gelu_backward": gelu_backward}
