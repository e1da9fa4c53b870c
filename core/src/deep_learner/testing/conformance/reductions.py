"""Statistics, reductions of booleans, cumulative functions and differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from .case import Call, Case, Data, DType, call, cases, tabulated

__all__ = ["CASES"]

_ALL: Final = "biufc"
_REAL: Final = "iuf"
_NUMBERS: Final = "iufc"
_MATRIX: Final = Data([[3, 1, 2], [0, 5, 4]])
_CUBE: Final = Data([[[3, 1], [2, 0]], [[5, 4], [1, 2]]])
_MASK: Final = Data([[1, 0, 1], [1, 1, 1]])
_EMPTY: Final = Data([[], []])
_NAN: Final = math.nan


def _over_axes(data: Data) -> list[Call]:
    options: list[dict[str, Any]] = [
        {}, {"axis": 0}, {"axis": -1}, {"axis": (0, 1)}, {"axis": 1, "keepdims": True}, {"keepdims": True},
        {"axis": (1, 0), "keepdims": True}, {"axis": None, "keepdims": False},
    ]  # fmt: skip
    return [call(data, **each) for each in options]


def _widened(function: str, combine: Callable[[list[int]], int]) -> list[Case]:
    """Small integers are summed, or multiplied, as wide ones."""
    small = [100, 100, 100] if function in ("sum", "cumulative_sum") else [100, 100, 2]
    results = [combine(small[: position + 1]) for position in range(3)]
    expected: Any = results if function.startswith("cumulative") else results[-1]
    signed = [call(Data(small, name)).gives(Data(expected, "int64")) for name in ("int8", "int16", "int32")]
    unsigned = [call(Data(small, name)).gives(Data(expected, "uint64")) for name in ("uint8", "uint16")]
    return cases(function, "", *signed, *unsigned)


def _of_dtype(function: str) -> list[Case]:
    """`dtype=` says in what to add up."""
    values = [[3, 1, 2], [0, 5, 4]]
    return [
        *cases(function, "iu", call(Data(values), dtype=DType("float32"), axis=0)),
        *cases(function, "f", call(Data(values), dtype=DType("float64"), axis=1)),
        *cases(function, "i", call(Data(values), dtype=DType("int32"), axis=1)),
    ]


_TOTALS: Final[list[Case]] = [
    *cases("sum", _NUMBERS, *_over_axes(_MATRIX), call(Data(3)), call(_CUBE, axis=(0, -1)), each=True),
    *cases("prod", _NUMBERS, *_over_axes(_MATRIX), call(Data(3)), call(_CUBE, axis=(0, -1)), each=True),
    *_widened("sum", sum),
    *_widened("prod", math.prod),
    *_of_dtype("sum"),
    *_of_dtype("prod"),
    *cases("sum", "f", call(_EMPTY).gives(Data(0)), call(_EMPTY, axis=1).gives(Data([0, 0])),
           call(_EMPTY, axis=0).gives(Data([]))),
    *cases("prod", "f", call(_EMPTY).gives(Data(1)), call(_EMPTY, axis=1).gives(Data([1, 1])),
           call(_EMPTY, axis=0).gives(Data([]))),
]  # fmt: skip
_MOMENTS: Final[list[Case]] = [
    *cases("mean", "fc", *_over_axes(_MATRIX), call(Data(3)), call(_CUBE, axis=(0, -1)), each=True),
    *(
        one
        for name in ("std", "var")
        for one in (
            *cases(name, "f", *_over_axes(_MATRIX), call(Data(3)), call(_CUBE, axis=(0, -1)), each=True),
            *cases(
                name, "f",
                call(Data([1, 2, 4, 9]), correction=0.0), call(Data([1, 2, 4, 9]), correction=1),
                call(_MATRIX, axis=-1, correction=1.0, keepdims=True), call(_MATRIX, axis=0, correction=0.5),
            ),
        )
    ),
]  # fmt: skip
_EXTREMA: Final[list[Case]] = [
    *(
        one
        for name, least in (("max", -math.inf), ("min", math.inf))
        for one in (
            *cases(name, _REAL, *_over_axes(_MATRIX), call(Data(3)), call(_CUBE, axis=(0, -1)), each=True),
            *cases(
                name, "f",
                call(Data([[1.0, _NAN], [3.0, 2.0]])).gives(Data(_NAN)),
                call(Data([least, least])).gives(Data(least)),
                call(Data([[-1.0, -2.0]]), axis=1),
            ),
        )
    ),
]  # fmt: skip
_TRUTHS: Final[list[Case]] = [
    *(
        one
        for name, of_nothing in (("all", True), ("any", False))
        for one in (
            *cases(name, _ALL, *_over_axes(_MASK), each=True),
            *cases(
                name, _ALL,
                call(_EMPTY).gives(Data(of_nothing, "bool")),
                call(_EMPTY, axis=1).gives(Data([of_nothing] * 2, "bool")),
                call(Data([[0, 0], [0, 1]]), axis=-1), call(Data(0)), call(Data(1)),
            ),
            *cases(name, "f", call(Data([_NAN, 0.0]))),
        )
    ),
]  # fmt: skip
_CUMULATIVE: Final[list[Case]] = [
    *(
        one
        for name, combine in (("cumulative_sum", sum), ("cumulative_prod", math.prod))
        for one in (
            *cases(
                name, _NUMBERS,
                call(Data([1, 2, 3])), call(_MATRIX, axis=0), call(_MATRIX, axis=-1, include_initial=True),
                call(_CUBE, axis=1), call(_MATRIX, axis=0, include_initial=True),
                call(Data([1, 2, 3]), include_initial=True), call(Data([])), call(Data([]), include_initial=True),
            ),
            *_widened(name, combine),
            *_of_dtype(name),
        )
    ),
]  # fmt: skip
_DIFFERENCES: Final = cases(
    "diff", "ifc",
    call(Data([1, 4, 9, 16])), call(_MATRIX), call(_MATRIX, axis=0), call(_MATRIX, axis=-1, n=2),
    call(Data([1, 4, 9]), n=0), call(Data([1, 4, 9]), prepend=Data([0, 1])), call(Data([1, 4, 9]), append=Data([3])),
    call(_MATRIX, axis=0, n=1, prepend=Data([[1, 1, 1]]), append=Data([[2, 2, 2]])), call(Data([2])),
    call(Data([1, 4, 9]), n=5),
)  # fmt: skip
CASES: Final = tabulated(_TOTALS, _MOMENTS, _EXTREMA, _TRUTHS, _CUMULATIVE, _DIFFERENCES)
