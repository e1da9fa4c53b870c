"""Functions that arrange elements anew, and those that take some of them."""

from __future__ import annotations

from typing import Any, Final

from .case import Call, Data, call, cases, tabulated

__all__ = ["CASES"]

_ALL: Final = "biufc"
_ROW: Final = Data([1, 0, 1])
_MATRIX: Final = Data([[1, 2, 3], [4, 5, 6]])
_CUBE: Final = Data([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]])
_EMPTY: Final = Data([[], []])


def _each(*arguments: Any, **options: Any) -> list[Call]:
    """The same call on a matrix and on a stack of matrices."""
    return [call(data, *arguments, **options) for data in (_MATRIX, _CUBE)]


CASES: Final = tabulated(
    cases(
        "concat", _ALL,
        call([_MATRIX, _MATRIX]),
        call((_MATRIX, Data([[7], [8]])), axis=1),
        call((_MATRIX, Data([[7], [8]])), axis=-1),
        call([_CUBE, _CUBE], axis=-2),
        call([_MATRIX, _ROW], axis=None),
        call([_EMPTY, _MATRIX], axis=1),
        call([_ROW]),
    ),
    cases(
        "expand_dims", _ALL,
        *_each(axis=0), *_each(axis=1), *_each(axis=-1), *_each(axis=-2), call(Data(3), axis=0), call(_EMPTY, axis=1),
    ),
    cases(
        "flip", _ALL,
        *_each(), *_each(axis=0), *_each(axis=-1), *_each(axis=(0, 1)), *_each(axis=(-1, 0)),
        call(_ROW), call(_EMPTY), call(Data(3)),
    ),
    cases("matrix_transpose", _ALL, *_each(), call(_EMPTY)),
    cases(
        "moveaxis", _ALL,
        call(_CUBE, 0, 2), call(_CUBE, -1, 0), call(_CUBE, (0, 1), (2, 0)), call(_CUBE, (2, 0), (0, -1)),
        call(_MATRIX, 1, 1),
    ),
    cases(
        "permute_dims", _ALL,
        call(_MATRIX, (1, 0)), call(_MATRIX, axes=(0, 1)), call(_CUBE, (2, 0, 1)),
        call(Data(3), ()),
    ),
    cases(
        "repeat", _ALL,
        call(_ROW, 2), call(_ROW, 0), call(_MATRIX, 2), *_each(2, axis=0), *_each(3, axis=-1),
        call(_ROW, Data([2, 0, 1], "int64")), call(_MATRIX, Data([1, 3], "int64"), axis=0),
    ),
    cases(
        "reshape", _ALL,
        *_each((-1,)), *_each((3, -1)), call(_CUBE, (4, 3)), call(_MATRIX, (6,), copy=True),
        call(_MATRIX, (3, 2), copy=None), call(Data(3), (1, 1)), call(Data([3]), ()), call(_EMPTY, (0, 5)),
        call(_MATRIX, shape=(1, 6)),
    ),
    cases(
        "roll", _ALL,
        call(_ROW, 1), call(_ROW, -1), call(_MATRIX, 4), *_each(1, axis=0), *_each(-1, axis=-1),
        *_each((1, 2), axis=(0, 1)), *_each((1, 1), axis=(1, 1)), call(_EMPTY, 1), call(_ROW, shift=5, axis=0),
    ),
    cases(
        "squeeze", _ALL,
        call(Data([[[1], [2]]]), 0), call(Data([[[1], [2]]]), axis=-1), call(Data([[[1], [2]]]), axis=(0, 2)),
        call(Data([[[1], [2]]]), (-1, 0)), call(Data([[]]), 0), call(_ROW, ()),
    ),
    cases(
        "stack", _ALL,
        call([_ROW, _ROW]), call((_ROW, Data([4, 5, 6])), axis=1), call([_MATRIX, _MATRIX], axis=-1),
        call([_MATRIX, _MATRIX], axis=1), call([Data(1), Data(2)]), call([_EMPTY, _EMPTY], axis=-1),
    ),
    cases("take", _ALL, call(_ROW, Data([2, 0, 0], "int64")), call(_ROW, Data([-1, -3], "int64")),
          *_each(Data([1, 0, 1], "int64"), axis=0), *_each(Data([1, 0, 1], "int64"), axis=1),
          *_each(Data([0, -1], "int64"), axis=-1), call(_MATRIX, Data([], "int64"), axis=1)),
    cases(
        "take_along_axis", _ALL,
        call(_MATRIX, Data([[2, 0], [1, 1]], "int64")),
        call(_MATRIX, Data([[2, 0], [1, 1]], "int64"), axis=-1),
        call(_MATRIX, Data([[1, 0, 1]], "int64"), axis=0),
        call(_MATRIX, Data([[-1], [-3]], "int64"), axis=1),
        call(_CUBE, Data([[[2, 0]], [[1, 1]]], "int64"), axis=1),
    ),
    cases(
        "tile", _ALL,
        call(_ROW, (2,)), call(_ROW, (2, 2)), call(_MATRIX, (2,)), call(_MATRIX, (2, 1, 2)), call(_MATRIX, ()),
        call(_ROW, (0,)),
    ),
    cases("unstack", _ALL, call(_ROW), *_each(), *_each(axis=1), *_each(axis=-1), call(Data([]))),
)  # fmt: skip
