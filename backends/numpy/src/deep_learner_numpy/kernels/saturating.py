"""Sigmoid and the hyperbolic tangent's derivative, with one temporary.

The ones are 0-d arrays: NumPy takes longer to convert a Python number than to work on a small array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array


class _Ones(dict[Any, Any]):
    """The number 1 in each dtype."""

    def __missing__(self, dtype: Any) -> Any:
        self[dtype] = one = np.ones((), dtype)
        return one


_ONES = _Ones()


def sigmoid(input: Array) -> Array:
    """``1 / (1 + exp(-input))``; where the exponential overflows, 0 is right."""
    one = _ONES[input.dtype]
    out = np.exp(-input)
    if out.ndim == 0:
        return one / (one + out)
    np.add(out, one, out)
    return np.divide(one, out, out)


def sigmoid_backward(grad_output: Array, output: Array) -> Array:
    """``g output (1 - output)``."""
    out = _ONES[output.dtype] - output
    if out.ndim == 0:
        return grad_output * output * out
    np.multiply(out, output, out)
    return np.multiply(out, grad_output, out)


def tanh_backward(grad_output: Array, output: Array) -> Array:
    """``g (1 - output^2)``."""
    out = output * output
    if out.ndim == 0:
        return grad_output * (_ONES[output.dtype] - out)
    np.subtract(_ONES[output.dtype], out, out)
    return np.multiply(out, grad_output, out)


KERNELS: Mapping[str, Callable[..., Any]] = {
    "sigmoid": sigmoid,
    "sigmoid_backward": sigmoid_backward,
    "tanh_backward": tanh_backward,
}
