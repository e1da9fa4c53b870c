"""Functions that are sums or integrals of the gamma function's kind: incomplete, of several variables, zeta."""

from __future__ import annotations

import math

from ..typing import Array, Namespace, Scalar
from .kernel_only import needs_kernel
from .operation import op


@op(promote="float", refuses="bool integer complex")
def igamma(xp: Namespace, input: Array, other: Array) -> Array:
    """Lower incomplete gamma function of ``other`` with the parameter ``input``, divided by gamma of it. DLMF 8.2.4

    Shapes: (*), (*), broadcast -> (*), from 0 to 1, NaN for negative operands; integers give the default float dtype.
    Raises: NotImplementedError when the gradient of ``input`` is asked for.
    """
    return needs_kernel(xp, "igamma")


@op(promote="float", refuses="bool integer complex")
def igammac(xp: Namespace, input: Array, other: Array) -> Array:
    """Upper incomplete gamma function, ``1 - igamma(input, other)``, with all digits where it is small. DLMF 8.2.4

    Shapes: (*), (*), broadcast -> (*), from 0 to 1, NaN for negative operands; integers give the default float dtype.
    Raises: NotImplementedError when the gradient of ``input`` is asked for.
    """
    return needs_kernel(xp, "igammac")


def _density(xp: Namespace, shape: Array, x: Array) -> Array:
    """The gamma distribution's density."""
    return xp.exp((shape - 1.0) * xp.log(x) - x - xp.lgamma(shape))


@igamma.vjp("other")
def _(xp: Namespace, g: Array, input: Array, other: Array) -> Array:
    return g * _density(xp, input, other)


@igammac.vjp("other")
def _(xp: Namespace, g: Array, input: Array, other: Array) -> Array:
    return -g * _density(xp, input, other)


def _no_gradient(operation: str, operand: str) -> NotImplementedError:
    return NotImplementedError(
        f"the derivative for {operand!r} of {operation} is not implemented; detach it, as in x.detach()"
    )


@igamma.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    raise _no_gradient("igamma", "input")


@igammac.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    raise _no_gradient("igammac", "input")


@op(promote="float", refuses="bool complex")
def mvlgamma(xp: Namespace, input: Array, p: int) -> Array:
    """Logarithm of the multivariate gamma function of ``p`` dimensions, for elements above ``(p - 1) / 2``. DLMF 35.3.4

    It is ``p (p - 1) log(pi) / 4`` plus the sum of ``lgamma(input - j / 2)`` over j = 0, ..., p - 1.
    Shape: (*) -> (*); integers and booleans give the default float dtype.
    Raises: RuntimeError for a ``p`` below 1.
    """
    if p < 1:
        raise RuntimeError(f"mvlgamma: p has to be greater than or equal to 1. Received: p={p}")
    total = xp.lgamma(input)
    for j in range(1, p):
        total = total + xp.lgamma(input - 0.5 * j)
    return total + 0.25 * p * (p - 1) * math.log(math.pi)


@op(promote="float", refuses="complex")
def special_zeta(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Hurwitz zeta function: the sum of ``(k + other) ** -input`` over k = 0, 1, 2, ... DLMF 25.11.1

    Shapes: (*), (*), broadcast -> (*), infinite where ``input`` is 1, NaN below; integers give the default float dtype.
    Raises: NotImplementedError when the gradient of ``input`` is asked for.
    """
    return needs_kernel(xp, "special_zeta")


@special_zeta.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    raise _no_gradient("special_zeta", "input")


@special_zeta.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return g * (-input * xp.special_zeta(input + 1.0, other))
