"""Choosing between elements: the larger, the smaller, those within bounds, those that a mask picks.

Where an element is not chosen its gradient is an exact zero, even if the incoming one is infinite or NaN.
"""

from __future__ import annotations

from .. import dtypes
from ..typing import Array, Namespace, Scalar
from .numbers import as_operand
from .operation import op


@op(promote="arithmetic", refuses="complex")
def maximum(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """The larger of two elements, NaN if one is NaN. Equal ones share the gradient evenly.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.maximum(input, other)


@maximum.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | Scalar) -> Array:
    return xp.masked_fill(xp.where(input == other, g / 2, g), input < other, 0)


@maximum.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return xp.masked_fill(xp.where(other == input, g / 2, g), other < input, 0)


@op(promote="arithmetic", refuses="complex")
def minimum(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """The smaller of two elements, NaN if one is NaN. Equal ones share the gradient evenly.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.minimum(input, other)


@minimum.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | Scalar) -> Array:
    return xp.masked_fill(xp.where(input == other, g / 2, g), input > other, 0)


@minimum.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return xp.masked_fill(xp.where(other == input, g / 2, g), other > input, 0)


@op(promote="arithmetic", refuses="complex")
def fmax(xp: Namespace, input: Array, other: Array) -> Array:
    """The larger of two elements, or the one that is a number. Of equal ones ``input`` gets the gradient.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.where(_first(xp, input >= other, other), input, other)


@op(promote="arithmetic", refuses="complex")
def fmin(xp: Namespace, input: Array, other: Array) -> Array:
    """The smaller of two elements, or the one that is a number. Of equal ones ``input`` gets the gradient.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.where(_first(xp, input <= other, other), input, other)


def _first(xp: Namespace, ordered: Array, other: Array) -> Array:
    return xp.logical_or(ordered, other != other)


@op(promote="exact", refuses="complex")
def clip(
    xp: Namespace, input: Array, min: Array | Scalar | None = None, max: Array | Scalar | None = None
) -> Array:
    """Limit to bounds: ``minimum(maximum(input, min), max)``.

    Parameters
    ----------
    input
        Any shape, a real dtype.
    min, max
        Numbers or tensors that broadcast with ``input``; None for no bound. ``max`` wins where ``min > max``.

    Notes
    -----
    The gradient is 1 on the closed interval. A bound that is a tensor gets it where it was applied.
    """
    if min is None and max is None:
        return xp.asarray(input, copy=True)
    out = input if min is None else xp.maximum(input, min)
    return out if max is None else xp.minimum(out, max)


@clip.vjp("input")
def _(xp: Namespace, g: Array, input: Array, min: Array | Scalar | None, max: Array | Scalar | None) -> Array:
    if min is not None:
        g = xp.masked_fill(g, input < min, 0)
    return g if max is None else xp.masked_fill(g, input > max, 0)


@clip.vjp("min")
def _(xp: Namespace, g: Array, input: Array, min: Array, max: Array | Scalar | None) -> Array:
    g = xp.masked_fill(g, input >= min, 0)
    return g if max is None else xp.masked_fill(g, min >= max, 0)


@clip.vjp("max")
def _(xp: Namespace, g: Array, input: Array, min: Array | Scalar | None, max: Array) -> Array:
    applied = input > max
    if min is not None:
        applied = xp.logical_or(applied, max < min)
    return xp.masked_fill(g, xp.logical_not(applied), 0)


@op
def where(xp: Namespace, condition: Array, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input`` where ``condition`` is True, else ``other``.

    Parameters
    ----------
    condition
        Boolean.
    input, other
        Broadcastable with ``condition``; brought to a common dtype, for which ``condition`` does not count.

    Raises
    ------
    RuntimeError
        If ``condition`` is neither boolean nor uint8.
    """
    truth = dtypes.from_native(condition.dtype)
    if truth.kind != dtypes.BOOL:
        if truth is not dtypes.uint8:
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but it has dtype {truth.name}"
            )
        condition = xp.astype(condition, xp.bool)
    if getattr(input, "dtype", None) != getattr(other, "dtype", ...):
        input, other = _in_common_dtype(xp, condition, input, other)
    return xp.where(condition, input, other)


def _in_common_dtype(
    xp: Namespace, condition: Array, input: Array | Scalar, other: Array | Scalar
) -> tuple[Array, Array]:
    """Both as arrays of PyTorch's result type, for which ``condition`` does not count."""
    choices = (input, other)
    arrays = [(dtypes.as_dtype(x.dtype), x.ndim) for x in choices if not isinstance(x, Scalar)]
    common = dtypes.common_dtype(arrays, [x for x in choices if isinstance(x, Scalar)])
    native = getattr(xp, common.name)
    made = [
        xp.asarray(as_operand(x, common), dtype=native, device=condition.device)
        if isinstance(x, Scalar)
        else xp.astype(x, native)
        for x in choices
    ]
    return made[0], made[1]


@where.vjp("input")
def _(xp: Namespace, g: Array, condition: Array) -> Array:
    return xp.masked_fill(g, xp.logical_not(condition), 0)


@where.vjp("other")
def _(xp: Namespace, g: Array, condition: Array) -> Array:
    return xp.masked_fill(g, condition, 0)


@op(promote="first")
def masked_fill(xp: Namespace, input: Array, mask: Array, value: Array | Scalar) -> Array:
    """``value`` where ``mask`` is True, else ``input``; in the dtype of ``input``.

    Parameters
    ----------
    input, mask
        Broadcastable; ``mask`` is boolean.
    value
        A number or a 0-d tensor.

    Raises
    ------
    RuntimeError
        If ``mask`` is not boolean, ``value`` has dimensions, or is out of the dtype's range.
    """
    if not xp.isdtype(mask.dtype, "bool"):
        raise RuntimeError("masked_fill needs a boolean mask; write mask.bool() or a comparison")
    complex_value = isinstance(value, complex) or (
        not isinstance(value, Scalar) and xp.isdtype(value.dtype, "complex floating")
    )
    if complex_value and not xp.isdtype(input.dtype, "complex floating"):
        raise RuntimeError(
            f"value cannot be converted to type {input.dtype} without overflow: it is complex. Received: {value}"
        )
    if isinstance(value, Scalar):
        return xp.where(mask, value, input)
    if value.ndim:
        raise RuntimeError("masked_fill fills with a number or a 0-d tensor; use where for several values")
    return xp.where(mask, xp.astype(value, input.dtype), input)


@masked_fill.vjp("input")
def _(xp: Namespace, g: Array, mask: Array) -> Array:
    return xp.masked_fill(g, mask, 0)


@masked_fill.vjp("value")
def _(xp: Namespace, g: Array, mask: Array) -> Array:
    return xp.masked_fill(g, xp.logical_not(mask), 0)


@op
def nan_to_num(
    xp: Namespace, input: Array, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """Replace NaN by ``nan``, infinities by ``posinf`` and ``neginf``: by default the largest finite numbers.

    Shape: (*) -> (*), same dtype.
    Integers stay what they are. The gradient of what was replaced is 0.
    """
    if xp.isdtype(input.dtype, ("bool", "integral")):
        return xp.asarray(input, copy=True)
    largest = float(xp.finfo(input.dtype).max)
    out = xp.where(input != input, nan, input)
    infinite = xp.isinf(input)
    out = xp.where(xp.logical_and(infinite, input > 0), largest if posinf is None else posinf, out)
    return xp.where(xp.logical_and(infinite, input < 0), -largest if neginf is None else neginf, out)


@nan_to_num.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return xp.masked_fill(g, xp.logical_not(xp.isfinite(input)), 0)


@op(promote="arithmetic", refuses="complex")
def heaviside(xp: Namespace, input: Array, values: Array) -> Array:
    """Step function: 0 below 0 and for NaN, ``values`` at 0, 1 above.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    step = xp.astype(input > 0, input.dtype)
    return xp.where(input == 0, values, step)
