"""Bringing operands to one dtype before a forward sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..dtypes import BOOL, SIGNED, UNSIGNED, DType, common_dtype, get_default_dtype
from ..size import SymbolicSize
from ..tensor import Tensor
from ..typing import SCALARS, Scalar
from .numbers import as_element, wrapped
from .refusing import check_kind

if TYPE_CHECKING:
    from .operation import Operation


def promote(operation: Operation, values: list[Any], tensors: Sequence[Tensor]) -> None:
    """Cast the Tensors among an operation's operands to their common dtype, in ``values``; casts are recorded.

    Parameters
    ----------
    operation
        Its ``promote`` says how: ``"float"`` makes the default float dtype of integers and booleans, ``"exact"``
        refuses Python numbers that the common dtype does not hold, ``"first"`` makes elements of the first operand's
        dtype of them, and leaves tensors as they are.
    values
        One value for each parameter; changed in place.
    tensors
        The Tensors among the operands.

    Raises
    ------
    NotImplementedError
        If the operation refuses the common dtype.
    RuntimeError
        If a Python number is out of the range of a dtype that must hold it.
    """
    if operation.promote == "first":
        check_kind(operation, tensors[0].dtype, values)
        for i in operation.operands:
            if isinstance(values[i], SCALARS):
                values[i] = as_element(values[i], tensors[0].dtype)
        return
    scalars = [values[i] for i in operation.operands if isinstance(values[i], Scalar)]
    target = common_dtype([(tensor.dtype, tensor.ndim) for tensor in tensors], scalars)
    check_kind(operation, target, values)
    if operation.promote == "float" and target.kind in (BOOL, SIGNED, UNSIGNED):
        target = get_default_dtype()
    exact = operation.promote == "exact"
    for i in operation.operands:
        values[i] = _cast(values[i], target, exact)


def _cast(value: Any, target: DType, exact: bool) -> Any:
    if isinstance(value, Tensor):
        return value if value.dtype is target else value.to(target)
    if isinstance(value, list):
        return [_cast(item, target, exact) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if exact and isinstance(value, Scalar):
        return as_element(value, target)
    if isinstance(value, SymbolicSize):
        return value
    if isinstance(value, bool) and target.kind != BOOL:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and target.kind != BOOL:
        return wrapped(value, target) if target.kind in (SIGNED, UNSIGNED) else float(value)
    return value
