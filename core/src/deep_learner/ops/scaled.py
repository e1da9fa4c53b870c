"""PyTorch's ``add``, ``sub`` and ``rsub``, whose second operand may be scaled by ``alpha``, and ``positive``."""

from __future__ import annotations

from ..dtypes import BOOL, SIGNED, UNSIGNED, bool_
from ..namespaces.type_information import result_type
from ..tensor import Tensor
from ..typing import Scalar
from . import arithmetic
from .numbers import as_element
from .out import computed_into


def _scaled(input: Tensor | Scalar, other: Tensor | Scalar, alpha: Scalar) -> Tensor | Scalar:
    """``alpha * other`` in the operands' common dtype, which must hold ``alpha``."""
    if alpha == 1 and alpha is not True:
        return other
    common = result_type(input, other)
    if not isinstance(alpha, int) and common.kind in (BOOL, SIGNED, UNSIGNED):
        raise RuntimeError(
            f"For integral input tensors, argument alpha must not be a floating point number. Received: alpha={alpha!r}"
        )
    if isinstance(alpha, bool) and common.kind != BOOL:
        raise RuntimeError(
            f"Boolean alpha only supported for Boolean results. Received: {alpha} for {common.name}"
        )
    factor = as_element(alpha, common)
    return (other.to(common) if isinstance(other, Tensor) else other) * factor


def add(
    input: Tensor | Scalar, other: Tensor | Scalar, *, alpha: Scalar = 1, out: Tensor | None = None
) -> Tensor:
    """Add: ``input + alpha * other``, broadcast, in the operands' common dtype.

    Raises
    ------
    RuntimeError
        If ``alpha`` is a fraction and the operands hold integers, or their common dtype does not hold it.
    """
    if out is not None:
        return computed_into(out, add, (input, other), {"alpha": alpha})
    return arithmetic.add(input, _scaled(input, other, alpha))


def subtract(
    input: Tensor | Scalar, other: Tensor | Scalar, *, alpha: Scalar = 1, out: Tensor | None = None
) -> Tensor:
    """Subtract: ``input - alpha * other``, broadcast, in the operands' common dtype. Raises as :func:`add`."""
    if out is not None:
        return computed_into(out, subtract, (input, other), {"alpha": alpha})
    return arithmetic.subtract(input, _scaled(input, other, alpha))


def rsub(input: Tensor | Scalar, other: Tensor | Scalar, *, alpha: Scalar = 1) -> Tensor:
    """Subtract the other way round: ``other - alpha * input``. Raises as :func:`add`."""
    return arithmetic.rsub(_scaled(other, input, alpha), other)


def positive(input: Tensor) -> Tensor:
    """The tensor itself, not a copy. Raises RuntimeError for booleans."""
    if input.dtype is bool_:
        raise RuntimeError(
            "booleans have no sign. Received: a tensor of bool; convert it, as in x.to(deep_learner.int64)"
        )
    return input
