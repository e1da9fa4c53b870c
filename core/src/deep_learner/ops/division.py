"""Quotients and remainders, elementwise and broadcasting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..typing import Array, Namespace, Scalar
from .operation import op
from .out import computed_into

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(promote="float")
def divide(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Divide exactly: ``input / other``; integers give the default float dtype. ``x / 0`` is inf or NaN.

    Shapes: (*), (*), broadcast -> (*).
    """
    return input / other


@divide.vjp("input")
def _(xp: Namespace, g: Array, other: Array | Scalar) -> Array:
    return g / other


@divide.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return -(g / other) * (input / other)  # not by the quotient: programs write to it


@op(promote="arithmetic", refuses="bool complex")
def floor_divide(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """The quotient rounded towards minus infinity, in the common dtype. Its derivative is 0.

    Shapes: (*), (*), broadcast -> (*).
    """
    return xp.floor_divide(input, other)


@floor_divide.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@floor_divide.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(promote="arithmetic", refuses="bool complex")
def trunc_divide(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """The quotient rounded towards zero. Its derivative is 0.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    if not _integral(xp, input, other):
        return xp.trunc(xp.divide(input, other))
    # Not by floats, which end at 2**53: one more than the floor where that is negative and inexact.
    floored = xp.floor_divide(input, other)
    inexact = xp.logical_and(floored < 0, floored * other != input)
    return floored + xp.astype(inexact, floored.dtype)


def _integral(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> bool:
    array: Array = input if hasattr(input, "dtype") else other
    return xp.isdtype(array.dtype, "integral")


@trunc_divide.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@trunc_divide.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


def div(
    input: Tensor | Scalar,
    other: Tensor | Scalar,
    *,
    rounding_mode: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Divide as ``torch.div`` does.

    Parameters
    ----------
    input, other
        Broadcastable to one shape.
    rounding_mode
        None: the exact quotient, floating. ``"floor"``, ``"trunc"``: rounded, in the operands' common dtype.

    Raises
    ------
    RuntimeError
        For another ``rounding_mode``.
    """
    if out is not None:
        return computed_into(out, div, (input, other), {"rounding_mode": rounding_mode})
    if rounding_mode is None:
        return divide(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        return trunc_divide(input, other)
    raise RuntimeError(f"rounding_mode must be None, 'floor' or 'trunc'. Received: {rounding_mode!r}")


@op(promote="arithmetic", refuses="bool complex")
def remainder(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """What floor division leaves: ``input - other * floor(input / other)``, with the sign of ``other``.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.remainder(input, other)


@remainder.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@remainder.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return -g * xp.floor_divide(input, other)


@op(promote="arithmetic", refuses="bool complex")
def fmod(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """What truncating division leaves: ``input - other * trunc(input / other)``, of the sign of ``input``.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    if _integral(xp, input, other):
        return input - xp.trunc_divide(input, other) * other
    return xp.copysign(xp.remainder(_magnitude(xp, input), _magnitude(xp, other)), input)


def _magnitude(xp: Namespace, x: Array | Scalar) -> Array | Scalar:
    return xp.abs(x) if hasattr(x, "dtype") else abs(x)


@fmod.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@fmod.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return -g * xp.trunc(xp.divide(input, other))


@op(promote="float", autocast={"accelerator": "float32"})
def reciprocal(xp: Namespace, input: Array) -> Array:
    """One over ``input``; integers give the default float dtype.

    Shape: (*) -> (*).
    """
    return 1.0 / input


@reciprocal.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return -g * (out * out)
