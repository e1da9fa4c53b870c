"""Searching, sorting and sets."""

from __future__ import annotations

import math
from typing import Any, Final

from .case import Call, Data, call, cases, tabulated

__all__ = ["CASES"]

_REAL: Final = "iuf"
_ALL: Final = "biufc"
# Ties, which only a stable order keeps; long enough that no library sorts by insertion.
_TIES: Final = Data([(7 * i * i + 3 * i) % 4 for i in range(80)])
_MATRIX: Final = Data([[3, 1, 3, 2], [0, 5, 5, 4], [7, 1, 0, 0]])
_DISTINCT: Final = Data([[3, 1, 5, 2], [0, 7, 6, 4], [8, 2, 1, 0]])
_MASK: Final = Data([[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 0]])
_CUBE: Final = Data([[[1, 0], [0, 2]], [[3, 3], [0, 0]]])
_SORTED: Final = Data([1, 2, 2, 2, 5])
_SOUGHT: Final = Data([[0, 1, 2], [3, 5, 6]])


def _reducing(*data: Data) -> list[Call]:
    """A reduction's calls over all axes and over one."""
    options: list[dict[str, Any]] = [
        {}, {"axis": 0}, {"axis": -1}, {"axis": 1, "keepdims": True}, {"keepdims": True},
    ]  # fmt: skip
    return [call(one, **each) for one in data for each in options]


def _values(numpy_results: list[Any], operands: list[Any]) -> None:
    [values], [x] = numpy_results, operands
    assert sorted(values.tolist(), key=_order) == sorted(set(x.ravel().tolist()), key=_order), (
        f"the unique values of {x.tolist()} are said to be {values.tolist()}"
    )


def _counts(numpy_results: list[Any], operands: list[Any]) -> None:
    (values, counts), [x] = numpy_results, operands
    _values([values], [x])
    elements = x.ravel().tolist()
    expected = [elements.count(value) for value in values.tolist()]
    assert counts.tolist() == expected, f"the counts are {counts.tolist()}, where {expected} was expected"


def _inverse(numpy_results: list[Any], operands: list[Any]) -> None:
    (values, inverse), [x] = numpy_results, operands
    _values([values], [x])
    assert inverse.shape == x.shape, f"the inverse is of shape {inverse.shape}, where {x.shape} was expected"
    assert values[inverse].tolist() == x.tolist(), "values[inverse_indices] is not the array"


def _everything(numpy_results: list[Any], operands: list[Any]) -> None:
    (values, indices, inverse, counts), [x] = numpy_results, operands
    _inverse([values, inverse], [x])
    _counts([values, counts], [x])
    elements = x.ravel().tolist()
    expected = [elements.index(value) for value in values.tolist()]
    assert indices.tolist() == expected, f"first occurrences are {indices.tolist()}, not {expected}"


def _order(value: Any) -> tuple[float, float]:
    return (value.real, value.imag)


_DUPLICATES: Final = (Data([3, 1, 3, 2, 1, 1]), Data([[2, 0], [2, 2]]), Data(4), Data([]))
_NAN: Final = math.nan

CASES: Final = tabulated(
    *(cases(name, _REAL, *_reducing(_MATRIX), call(Data([2])), each=True) for name in ("argmax", "argmin")),
    cases("argmax", "f", call(Data([1.0, _NAN, 3.0])).gives(Data(1, "int64"))),
    cases("argmin", "f", call(Data([1.0, -math.inf, 3.0])).gives(Data(1, "int64"))),
    *(
        cases(
            "argsort" if places else "sort", _REAL,
            call(_TIES), call(_TIES, stable=True), call(_TIES, descending=True, stable=True),
            call(_DISTINCT, axis=0), call(_DISTINCT, axis=1), call(_DISTINCT, axis=-2, descending=True),
            call(_DISTINCT, axis=-1, descending=False), call(Data([])), call(_MATRIX, stable=True, axis=-1),
        )
        for places in (False, True)
    ),
    cases("sort", "f", call(Data([math.inf, 1.0, -math.inf, -0.5])).gives(Data([-math.inf, -0.5, 1.0, math.inf]))),
    cases("sort", _REAL, call(_MATRIX), call(_MATRIX, stable=False), each=True),
    cases("count_nonzero", _ALL, *_reducing(_MASK), call(_MASK, axis=(0, 1)), call(_CUBE, axis=(0, -1)),
          call(Data([])).gives(Data(0, "int64")), call(Data(1)).gives(Data(1, "int64"))),
    cases("nonzero", _ALL, call(_MASK), call(_CUBE), call(Data([0, 2, 0, 1])), call(Data([0, 0])),
          call(Data([[], []]))),
    cases("nonzero", "f", call(Data([_NAN, 0.0, -0.0, math.inf])).gives(Data([0, 3], "int64"))),
    cases(
        "searchsorted", _REAL,
        call(_SORTED, _SOUGHT).gives(Data([[0, 0, 1], [4, 4, 5]], "int64")),
        call(_SORTED, _SOUGHT, side="left").gives(Data([[0, 0, 1], [4, 4, 5]], "int64")),
        call(_SORTED, _SOUGHT, side="right").gives(Data([[0, 1, 4], [4, 5, 5]], "int64")),
        call(Data([5, 1, 3]), Data([2, 5]), sorter=Data([1, 2, 0], "int64")).gives(Data([1, 2], "int64")),
        call(_SORTED, Data([])).gives(Data([], "int64")),
        call(Data([]), Data([1, 2])).gives(Data([0, 0], "int64")),
        each=True,
    ),
    cases(
        "where", _ALL,
        call(Data([[True], [False]], "bool"), Data([1, 0, 1]), Data([0, 1, 1])),
        call(Data([True, False], "bool"), Data([[1, 1], [1, 1]]), Data(0)),
        call(Data(True, "bool"), Data(1), Data(0)),
        call(Data([], "bool"), Data([]), Data([])),
        each=True,
    ),
    cases(
        "where", "if",
        call(Data([True, False, True], "bool"), Data([1, 2, 3]), 7).gives(Data([1, 7, 3])),
        call(Data([True, False, True], "bool"), 7, Data([1, 2, 3])).gives(Data([7, 2, 7])),
    ),
    cases(
        "where", "f",
        call(Data([True, False], "bool"), Data([1.0, _NAN]), Data([_NAN, 2.0])).gives(Data([1.0, 2.0])),
    ),
    *(
        cases(f"unique_{name}", _REAL, *(call(data).satisfies(check) for data in _DUPLICATES))
        for name, check in (("values", _values), ("counts", _counts), ("inverse", _inverse), ("all", _everything))
    ),
)  # fmt: skip
