"""Comparisons and tests, elementwise and broadcasting; the results are boolean and never carry a gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..typing import Array, Namespace, Scalar
from .operation import op

if TYPE_CHECKING:
    from ..tensor import Tensor


@op(promote="arithmetic", differentiable=False)
def equal(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input == other``, elementwise (``torch.eq``; for two tensors as a whole :func:`array_equal`).

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.equal(input, other)


@op(promote="arithmetic", differentiable=False)
def not_equal(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input != other``, elementwise.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.not_equal(input, other)


@op(promote="arithmetic", refuses="complex", differentiable=False)
def less(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input < other``, elementwise. Raises: NotImplementedError for complex numbers.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.less(input, other)


@op(promote="arithmetic", refuses="complex", differentiable=False)
def less_equal(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input <= other``, elementwise. Raises: NotImplementedError for complex numbers.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.less_equal(input, other)


@op(promote="arithmetic", refuses="complex", differentiable=False)
def greater(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input > other``, elementwise. Raises: NotImplementedError for complex numbers.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.greater(input, other)


@op(promote="arithmetic", refuses="complex", differentiable=False)
def greater_equal(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input >= other``, elementwise. Raises: NotImplementedError for complex numbers.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.greater_equal(input, other)


@op(differentiable=False)
def isnan(xp: Namespace, input: Array) -> Array:
    """Whether each element is NaN; no integer is.

    Shape: (*) -> (*), bool.
    """
    return xp.isnan(input)


@op(differentiable=False)
def isinf(xp: Namespace, input: Array) -> Array:
    """Whether each element is infinite; no integer is.

    Shape: (*) -> (*), bool.
    """
    return xp.isinf(input)


@op(differentiable=False)
def isfinite(xp: Namespace, input: Array) -> Array:
    """Whether each element is neither infinite nor NaN; all integers are.

    Shape: (*) -> (*), bool.
    """
    return xp.isfinite(input)


@op(refuses="complex", differentiable=False)
def isposinf(xp: Namespace, input: Array) -> Array:
    """Whether each element is positive infinity.

    Shape: (*) -> (*), bool.
    """
    return xp.logical_and(xp.isinf(input), input > 0)


@op(refuses="complex", differentiable=False)
def isneginf(xp: Namespace, input: Array) -> Array:
    """Whether each element is negative infinity.

    Shape: (*) -> (*), bool.
    """
    return xp.logical_and(xp.isinf(input), input < 0)


@op(refuses="complex", differentiable=False)
def signbit(xp: Namespace, input: Array) -> Array:
    """Whether the sign of each element is negative, also that of a zero.

    Shape: (*) -> (*), bool.
    """
    return xp.signbit(input) if xp.isdtype(input.dtype, "real floating") else input < 0


@op(differentiable=False)
def isclose(
    xp: Namespace,
    input: Array,
    other: Array,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Array:
    """``|input - other| <= atol + rtol * |other|``, elementwise; infinities are close to themselves only.

    Parameters
    ----------
    input, other
        Broadcastable, of one dtype.
    rtol, atol
        The relative and the absolute tolerance.
    equal_nan
        Whether NaN is close to NaN.

    Raises
    ------
    RuntimeError
        If the dtypes differ, or a tolerance is negative.
    """
    if input.dtype != other.dtype:
        raise RuntimeError("isclose compares tensors of one dtype; write other.to(input.dtype)")
    if not (rtol >= 0 and atol >= 0):
        raise RuntimeError(f"tolerances must not be negative. Received: rtol={rtol}, atol={atol}")
    close = xp.equal(input, other)
    if equal_nan:
        close = xp.logical_or(close, xp.logical_and(input != input, other != other))
    if not xp.isdtype(input.dtype, ("real floating", "complex floating")):
        if xp.isdtype(input.dtype, "bool"):
            return close
        input, other = xp.astype(input, xp.float64), xp.astype(other, xp.float64)
    distance = xp.abs(input - other)
    near = xp.logical_and(xp.isfinite(distance), distance <= atol + rtol * xp.abs(other))
    return xp.logical_or(close, near)


def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close in the sense of :func:`isclose`.

    Raises: RuntimeError if the dtypes differ, or a tolerance is negative.
    """
    return all_true(isclose(input, other, rtol, atol, equal_nan))


def array_equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and elements (``torch.equal``)."""
    return input.shape == other.shape and all_true(equal(input, other))


def all_true(input: Tensor) -> bool:
    """Whether every element of a boolean tensor is True; so for an empty one."""
    return bool(_all(input))


@op(name="all_true", differentiable=False)
def _all(xp: Namespace, input: Array) -> Array:
    """Whether all elements are True: (*) -> (), bool."""
    return xp.all(input)
