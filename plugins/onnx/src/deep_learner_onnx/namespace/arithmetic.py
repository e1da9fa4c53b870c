"""Arithmetic and comparisons: two operands that are brought to one dtype and broadcast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner.typing import Array
from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.emission import broadcast, cast_to, emit, number, unsupported

__all__ = ["RULES", "binary", "together"]

_SAME = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "maximum": "Max", "minimum": "Min",
}  # fmt: skip
_COMPARING = {
    "equal": "Equal", "greater": "Greater", "greater_equal": "GreaterOrEqual", "less": "Less",
    "less_equal": "LessOrEqual",
}  # fmt: skip
_LOGICAL = {"logical_and": "And", "logical_or": "Or", "logical_xor": "Xor"}
_BITWISE = {"bitwise_and": "And", "bitwise_or": "Or", "bitwise_xor": "Xor"}
_NARROW = frozenset({"int8", "int16", "uint8", "uint16"})  # which onnxruntime does not compare


def together(*operands: Any) -> list[Array]:
    """Arrays and Python numbers as arrays of one dtype, that of the arrays."""
    dtypes = [one.dtype for one in operands if isinstance(one, SymbolicArray)]
    scalars = [one for one in operands if not isinstance(one, SymbolicArray)]
    dtype = np.result_type(*dtypes, *[_weak(one) for one in scalars])
    return [number(one, dtype) for one in operands]


def _weak(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return next(kind(0) for kind in (bool, int, float, complex) if isinstance(value, kind))


def binary(operator: str, a: Any, b: Any, dtype: Any = None) -> Array:
    """A node with two operands."""
    a, b = together(a, b)
    return emit(operator, [a, b], broadcast(a.shape, b.shape), dtype or a.dtype)


def _same(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x1: Any, x2: Any, /) -> Any:
        a, b = together(x1, x2)
        if operator == "Div" and a.dtype.kind in "biu":
            a, b = cast_to(a, np.float64), cast_to(b, np.float64)
        if a.dtype.kind == "b":
            logical = {
                "Add": xp.logical_or,
                "Max": xp.logical_or,
                "Mul": xp.logical_and,
                "Min": xp.logical_and,
            }
            return logical[operator](a, b)
        return binary(operator, a, b)

    return rule


def _compared(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x1: Any, x2: Any, /) -> Any:
        a, b = together(x1, x2)
        if a.dtype.name in _NARROW or (a.dtype.kind == "b" and operator != "Equal"):
            a, b = cast_to(a, np.int32), cast_to(b, np.int32)
        return binary(operator, a, b, np.bool_)

    return rule


def _not_equal(xp: Any, x1: Any, x2: Any, /) -> Any:
    return xp.logical_not(xp.equal(x1, x2))


def _logical(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x1: Any, x2: Any, /) -> Any:
        return binary(operator, number(x1, np.bool_), number(x2, np.bool_))

    return rule


def _bitwise(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x1: Any, x2: Any, /) -> Any:
        a, b = together(x1, x2)
        return binary(operator if a.dtype.kind == "b" else f"Bitwise{operator}", a, b)

    return rule


def _left_shift(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    return xp.multiply(a, xp.pow(number(2, a.dtype), b))


def _right_shift(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    return xp.floor_divide(a, xp.pow(number(2, a.dtype), b))


def _pow(xp: Any, x1: Any, x2: Any, /) -> Any:
    if isinstance(x1, SymbolicArray) and not isinstance(x2, SymbolicArray):
        if x2 == 1:
            return x1
        if x2 == 2:
            return xp.multiply(x1, x1)
    return binary("Pow", x1, x2)


def _floor_divide(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    quotient: Any = binary("Div", a, b)
    if a.dtype.kind == "f":
        return xp.floor(quotient)
    if a.dtype.kind == "u":
        return quotient
    below = xp.logical_and(
        xp.not_equal(xp.multiply(quotient, b), a), xp.logical_xor(xp.less(a, 0), xp.less(b, 0))
    )
    return quotient - cast_to(below, a.dtype)


def _remainder(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    if a.dtype.kind != "f":
        return binary("Mod", a, b)
    left = emit("Mod", [a, b], broadcast(a.shape, b.shape), a.dtype, fmod=1)  # has the sign of a
    other = xp.logical_and(xp.not_equal(left, 0), xp.logical_xor(xp.less(left, 0), xp.less(b, 0)))
    return xp.where(other, left + b, left)


def _hypot(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = (xp.abs(one) for one in together(x1, x2))
    large, small = xp.maximum(a, b), xp.minimum(a, b)
    ratio = xp.where(xp.equal(small, 0), small, small / large)
    return xp.where(xp.logical_or(xp.isinf(a), xp.isinf(b)), np.inf, large * xp.sqrt(1.0 + ratio * ratio))


def _logaddexp(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    large, apart = xp.maximum(a, b), xp.abs(a - b)
    return large + xp.log1p(xp.exp(-xp.where(xp.equal(a, b), 0.0, apart)))


def _copysign(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    size = xp.abs(a)
    return xp.where(xp.signbit(b), -size, size)


def _atan2(xp: Any, x1: Any, x2: Any, /) -> Any:
    y, x = together(x1, x2)
    half = xp.copysign(number(np.pi / 2, y.dtype), y)
    angle = xp.atan(y / x)
    behind = xp.where(xp.less(x, 0), angle + 2.0 * half, angle)
    upright = xp.where(xp.equal(y, 0), xp.where(xp.signbit(x), 2.0 * half, y), half)
    return xp.where(xp.equal(x, 0), upright, behind)


def _clip(xp: Any, x: Any, /, min: Any = None, max: Any = None) -> Any:
    if any(isinstance(bound, SymbolicArray) and bound.ndim for bound in (min, max)):
        x = x if min is None else xp.maximum(x, min)
        return x if max is None else xp.minimum(x, max)
    if min is None and max is None:
        return x
    bounds = [None if bound is None else number(bound, x.dtype) for bound in (min, max)]
    return emit("Clip", [x, *bounds], x.shape, x.dtype)


def _where(xp: Any, condition: Any, x1: Any, x2: Any, /) -> Any:
    a, b = (
        together(x1, x2)
        if isinstance(x1, SymbolicArray) or isinstance(x2, SymbolicArray)
        else _numbers(x1, x2)
    )
    condition = number(condition, np.bool_)
    shape = broadcast(condition.shape, a.shape, b.shape)
    if a.dtype.kind == "b":
        return xp.logical_or(xp.logical_and(condition, a), xp.logical_and(xp.logical_not(condition), b))
    if a.dtype.kind == "c":
        raise unsupported("complex numbers")
    return emit("Where", [condition, a, b], shape, a.dtype)


def _numbers(*values: Any) -> list[Array]:
    dtype = np.result_type(*[np.asarray(value).dtype for value in values])
    return [number(value, dtype) for value in values]


RULES: dict[str, Callable[..., Any]] = {
    **{name: _same(operator) for name, operator in _SAME.items()},
    **{name: _compared(operator) for name, operator in _COMPARING.items()},
    **{name: _logical(operator) for name, operator in _LOGICAL.items()},
    **{name: _bitwise(operator) for name, operator in _BITWISE.items()},
    "not_equal": _not_equal, "pow": _pow, "floor_divide": _floor_divide, "remainder": _remainder, "hypot": _hypot,
    "logaddexp": _logaddexp, "copysign": _copysign, "atan2": _atan2, "clip": _clip, "where": _where,
    "bitwise_left_shift": _left_shift, "bitwise_right_shift": _right_shift,
}  # fmt: skip
