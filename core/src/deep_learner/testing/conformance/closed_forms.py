"""Elementwise functions in Python's own numbers, with the special cases that the standard states."""

from __future__ import annotations

import cmath
import math
import operator as operators
from collections.abc import Callable, Sequence
from typing import Any, Final

from .case import Data

__all__ = ["BINARY", "PREDICATES", "UNARY", "VALUES", "binary", "kinds_of", "operands", "unary"]

operator: Any = operators  # typed in part only
inf, nan = math.inf, math.nan
# Each is exact in every floating dtype, so the closed form starts from the same number.
VALUES: Final[dict[str, list[Any]]] = {
    "b": [False, True],
    "i": [-7, -3, -2, -1, 0, 1, 2, 3, 5, 8],
    "u": [0, 1, 2, 3, 5, 8],
    "f": [-3.5, -2.5, -1.5, -1.0, -0.75, -0.5, -0.0, 0.0, 0.0078125, 0.25, 0.5, 1.0, 1.5, 2.5, 7.0, inf, -inf, nan],
    "c": [1 + 2j, -0.5 + 0.25j, 2 - 1.5j, -3 - 0.5j, 0.5 + 0.75j],
}  # fmt: skip
_LEFT: Final[dict[str, list[Any]]] = {
    "b": [False, True],
    "i": [-7, -3, -1, 0, 2, 5],
    "u": [0, 1, 5, 7],
    "f": [-inf, -7.0, -1.5, -0.0, 0.0, 0.5, 2.0, 5.5, inf, nan],
    "c": [1 + 2j, -0.5 + 0.25j, 2 - 1.5j],
}
_FINITE: Final = [-7.0, -3.5, -1.5, -0.25, 0.5, 2.0, 5.5]
_NOT_ZERO: Final = {"i": [-5, -3, -1, 2, 4], "u": [1, 2, 3, 7], "f": [-2.5, -2.0, 0.75, 3.0]}


def closed(function: Callable[..., Any], poles: dict[Any, float] | None = None) -> Callable[..., Any]:
    """A function of Python's `math` as IEEE 754 wants it: nan outside of its domain, infinite where it overflows.

    Parameters
    ----------
    poles
        Values where Python raises and IEEE 754 has an infinity.
    """

    def value(*numbers: Any) -> Any:
        if poles and numbers[0] in poles:
            return poles[numbers[0]]
        try:
            return function(*numbers)
        except ValueError:
            return nan
        except OverflowError:
            return inf

    return value


def rounding(function: Callable[[float], Any]) -> Callable[[Any], Any]:
    """A rounding that leaves integers, infinities and nan as they are."""
    return lambda x: type(x)(function(x)) if isinstance(x, int) or math.isfinite(x) else x


def divide(a: Any, b: Any) -> Any:
    """a / b with the infinities and nan of IEEE 754."""
    if b:
        return a / b
    return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)


def power(a: Any, b: Any) -> Any:
    """a to the power of b, as C99 has it."""
    if isinstance(a, int):
        return a**b
    if a == 0 and b < 0:
        return math.copysign(inf, a) if b % 2 == 1 else inf
    return closed(math.pow)(a, b)


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b)."""
    if a != a or b != b or a == b == inf or -inf in (a, b):
        return a + b if a != a or b != b else max(a, b)
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _sign(x: Any) -> Any:
    if isinstance(x, complex):
        return x / abs(x)
    return x if x != x else type(x)((x > 0) - (x < 0))


def _select(choose: Callable[..., Any]) -> Callable[..., Any]:
    """The greater or the lesser of two; nan if one of them is."""

    def select(a: Any, b: Any) -> Any:
        return nan if a != a or b != b else choose(a, b)

    return select


# By kind of dtype, a function's closed form: real numbers and integers, then complex ones.
_SAME = ("abs", "real", "imag")
UNARY: Final[dict[str, tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None]]] = {
    "abs": ("iuf", abs, abs),
    "acos": ("f", closed(math.acos), cmath.acos),
    "acosh": ("f", closed(math.acosh), cmath.acosh),
    "asin": ("f", closed(math.asin), cmath.asin),
    "asinh": ("f", closed(math.asinh), cmath.asinh),
    "atan": ("f", closed(math.atan), cmath.atan),
    "atanh": ("f", closed(math.atanh, {1.0: inf, -1.0: -inf}), cmath.atanh),
    "bitwise_invert": ("bi", lambda x: not x if isinstance(x, bool) else ~x, None),
    "ceil": ("iuf", rounding(math.ceil), None),
    "conj": ("", abs, lambda z: z.conjugate()),
    "cos": ("f", closed(math.cos), cmath.cos),
    "cosh": ("f", closed(math.cosh), cmath.cosh),
    "exp": ("f", closed(math.exp), cmath.exp),
    "expm1": ("f", closed(math.expm1), lambda z: cmath.exp(z) - 1),
    "floor": ("iuf", rounding(math.floor), None),
    "imag": ("", abs, lambda z: z.imag),
    "isfinite": ("iuf", math.isfinite, cmath.isfinite),
    "isinf": ("iuf", math.isinf, cmath.isinf),
    "isnan": ("iuf", math.isnan, cmath.isnan),
    "log": ("f", closed(math.log, {0.0: -inf}), cmath.log),
    "log10": ("f", closed(math.log10, {0.0: -inf}), cmath.log10),
    "log1p": ("f", closed(math.log1p, {-1.0: -inf}), lambda z: cmath.log(1 + z)),
    "log2": ("f", closed(math.log2, {0.0: -inf}), lambda z: cmath.log(z) / math.log(2)),
    "logical_not": ("b", operator.not_, None),
    "negative": ("if", operator.neg, operator.neg),
    "positive": ("iuf", operator.pos, operator.pos),
    "real": ("", abs, lambda z: z.real),
    "reciprocal": ("f", lambda x: divide(1.0, x), lambda z: 1 / z),
    "round": ("iuf", rounding(round), None),
    "sign": ("iuf", _sign, _sign),
    "signbit": ("f", lambda x: math.copysign(1.0, x) < 0, None),
    "sin": ("f", closed(math.sin), cmath.sin),
    "sinh": ("f", closed(math.sinh), cmath.sinh),
    "sqrt": ("f", closed(math.sqrt), cmath.sqrt),
    "square": ("iuf", lambda x: x * x, lambda z: z * z),
    "tan": ("f", closed(math.tan), cmath.tan),
    "tanh": ("f", closed(math.tanh), cmath.tanh),
    "trunc": ("iuf", rounding(math.trunc), None),
}
PREDICATES: Final = {
    "isfinite", "isinf", "isnan", "logical_not", "signbit", "equal", "not_equal", "less", "less_equal", "greater",
    "greater_equal", "logical_and", "logical_or", "logical_xor",
}  # fmt: skip
_ANY: Final = "biuf"
BINARY: Final[dict[str, tuple[str, Callable[..., Any], Callable[..., Any] | None]]] = {
    "add": ("iuf", operator.add, operator.add),
    "atan2": ("f", math.atan2, None),
    "bitwise_and": ("biu", operator.and_, None),
    "bitwise_left_shift": ("iu", operator.lshift, None),
    "bitwise_or": ("biu", operator.or_, None),
    "bitwise_right_shift": ("iu", operator.rshift, None),
    "bitwise_xor": ("biu", operator.xor, None),
    "copysign": ("f", math.copysign, None),
    "divide": ("f", divide, operator.truediv),
    "equal": (_ANY, operator.eq, operator.eq),
    "floor_divide": ("iuf", operator.floordiv, None),
    "greater": ("iuf", operator.gt, None),
    "greater_equal": ("iuf", operator.ge, None),
    "hypot": ("f", math.hypot, None),
    "less": ("iuf", operator.lt, None),
    "less_equal": ("iuf", operator.le, None),
    "logaddexp": ("f", logaddexp, None),
    "logical_and": ("b", operator.and_, None),
    "logical_or": ("b", operator.or_, None),
    "logical_xor": ("b", operator.xor, None),
    "maximum": ("iuf", _select(max), None),
    "minimum": ("iuf", _select(min), None),
    "multiply": ("iuf", operator.mul, operator.mul),
    "not_equal": (_ANY, operator.ne, operator.ne),
    "pow": ("iuf", power, operator.pow),
    "remainder": ("iuf", operator.mod, None),
    "subtract": ("if", operator.sub, operator.sub),
}


def operands(function: str, kind: str) -> tuple[list[Any], list[Any]]:
    """Values for both sides of a binary function: each on the left meets each on the right."""
    left = right = _LEFT[kind]
    if function in ("floor_divide", "remainder"):  # otherwise libraries differ about zero and infinity
        left, right = _FINITE if kind == "f" else left, _NOT_ZERO[kind]
    elif function == "pow" and kind in "iu":
        left, right = [x for x in left if abs(x) < 5], [0, 1, 2, 3]
    elif "shift" in function:
        right = [0, 1, 3]
    return left, right


def unary(function: str, kind: str, values: Sequence[Any]) -> Data:
    """What a function of one array gives."""
    _, real, complex_ = UNARY[function]
    form = complex_ if kind == "c" else real
    assert form is not None
    dtype = "bool" if function in PREDICATES else "real" if function in _SAME else None
    return Data([form(x) for x in values], dtype)


def binary(function: str, kind: str, left: Sequence[Any], right: Sequence[Any]) -> Data:
    """What a function of two arrays gives for a column on the left and a row on the right."""
    _, real, complex_ = BINARY[function]
    form = complex_ if kind == "c" else real
    assert form is not None
    return Data([[form(a, b) for b in right] for a in left], "bool" if function in PREDICATES else None)


def kinds_of(entry: tuple[str, Any, Any]) -> str:
    """The kinds of dtype that a function takes."""
    return entry[0] + ("c" if entry[2] is not None else "")
