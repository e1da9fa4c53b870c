"""Circular and hyperbolic functions and their inverses, elementwise.

Angles are in radians; integers give the default float dtype. The derivatives stand in DLMF 4.20, 4.24, 4.34
and 4.38, written so that they neither overflow early nor lose digits: https://dlmf.nist.gov/4
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace, Scalar
from .operation import op


@op(promote="float")
def sin(xp: Namespace, input: Array) -> Array:
    """Sine of an angle in radians.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.sin(input)


@sin.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.cos(input)


@op(promote="float")
def cos(xp: Namespace, input: Array) -> Array:
    """Cosine of an angle in radians.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.cos(input)


@cos.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return -g * xp.sin(input)


@op(promote="float", autocast={"accelerator": "float32"})
def tan(xp: Namespace, input: Array) -> Array:
    """Tangent ``sin(input) / cos(input)`` of an angle in radians.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.tan(input)


@tan.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * (1.0 + out * out)


@op(promote="float", autocast={"accelerator": "float32"})
def asin(xp: Namespace, input: Array) -> Array:
    """Inverse sine, in [-pi/2, pi/2]; NaN outside [-1, 1].

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.asin(input)


@asin.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / xp.sqrt((1.0 - input) * (1.0 + input))


@op(promote="float", autocast={"accelerator": "float32"})
def acos(xp: Namespace, input: Array) -> Array:
    """Inverse cosine, in [0, pi]; NaN outside [-1, 1].

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.acos(input)


@acos.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return -g / xp.sqrt((1.0 - input) * (1.0 + input))


@op(promote="float")
def atan(xp: Namespace, input: Array) -> Array:
    """Inverse tangent, in [-pi/2, pi/2].

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.atan(input)


@atan.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / (1.0 + input * input)


@op(promote="float", refuses="complex", autocast={"accelerator": "promote"})
def atan2(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Angle of the point (x = ``other``, y = ``input``), in [-pi, pi]. The gradient at the origin is 0.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return xp.atan2(input, other)


@atan2.vjp("input", "other")
def _(
    xp: Namespace, g: Array, input: Array | Scalar, other: Array | Scalar, wanted: Sequence[bool]
) -> tuple[Array | None, Array | None]:
    square = input * input + other * other
    share = g / xp.where(square == 0, 1.0, square)
    return (share * other if wanted[0] else None, share * -input if wanted[1] else None)


@op(promote="float", autocast={"accelerator": "float32"})
def sinh(xp: Namespace, input: Array) -> Array:
    """Hyperbolic sine ``(exp(input) - exp(-input)) / 2``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.sinh(input)


@sinh.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.cosh(input)


@op(promote="float", autocast={"accelerator": "float32"})
def cosh(xp: Namespace, input: Array) -> Array:
    """Hyperbolic cosine ``(exp(input) + exp(-input)) / 2``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.cosh(input)


@cosh.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.sinh(input)


@op(promote="float")
def tanh(xp: Namespace, input: Array) -> Array:
    """Hyperbolic tangent. Its derivative ``1 - out ** 2`` is finite everywhere.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.tanh(input)


@tanh.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.tanh_backward(g, out)


@op
def tanh_backward(xp: Namespace, grad_output: Array, output: Array) -> Array:
    """The gradient of :func:`tanh` from its output: ``grad_output * (1 - output**2)``.

    Shapes: (*), (*) -> (*), same dtype.
    """
    return grad_output * (1.0 - output * output)


@op(promote="float")
def asinh(xp: Namespace, input: Array) -> Array:
    """Inverse hyperbolic sine ``log(input + sqrt(input^2 + 1))``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.asinh(input)


@asinh.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / xp.sqrt(input * input + 1.0)


@op(promote="float")
def acosh(xp: Namespace, input: Array) -> Array:
    """Inverse hyperbolic cosine, nonnegative; NaN below 1.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.acosh(input)


@acosh.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / (xp.sqrt(input - 1.0) * xp.sqrt(input + 1.0))


@op(promote="float")
def atanh(xp: Namespace, input: Array) -> Array:
    """Inverse hyperbolic tangent; infinite at -1 and 1, NaN outside.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.atanh(input)


@atanh.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / ((1.0 - input) * (1.0 + input))


@op(promote="float")
def sinc(xp: Namespace, input: Array) -> Array:
    """Normalised sine ``sin(pi * input) / (pi * input)``, and 1 at 0.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    angle = math.pi * xp.where(input == 0, 1.0, input)
    return xp.where(input == 0, 1.0, xp.sin(angle) / angle)


@op(promote="float", refuses="complex")
def deg2rad(xp: Namespace, input: Array) -> Array:
    """Degrees to radians: ``input * pi / 180``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input * (math.pi / 180.0)


@op(promote="float", refuses="complex")
def rad2deg(xp: Namespace, input: Array) -> Array:
    """Radians to degrees: ``input * 180 / pi``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return input * (180.0 / math.pi)
