"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Final

from .case import Data, call, cases, tabulated

__all__ = ["CASES"]

_NUMBERS: Final = "iufc"
_VECTOR: Final = Data([1, 2, 3])
_OTHER: Final = Data([4, 0, 2])
_MATRIX: Final = Data([[1, 2, 3], [0, 1, 4]])
_TALL: Final = Data([[1, 0], [2, 1], [0, 3]])
_STACK: Final = Data([[[1, 2, 0], [0, 1, 1]], [[2, 0, 1], [1, 1, 3]]])
_COMPLEX: Final = Data([1 + 2j, 3 - 1j])
_OTHER_COMPLEX: Final = Data([2 - 1j, 1j])

CASES: Final = tabulated(
    cases(
        "matmul", _NUMBERS,
        call(_MATRIX, _TALL), call(_TALL, _MATRIX), call(_VECTOR, _TALL), call(_MATRIX, _VECTOR), call(_VECTOR, _OTHER),
        call(_STACK, _TALL), call(_MATRIX, Data([[[1], [0], [2]], [[0], [1], [1]]])), call(_STACK, _VECTOR),
        call(_VECTOR, Data([[[1], [0], [2]], [[0], [1], [1]]])),
        call(Data([[[[1, 2]]], [[[3, 4]]]]), Data([[[1], [1]], [[0], [2]], [[5], [0]]])),
        each=True,
    ),
    cases(
        "matmul", "f",
        call(Data([[], []]), Data([]),).gives(Data([0, 0])),
        call(Data([[1], [2]]), Data([[]])).gives(Data([[], []])),
    ),
    cases("matmul", "c", call(_COMPLEX, _OTHER_COMPLEX).gives(Data((1 + 2j) * (2 - 1j) + (3 - 1j) * 1j))),
    cases(
        "tensordot", _NUMBERS,
        call(_MATRIX, _TALL, axes=1), call(_MATRIX, _MATRIX, axes=2), call(_VECTOR, _OTHER, axes=0),
        call(_MATRIX, _MATRIX, axes=((1,), (1,))), call(_MATRIX, _TALL, axes=((0, 1), (1, 0))),
        call(_STACK, _TALL, axes=1), call(_STACK, _STACK, axes=((0, -1), (0, 2))), call(_STACK, _MATRIX),
    ),
    cases(
        "vecdot", _NUMBERS,
        call(_VECTOR, _OTHER), call(_MATRIX, _VECTOR), call(_MATRIX, _MATRIX, axis=-1),
        call(_STACK, _MATRIX, axis=-1), call(_STACK, _VECTOR), call(_MATRIX, _MATRIX, axis=-2),
    ),
    cases(
        "vecdot", "c",
        call(_COMPLEX, _OTHER_COMPLEX).gives(Data((1 - 2j) * (2 - 1j) + (3 + 1j) * 1j)),
    ),
)  # fmt: skip
