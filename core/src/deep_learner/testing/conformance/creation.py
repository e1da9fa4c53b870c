"""Functions that make arrays."""

from __future__ import annotations

import math
from typing import Any, Final

from .case import DEVICE, Case, Data, DType, call, cases, tabulated

__all__ = ["CASES"]

ALL: Final = "biufc"
_MATRIX: Final = Data([[1, 0, 1], [1, 1, 0]])
_CUBE: Final = Data([[[1, 1, 1], [1, 0, 1]], [[1, 0, 0], [0, 1, 1]]])
_NONE: Final[list[list[int]]] = [[], []]


def _filled(function: str, value: int) -> list[Case]:
    """The cases of `zeros` or `ones`."""
    row = [value] * 3
    return [
        *cases(
            function, ALL,
            call((2, 3), dtype=DType(), device=DEVICE).gives(Data([row, row])),
            each=True,
        ),
        *cases(
            function, "f",
            call(3, dtype=DType()).gives(Data(row)),
            call((), dtype=DType(), device=DEVICE).gives(Data(value)),
            call((2, 0), dtype=DType(), device=DEVICE).gives(Data(_NONE)),
        ),
        *cases(function, "", call((3,)).gives(Data(row, "float64")).of_some_dtype()),
    ]  # fmt: skip


def _filled_like(function: str, value: int) -> list[Case]:
    """The cases of `zeros_like` or `ones_like`."""
    row = [value] * 3
    return [
        *cases(function, ALL, call(_MATRIX).gives(Data([row, row])), each=True),
        *cases(
            function, "f",
            call(Data(2)).gives(Data(value)),
            call(_MATRIX, dtype=DType("int32"), device=DEVICE).gives(Data([row, row], "int32")),
            call(Data(_NONE)).gives(Data(_NONE)),
        ),
    ]  # fmt: skip


def _triangles(function: str) -> list[Case]:
    """`tril` and `triu`, of matrices and stacks, with every kind of diagonal."""
    diagonals: list[dict[str, Any]] = [{}, {"k": 0}, {"k": 1}, {"k": -1}, {"k": 5}, {"k": -5}]
    return [
        *cases(function, ALL, *(call(_MATRIX, **options) for options in diagonals)),
        *cases(function, "f", call(_CUBE, k=-1), call(_CUBE), call(Data(_NONE))),
    ]


CASES: Final = tabulated(
    cases(
        "arange", "if",
        call(5, dtype=DType(), device=DEVICE).gives(Data([0, 1, 2, 3, 4])),
        call(1, 8, 3, dtype=DType(), device=DEVICE).gives(Data([1, 4, 7])),
        call(5, 1, -2, dtype=DType()).gives(Data([5, 3])),
        call(3, 3, dtype=DType()).gives(Data([])),
        call(1, stop=4, step=2, dtype=DType()).gives(Data([1, 3])),
        each=True,
    ),
    cases("arange", "f", call(0.0, 1.0, 0.25, dtype=DType()).gives(Data([0.0, 0.25, 0.5, 0.75]))),
    cases(
        "arange", "",
        call(3).gives(Data([0, 1, 2], "int64")).of_some_dtype(),
        call(0.5, 2.0).gives(Data([0.5, 1.5], "float64")).of_some_dtype(),
    ),
    cases(
        "asarray", ALL,
        call([[0, 1], [1, 0]], dtype=DType(), device=DEVICE).gives(Data([[0, 1], [1, 0]])),
        call(1, dtype=DType(), device=DEVICE).gives(Data(1)),
        call(_MATRIX).gives(_MATRIX),
        call(_MATRIX, copy=True, device=DEVICE).gives(_MATRIX),
        call(_MATRIX, copy=False).gives(_MATRIX),
        each=True,
    ),
    cases("asarray", "i", call(_MATRIX, dtype=DType("float32")).gives(Data([[1, 0, 1], [1, 1, 0]], "float32"))),
    cases(
        "asarray", "",
        call([True, False]).gives(Data([True, False], "bool")),
        call([1, 2]).gives(Data([1, 2], "int64")).of_some_dtype(),
        call([1, 2.5]).gives(Data([1, 2.5], "float64")).of_some_dtype(),
        call([]).gives(Data([], "float64")).of_some_dtype(),
    ),
    cases("empty", ALL, call((2, 3), dtype=DType(), device=DEVICE).gives(_MATRIX).of_any_values(), each=True),
    cases("empty", "f", call(0, dtype=DType(), device=DEVICE).gives(Data([]))),
    cases("empty_like", ALL, call(_MATRIX).gives(_MATRIX).of_any_values(), each=True),
    cases(
        "empty_like", "f",
        call(_MATRIX, dtype=DType("int32"), device=DEVICE).gives(Data(_MATRIX.values, "int32")).of_any_values(),
    ),
    cases("eye", ALL, call(2, dtype=DType(), device=DEVICE).gives(Data([[1, 0], [0, 1]])), each=True),
    cases(
        "eye", "f",
        call(2, 3, dtype=DType()).gives(Data([[1, 0, 0], [0, 1, 0]])),
        call(2, 3, k=1, dtype=DType(), device=DEVICE).gives(Data([[0, 1, 0], [0, 0, 1]])),
        call(3, 2, k=-1, dtype=DType()).gives(Data([[0, 0], [1, 0], [0, 1]])),
        call(2, k=4, dtype=DType()).gives(Data([[0, 0], [0, 0]])),
        call(1, 0, dtype=DType()).gives(Data([[]])),
    ),
    cases("full", ALL, call((2, 1), 1, dtype=DType(), device=DEVICE).gives(Data([[1], [1]])), each=True),
    cases(
        "full", "",
        call((), 2.5, dtype=DType("float32"), device=DEVICE).gives(Data(2.5, "float32")),
        call(3, math.inf, dtype=DType("float64")).gives(Data([math.inf] * 3, "float64")),
        call((2, 0), 1, dtype=DType("int32")).gives(Data(_NONE, "int32")),
        call(2, True).gives(Data([True, True], "bool")),
        call(2, 3).gives(Data([3, 3], "int64")).of_some_dtype(),
        call(2, 3.5).gives(Data([3.5, 3.5], "float64")).of_some_dtype(),
    ),
    cases("full_like", ALL, call(_MATRIX, 1).gives(Data([[1] * 3] * 2)), each=True),
    cases(
        "full_like", "f",
        call(Data(2), -0.5).gives(Data(-0.5)),
        call(_MATRIX, 7, dtype=DType("int32"), device=DEVICE).gives(Data([[7] * 3] * 2, "int32")),
    ),
    cases(
        "linspace", "f",
        call(0.0, 1.0, 5, dtype=DType(), device=DEVICE).gives(Data([0.0, 0.25, 0.5, 0.75, 1.0])),
        call(1, 3, num=4, endpoint=False, dtype=DType()).gives(Data([1.0, 1.5, 2.0, 2.5])),
        call(2, -2, 3, dtype=DType()).gives(Data([2.0, 0.0, -2.0])),
        call(0.0, 1.0, 1, dtype=DType()).gives(Data([0.0])),
        call(0.0, 1.0, 0, dtype=DType()).gives(Data([])),
        each=True,
    ),
    cases("linspace", "", call(0, 4, 3).gives(Data([0.0, 2.0, 4.0], "float64")).of_some_dtype()),
    cases(
        "meshgrid", "if",
        call(Data([1, 2, 3]), Data([4, 5])),
        call(Data([1, 2, 3]), Data([4, 5]), indexing="xy"),
        call(Data([1, 2, 3]), Data([4, 5]), indexing="ij"),
        call(Data([1, 2]), Data([3]), Data([4, 5]), indexing="xy"),
        call(Data([1, 2])),
    ),
    _filled("ones", 1),
    _filled_like("ones_like", 1),
    _triangles("tril"),
    _triangles("triu"),
    _filled("zeros", 0),
    _filled_like("zeros_like", 0),
)  # fmt: skip
