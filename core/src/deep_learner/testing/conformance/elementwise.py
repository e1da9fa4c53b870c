"""Elementwise functions: every value of a sample, or every pair of two, against the closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from .case import Call, Case, Data, call, tabulated
from .closed_forms import BINARY, UNARY, VALUES, binary, kinds_of, operands, unary

__all__ = ["CASES"]

_EXACT: Final = {  # of real numbers; the sum and product of these values are rounded once
    "abs", "add", "ceil", "copysign", "floor", "maximum", "minimum", "multiply", "negative", "positive", "round",
    "sign", "subtract", "trunc",
}  # fmt: skip


def _rounded(function: str, kind: str, one: Call) -> Call:
    """The call, exact where the function is."""
    return one.to_the_bit() if function in _EXACT and kind != "c" else one


def _unary_cases(function: str) -> list[Case]:
    found: list[Case] = []
    for kind in kinds_of(UNARY[function]):
        values = VALUES[kind]
        whole = _rounded(function, kind, call(Data(values)).gives(unary(function, kind, values)))
        found.append(Case(function, kind, whole, each=True))
        one = unary(function, kind, values[1:2])
        single = Data(one.values[0], one.dtype)
        found.append(Case(function, kind, call(Data(values[1])).gives(single)))
        found.append(Case(function, kind, call(Data([[], []])).gives(Data([[], []], one.dtype))))
    return found


def _binary_cases(function: str) -> list[Case]:
    found: list[Case] = []
    for kind in kinds_of(BINARY[function]):
        left, right = operands(function, kind)
        column = Data([[a] for a in left])
        expected = binary(function, kind, left, right)
        whole = _rounded(function, kind, call(column, Data(right)).gives(expected))
        found.append(Case(function, kind, whole, each=True))
        a, b = left[1], right[-2]
        found += [Case(function, kind, one) for one in _with_scalars(function, kind, a, b, left, right)]
    return found


def _with_scalars(
    function: str, kind: str, a: Any, b: Any, left: Sequence[Any], right: Sequence[Any]
) -> list[Call]:
    """Python numbers on either side, arrays without dimensions, and without elements."""
    whole = binary(function, kind, left, right)
    column = [row[0] for row in binary(function, kind, left, [b]).values]
    [row] = binary(function, kind, [a], right).values
    [[single]] = binary(function, kind, [a], [b]).values
    nothing = Data([[], []], whole.dtype)
    return [
        call(Data(left), b).gives(Data(column, whole.dtype)),
        call(a, Data(right)).gives(Data(row, whole.dtype)),
        call(Data(a), Data(b)).gives(Data(single, whole.dtype)),
        call(Data([[], []]), Data(b)).gives(nothing),
    ]


_TINY: Final = [2.0**-30, -(2.0**-30), 2.0**-40]  # where exp(x) - 1 has lost its digits
_NUMBERS: Final = Data([[-3, 0, 2], [5, 7, 1]])
_PRECISE: Final = [
    Case(name, "f", call(Data(_TINY, dtype)).gives(Data([form(x) for x in _TINY], dtype)))
    for name, form in (("expm1", math.expm1), ("log1p", math.log1p))
    for dtype in ("float32", "float64")
]
_BOUNDED: Final = [
    Case("clip", "if", one, each=True)
    for one in (
        call(_NUMBERS, -1, 5).gives(Data([[-1, 0, 2], [5, 5, 1]])),
        call(_NUMBERS, min=1).gives(Data([[1, 1, 2], [5, 7, 1]])),
        call(_NUMBERS, max=1).gives(Data([[-3, 0, 1], [1, 1, 1]])),
        call(_NUMBERS, None, None).gives(_NUMBERS),
        call(_NUMBERS, Data([0, 1, 0]), Data([[1], [6]])).gives(Data([[0, 1, 1], [5, 6, 1]])),
        call(Data([]), 0, 1).gives(Data([])),
    )
]
_NEXT: Final = [
    Case("nextafter", "f", one.to_the_bit())
    for one in (
        call(Data([1.0, 1.0, 2.0], "float64"), Data([2.0, 0.0, 2.0], "float64")).gives(
            Data([1 + 2.0**-52, 1 - 2.0**-53, 2.0], "float64")
        ),
        call(Data([1.0, 1.0, math.nan], "float32"), Data([2.0, 0.0, 1.0], "float32")).gives(
            Data([1 + 2.0**-23, 1 - 2.0**-24, math.nan], "float32")
        ),
    )
]
CASES: Final = tabulated(
    *(_unary_cases(name) for name in UNARY),
    *(_binary_cases(name) for name in BINARY),
    _PRECISE,
    _BOUNDED,
    _NEXT,
)
