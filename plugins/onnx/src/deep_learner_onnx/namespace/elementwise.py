"""Functions of each element, and casts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.emission import cast_to, emit, unsupported

__all__ = ["RULES", "unary"]

_FLOATING = {
    "acos": "Acos", "acosh": "Acosh", "asin": "Asin", "asinh": "Asinh", "atan": "Atan", "atanh": "Atanh", "cos": "Cos",
    "cosh": "Cosh", "exp": "Exp", "log": "Log", "reciprocal": "Reciprocal", "sin": "Sin", "sinh": "Sinh",
    "sqrt": "Sqrt", "tan": "Tan", "tanh": "Tanh",
}  # fmt: skip
_ROUNDING = {"ceil": "Ceil", "floor": "Floor", "round": "Round"}


def unary(operator: str, x: SymbolicArray, dtype: Any = None) -> SymbolicArray:
    """A node with one operand."""
    return emit(operator, [x], x.shape, dtype or x.dtype)


def _floating(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /) -> Any:
        if x.dtype.kind == "c":
            raise unsupported("complex numbers")
        return unary(operator, x if x.dtype.kind == "f" else cast_to(x, np.float64))

    return rule


def _rounding(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /) -> Any:
        return unary(operator, x) if x.dtype.kind == "f" else x

    return rule


def _trunc(xp: Any, x: Any, /) -> Any:
    if x.dtype.kind != "f":
        return x
    return xp.where(xp.less(x, 0), xp.ceil(x), xp.floor(x))


def _abs(xp: Any, x: Any, /) -> Any:
    return unary("Abs", x) if x.dtype.kind in "fiu" else x


def _negative(xp: Any, x: Any, /) -> Any:
    return 0 - x if x.dtype.kind == "u" else unary("Neg", x)


def _sign(xp: Any, x: Any, /) -> Any:
    sign = unary("Sign", x)
    return xp.where(xp.isnan(x), x, sign) if x.dtype.kind == "f" else sign


def _square(xp: Any, x: Any, /) -> Any:
    return x * x


def _log_to(base: float) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /) -> Any:
        return xp.log(x) * (1.0 / math.log(base))

    return rule


def _log1p(xp: Any, x: Any, /) -> Any:
    """log(u) x / (u - 1) with u = 1 + x: the rounding of u cancels. Source: HP-15C Advanced Functions Handbook."""
    x = x if x.dtype.kind == "f" else cast_to(x, np.float64)
    raised = 1.0 + x
    lost = xp.logical_or(xp.equal(raised, 1.0), xp.isinf(raised))
    return xp.where(xp.equal(raised, 1.0), x, xp.log(raised) * xp.where(lost, 1.0, x / (raised - 1.0)))


def _expm1(xp: Any, x: Any, /) -> Any:
    """tanh(x / 2) (exp(x) + 1), which keeps the digits of small x."""
    x = x if x.dtype.kind == "f" else cast_to(x, np.float64)
    return xp.tanh(0.5 * x) * (xp.exp(x) + 1.0)


def _isnan(xp: Any, x: Any, /) -> Any:
    return unary("IsNaN", x, np.bool_) if x.dtype.kind == "f" else _never(xp, x)


def _isinf(xp: Any, x: Any, /) -> Any:
    return unary("IsInf", x, np.bool_) if x.dtype.kind == "f" else _never(xp, x)


def _never(xp: Any, x: Any) -> Any:
    return xp.zeros(x.shape, dtype=np.bool_)


def _isfinite(xp: Any, x: Any, /) -> Any:
    return xp.logical_not(xp.logical_or(xp.isnan(x), xp.isinf(x)))


def _signbit(xp: Any, x: Any, /) -> Any:
    return xp.logical_or(xp.less(x, 0), xp.logical_and(xp.equal(x, 0), xp.less(1.0 / x, 0)))


def _logical_not(xp: Any, x: Any, /) -> Any:
    return unary("Not", cast_to(x, np.bool_))


def _bitwise_invert(xp: Any, x: Any, /) -> Any:
    return unary("Not" if x.dtype.kind == "b" else "BitwiseNot", x)


def _itself(xp: Any, x: Any, /) -> Any:
    return x


def _imag(xp: Any, x: Any, /) -> Any:
    raise unsupported("complex numbers")


def _astype(xp: Any, x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    if np.dtype(dtype).kind == "c":
        raise unsupported("complex numbers")
    return cast_to(x, dtype)


RULES: dict[str, Callable[..., Any]] = {
    **{name: _floating(operator) for name, operator in _FLOATING.items()},
    **{name: _rounding(operator) for name, operator in _ROUNDING.items()},
    "trunc": _trunc, "abs": _abs, "negative": _negative, "sign": _sign, "square": _square, "log2": _log_to(2.0),
    "log10": _log_to(10.0), "log1p": _log1p, "expm1": _expm1, "isnan": _isnan, "isinf": _isinf, "isfinite": _isfinite,
    "signbit": _signbit, "logical_not": _logical_not, "bitwise_invert": _bitwise_invert, "positive": _itself,
    "conj": _itself, "real": _itself, "imag": _imag, "astype": _astype,
}  # fmt: skip
