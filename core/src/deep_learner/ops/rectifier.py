"""Piecewise activation functions, elementwise. At each kink the derivative is PyTorch's."""

from __future__ import annotations

import math

from ..typing import Array, Namespace
from .operation import op


@op(refuses="bool complex")
def relu(xp: Namespace, input: Array) -> Array:
    """Rectified linear unit ``max(input, 0)``; the derivative at 0 is 0.

    Shape: (*) -> (*), same dtype.
    """
    return xp.maximum(input, 0)


@relu.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.masked_fill(g, out <= 0, 0)


@op(promote="float", refuses="bool integer complex")
def leaky_relu(xp: Namespace, input: Array, negative_slope: float = 0.01) -> Array:
    """``input`` above 0, ``negative_slope * input`` elsewhere.

    Shape: (*) -> (*), same dtype.
    """
    return xp.where(input > 0, input, input * negative_slope)


@leaky_relu.vjp("input")
def _(xp: Namespace, g: Array, input: Array, negative_slope: float) -> Array:
    return xp.where(input > 0, g, g * negative_slope)


@op(promote="arithmetic", refuses="bool integer complex", autocast="lower")
def prelu(xp: Namespace, input: Array, weight: Array) -> Array:
    """Leaky rectifier with a learned slope: ``input`` above 0, ``weight * input`` elsewhere.

    Shape: ``input`` (N, C, *), ``weight`` (C,) or (1,). Raises: RuntimeError if ``weight`` has another size.
    Source: He et al. 2015, https://arxiv.org/abs/1502.01852
    """
    channels = input.shape[1] if input.ndim > 1 else 1
    size = math.prod(weight.shape)
    if weight.ndim > 1 or size not in (1, channels):
        raise RuntimeError(f"prelu needs one weight, or one for each of the {channels} channels")
    weight = xp.reshape(weight, (channels,) + (1,) * (input.ndim - 2) if size > 1 else ())
    return xp.where(input > 0, input, weight * input)


@op(promote="float", refuses="bool integer complex")
def elu(
    xp: Namespace, input: Array, alpha: float = 1.0, *, scale: float = 1.0, input_scale: float = 1.0
) -> Array:
    """``scale`` times ``input`` above 0, times ``alpha * (exp(input_scale * input) - 1)`` elsewhere.

    Shape: (*) -> (*); integers and booleans give the default float dtype.

    Source: Clevert et al. 2015, https://arxiv.org/abs/1511.07289
    """
    curve = xp.expm1(xp.minimum(input, 0.0) * input_scale)
    return xp.where(input <= 0, curve * (alpha * scale), input * scale)


@elu.vjp("input")
def _(xp: Namespace, g: Array, input: Array, alpha: float, scale: float, input_scale: float) -> Array:
    slope = xp.exp(xp.minimum(input, 0.0) * input_scale) * (alpha * scale * input_scale)
    return g * xp.where(input <= 0, slope, scale)


@op(promote="float", refuses="bool integer complex")
def selu(xp: Namespace, input: Array) -> Array:
    """Self-normalising :func:`elu`, with the paper's constants for ``alpha`` and ``scale``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.

    Source: Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """
    return xp.elu(input, 1.6732632423543772, scale=1.0507009873554805)


@op(promote="float", refuses="bool integer complex")
def celu(xp: Namespace, input: Array, alpha: float = 1.0) -> Array:
    """Continuously differentiable :func:`elu`: ``alpha * (exp(input / alpha) - 1)`` below 0.

    Shape: (*) -> (*); integers and booleans give the default float dtype.

    Source: Barron 2017, https://arxiv.org/abs/1704.07483
    """
    return xp.elu(input, alpha, input_scale=1.0 / alpha)


@op(refuses="bool complex")
def hardtanh(xp: Namespace, input: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    """``input`` limited to [min_val, max_val]; the derivative at both bounds is 0.

    Shape: (*) -> (*), same dtype.
    """
    return xp.minimum(xp.maximum(input, min_val), max_val)


@hardtanh.vjp("input")
def _(xp: Namespace, g: Array, input: Array, min_val: float, max_val: float) -> Array:
    return xp.masked_fill(g, xp.logical_or(input <= min_val, input >= max_val), 0)


@op(refuses="bool complex")
def relu6(xp: Namespace, input: Array) -> Array:
    """``input`` limited to [0, 6]; the derivative at both bounds is 0.

    Shape: (*) -> (*), same dtype.
    """
    return xp.hardtanh(input, 0, 6)


@op(promote="float", refuses="bool integer complex")
def hardsigmoid(xp: Namespace, input: Array) -> Array:
    """``relu6(input + 3) / 6``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.relu6(input + 3.0) / 6.0


@op(promote="float", refuses="bool integer complex")
def hardswish(xp: Namespace, input: Array) -> Array:
    """``input * relu6(input + 3) / 6``. Source: Howard et al. 2019, https://arxiv.org/abs/1905.02244

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input * (xp.relu6(input + 3.0) / 6.0)


@op(refuses="bool complex")
def threshold(xp: Namespace, input: Array, threshold: float, value: float) -> Array:
    """``input`` above ``threshold``, ``value`` elsewhere.

    Shape: (*) -> (*), same dtype.
    """
    return xp.where(input <= threshold, value, input)


@op(promote="float", refuses="bool integer complex")
def softshrink(xp: Namespace, input: Array, lambd: float = 0.5) -> Array:
    """``input`` moved by ``lambd`` towards 0, at most to 0. Raises: RuntimeError if ``lambd < 0``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    if not lambd >= 0:
        raise RuntimeError(f"lambd must not be negative. Received: {lambd}")
    return input - xp.clip(input, -lambd, lambd)


@op(promote="float", refuses="bool integer complex")
def hardshrink(xp: Namespace, input: Array, lambd: float = 0.5) -> Array:
    """``input`` outside [-lambd, lambd], 0 within.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.masked_fill(input, xp.abs(input) <= lambd, 0)
