"""Smooth activation functions, elementwise. Integers give the default float dtype."""

from __future__ import annotations

import math

from ..typing import Array, Namespace
from .operation import op

_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_PI = math.sqrt(2.0 / math.pi)


@op(promote="float")
def sigmoid(xp: Namespace, input: Array) -> Array:
    """Logistic function ``1 / (1 + exp(-input))``, with all digits on both tails.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return 1.0 / (1.0 + xp.exp(-input))


@sigmoid.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.sigmoid_backward(g, out)


@op
def sigmoid_backward(xp: Namespace, grad_output: Array, output: Array) -> Array:
    """The gradient of :func:`sigmoid` from its output: ``grad_output * output * (1 - output)``.

    Shapes: (*), (*) -> (*), same dtype.
    """
    return grad_output * (output * (1.0 - output))


@op(promote="float", refuses="bool integer complex")
def logsigmoid(xp: Namespace, input: Array) -> Array:
    """``log(sigmoid(input))`` without underflow.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.minimum(input, 0.0) - xp.log1p(xp.exp(-xp.abs(input)))


@logsigmoid.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return -g * xp.expm1(out)


@op(promote="float", refuses="bool integer complex", autocast={"accelerator": "float32"})
def softplus(xp: Namespace, input: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """``log(1 + exp(beta * input)) / beta``, and ``input`` itself where ``beta * input > threshold``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    scaled = input * beta
    smooth = xp.maximum(scaled, 0.0) + xp.log1p(xp.exp(-xp.abs(scaled)))
    return xp.where(scaled > threshold, input, smooth / beta)


@softplus.vjp("input")
def _(xp: Namespace, g: Array, input: Array, beta: float, threshold: float) -> Array:
    scaled = input * beta
    return g * xp.where(scaled > threshold, 1.0, xp.sigmoid(scaled))


@op(promote="float", refuses="bool integer")
def silu(xp: Namespace, input: Array) -> Array:
    """Sigmoid-weighted linear unit ``input * sigmoid(input)``, also called swish.

    Shape: (*) -> (*); integers and booleans give the default float dtype.

    Source: Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
    """
    return input * xp.sigmoid(input)


@silu.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    share = xp.sigmoid(input)
    return g * (share * (1.0 + input * (1.0 - share)))


@op(promote="float", refuses="bool integer complex")
def mish(xp: Namespace, input: Array) -> Array:
    """``input * tanh(softplus(input))``. Source: Misra 2019, https://arxiv.org/abs/1908.08681

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input * xp.tanh(xp.softplus(input))


@mish.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    gate = xp.tanh(xp.softplus(input))
    return g * (gate + input * xp.sigmoid(input) * (1.0 - gate * gate))


@op(promote="float", refuses="bool integer complex")
def gelu(xp: Namespace, input: Array, *, approximate: str = "none") -> Array:
    """Gaussian error linear unit ``input * P(X <= input)`` for a standard normal ``X``.

    Parameters
    ----------
    input
        Any shape.
    approximate
        ``"none"``: exactly, by the error function. ``"tanh"``:
        ``0.5 * input * (1 + tanh(sqrt(2 / pi) * (input + 0.044715 * input ** 3)))``.

    Raises
    ------
    RuntimeError
        For another ``approximate``.

    Notes
    -----
    Source: Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
    """
    if approximate == "tanh":
        return 0.5 * input * (1.0 + xp.tanh(_ROOT_2_PI * (input + 0.044715 * (input * input * input))))
    if approximate != "none":
        raise RuntimeError(f"approximate must be 'none' or 'tanh'. Received: {approximate!r}")
    return 0.5 * input * (1.0 + xp.erf(input * _ROOT_HALF))


@gelu.vjp("input")
def _(xp: Namespace, g: Array, input: Array, approximate: str) -> Array:
    return xp.gelu_backward(g, input, approximate=approximate)


@op(promote="float")
def gelu_backward(xp: Namespace, grad_output: Array, input: Array, *, approximate: str = "none") -> Array:
    """The gradient of :func:`gelu`: ``grad_output`` times its derivative at ``input``.

    Shapes: (*), (*) -> (*), same dtype.
    """
    if approximate == "tanh":
        square = input * input
        gate = xp.tanh(_ROOT_2_PI * (input + 0.044715 * (square * input)))
        inner = _ROOT_2_PI * (1.0 + 0.134145 * square)
        return grad_output * (0.5 * (1.0 + gate) + 0.5 * input * (1.0 - gate * gate) * inner)
    below = 0.5 * (1.0 + xp.erf(input * _ROOT_HALF))
    density = xp.exp(-0.5 * (input * input)) * (0.5 * _ROOT_2_PI)
    return grad_output * (below + input * density)


@op(promote="float", refuses="bool")
def softsign(xp: Namespace, input: Array) -> Array:
    """``input / (1 + |input|)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input / (1.0 + xp.abs(input))


@softsign.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    scale = 1.0 + xp.abs(input)
    return g / (scale * scale)


@op(promote="float", refuses="bool")
def tanhshrink(xp: Namespace, input: Array) -> Array:
    """``input - tanh(input)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input - xp.tanh(input)


@op(promote="float", refuses="complex")
def logit(xp: Namespace, input: Array, eps: float | None = None) -> Array:
    """``log(input / (1 - input))``, the inverse of the sigmoid, of ``input`` limited to [eps, 1 - eps].

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    if eps is not None:
        input = xp.clip(input, eps, 1.0 - eps)
    return xp.log(input / (1.0 - input))


@op(refuses="bool integer complex")
def glu(xp: Namespace, input: Array, dim: int = -1) -> Array:
    """Gated linear unit ``a * sigmoid(b)`` for the halves ``a``, ``b`` of ``input`` along ``dim``.

    Raises: RuntimeError if the size of ``dim`` is odd.
    Source: Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
    """
    size = input.shape[dim]
    if size % 2:
        raise RuntimeError(f"glu halves dimension {dim}, whose size must be even. Received: {size}")
    axis = dim % input.ndim
    before = (slice(None),) * axis
    after = (slice(None),) * (input.ndim - axis - 1)
    left, right = (slice(None, size // 2), slice(size // 2, None))
    return input[(*before, left, *after)] * xp.sigmoid(input[(*before, right, *after)])
