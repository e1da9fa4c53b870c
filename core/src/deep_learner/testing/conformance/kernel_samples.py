"""Arguments for core's own operations that take more than arrays; those of plugins come with their contracts.

Each tuple has the operation's arguments in their order, those by name alone last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .case import Data

__all__ = ["SAMPLES"]

_ROW: Final = Data([0.5, -1.25, 2.0, 0.75])
_MATRIX: Final = Data([[0.5, -1.25, 2.0, 0.75], [3.0, 0.25, -0.5, 1.5], [-2.0, 1.0, 0.0, 0.125]])
_OTHER: Final = Data([[1.0, 0.5, -1.0, 2.0], [0.25, -0.75, 1.25, 0.5], [2.5, -1.5, 0.75, 1.0]])
_SHARES: Final = Data([[0.125, 0.5, 0.25, 0.125], [0.25, 0.25, 0.0, 0.5], [0.5, 0.125, 0.25, 0.125]])
_SHIFTED: Final = Data([[1.0, 0.5, -1.0, 2.0], [0.25, -0.75, 1.25, 0.5], [2.5, -1.5, 0.75, -4.0]])
_TALL: Final = Data([[1.0, -1.0, 2.0], [0.5, 0.25, 1.0], [0.0, 2.0, -1.5], [1.0, 1.0, 0.5]])
_SQUARE: Final = Data([[1.0, 2.0, 3.0], [0.5, -0.5, 0.25], [4.0, 0.0, -1.0]])
_CUBE: Final = Data([[[0.5, -1.0], [2.0, 0.25]], [[1.5, 0.75], [-0.5, -2.0]], [[0.0, 3.0], [1.0, -1.5]]])
_LARGE: Final = Data([[1000.0, 999.0, -1000.0, 0.0], [-1000.0, -1000.0, -1001.0, -1000.0]])
_WIDE: Final = Data([[((7 * i * j + 3 * i) % 41 - 20) / 16 for j in range(130)] for i in range(3)])
_INDEX: Final = Data([2, 0, 2], "int64")
_PLACES: Final = Data([[0, 2, 1, 0], [1, 1, 0, 2]], "int64")
_MASK: Final = Data([[True, False, False, True], [False] * 4, [True, True, False, True]], "bool")
_SLICES: Final = (slice(0, 3, 2), slice(1, 4))

SAMPLES: Final[Mapping[str, Sequence[tuple[Any, ...]]]] = {
    "addcdiv": [(_MATRIX, _OTHER, _SHIFTED, 1), (_MATRIX, _OTHER, _SHIFTED, -0.5)],
    "addcmul": [(_MATRIX, _OTHER, _SHARES, 1), (_MATRIX, _OTHER, _ROW, -0.5)],
    "addmm": [(_SQUARE, _MATRIX, _TALL, 1, 1), (_SQUARE, _MATRIX, _TALL, 0.5, -2)],
    "advanced_index": [
        (_MATRIX, (_INDEX,), (0,)),
        (_MATRIX, (Data([[0, 1]], "int64"), Data([[3], [1]], "int64")), (0, 1)),
        (_CUBE, (Data([1, 0, 1], "int64"),), (1,)),
    ],
    "advanced_put": [
        (_MATRIX, (_INDEX,), _OTHER, (0,), False),
        (_MATRIX, (_INDEX,), _OTHER, (0,), True),
        (_MATRIX, (_INDEX, Data([1, 3, 1], "int64")), Data([5.0, 6.0, 7.0]), (0, 1), True),
    ],
    "all": [(_MASK,), (_MASK, 1), (_MASK, 0, True)],
    "any": [(_MASK,), (_MASK, 1), (_MASK, 0, True)],
    "argmax": [(_MATRIX,), (_MATRIX, 1), (_MATRIX, 0, True)],
    "argmin": [(_MATRIX,), (_MATRIX, 1), (_MATRIX, 0, True)],
    "argsort": [(_MATRIX,), (_MATRIX, 0, True)],
    "amax": [(_MATRIX,), (_MATRIX, 1), (_CUBE, (0, 2), True)],
    "amin": [(_MATRIX,), (_MATRIX, 1), (_CUBE, (0, 2), True)],
    "clip": [(_MATRIX, -0.5, 1.0), (_MATRIX, None, 0.5), (_MATRIX, 0.0, None)],
    "concat": [((_MATRIX, _OTHER), 0), ((_MATRIX, _OTHER, _MATRIX), -1)],
    "constant_pad_nd": [(_MATRIX, (1, 2), 0), (_MATRIX, (1, 0, 0, 2), 0.5)],
    "cummax": [(_MATRIX, 0), (_MATRIX, -1)],
    "cummin": [(_MATRIX, 0), (_MATRIX, -1)],
    "cumprod": [(_MATRIX, 0), (_MATRIX, -1)],
    "cumsum": [(_MATRIX, 0), (_MATRIX, -1), (_WIDE, 1)],
    "diagonal": [(_MATRIX, 0, 0, 1), (_MATRIX, 1, 0, 1), (_CUBE, -1, 1, 0), (_CUBE, 0, 0, 2)],
    "flip": [(_MATRIX, (0,)), (_CUBE, (0, 2))],
    "gather": [(_MATRIX, 0, _PLACES), (_MATRIX, 1, _PLACES)],
    "gelu": [(_MATRIX, "none"), (_MATRIX, "tanh"), (_LARGE, "none")],
    "gelu_backward": [(_OTHER, _MATRIX, "none"), (_OTHER, _MATRIX, "tanh")],
    "index_add": [
        (_MATRIX, 0, _INDEX, _OTHER, 1), (_MATRIX, 0, _INDEX, _OTHER, -0.5),
        (_CUBE, 1, Data([1, 1], "int64"), _CUBE, 2),
    ],
    "index_copy": [(_MATRIX, 0, _INDEX, _OTHER), (_CUBE, 0, Data([1, 2, 0], "int64"), _CUBE)],
    "index_extremum": [(_MATRIX, 0, _INDEX, _OTHER, True), (_MATRIX, 0, _INDEX, _OTHER, False)],
    "index_fill": [(_MATRIX, 0, _INDEX, 2.5), (_MATRIX, 1, _INDEX, -1.0)],
    "index_mask": [(_INDEX, 4), (Data([], "int64"), 3)],
    "index_prod": [(_MATRIX, 0, _INDEX, _OTHER)],
    "index_select": [(_MATRIX, 0, _INDEX), (_MATRIX, 1, _INDEX), (_CUBE, -1, Data([1, 1, 0], "int64"))],
    "last_writes": [(_INDEX, 4), (Data([], "int64"), 3)],
    "lerp": [(_MATRIX, _OTHER, _SHARES), (_MATRIX, _OTHER, 0.25)],
    "log_softmax": [
        (_MATRIX, 0, None), (_MATRIX, -1, None), (_CUBE, 1, None), (_LARGE, 1, None), (_WIDE, 1, None),
    ],
    "log_softmax_backward": [(_OTHER, _MATRIX, 0), (_OTHER, _MATRIX, -1)],
    "logsumexp": [(_MATRIX, 0), (_MATRIX, -1, True), (_LARGE, 1)],
    "logcumsumexp": [(_MATRIX, 0), (_LARGE, 1)],
    "masked_fill": [(_MATRIX, _MASK, -1.5), (_ROW, _MASK, Data(2.0))],
    "max_dim": [(_MATRIX, 1, False), (_MATRIX, 0, True)],
    "mean": [(_MATRIX,), (_MATRIX, 1), (_CUBE, (0, 2), True)],
    "min_dim": [(_MATRIX, 1, False), (_MATRIX, 0, True)],
    "narrow": [(_MATRIX, 1, 1, 2), (_CUBE, 0, 2, 1)],
    "prod": [(_MATRIX, None, False, None), (_MATRIX, 1, True, None)],
    "reshape": [(_MATRIX, (4, 3)), (_CUBE, (2, 6))],
    "roll": [(_MATRIX, 1, 0), (_MATRIX, (2, -1), (0, 1)), (_MATRIX, 5)],
    "scatter_add": [(_MATRIX, 0, _PLACES, _OTHER), (_MATRIX, 1, _PLACES, _OTHER)],
    "scatter_set": [(_MATRIX, 0, _PLACES, _OTHER), (_MATRIX, 1, _PLACES, _OTHER)],
    "select": [(_MATRIX, 0, 1), (_CUBE, -1, -1)],
    "set_slice": [(_MATRIX, _SLICES, Data([[7.0, 8.0, 9.0], [1.0, 2.0, 3.0]])), (_MATRIX, (1,), 4.0)],
    "slice_index": [(_MATRIX, _SLICES), (_MATRIX, (slice(None), 1))],
    "slice_embed": [(Data([[7.0, 8.0, 9.0], [1.0, 2.0, 3.0]]), _SLICES, (3, 4)), (_ROW, (1,), (3, 4))],
    "softmax": [(_MATRIX, 0, None), (_MATRIX, -1, None), (_CUBE, 1, None), (_LARGE, 1, None), (_WIDE, 1, None)],
    "softmax_backward": [(_OTHER, _SHARES, 0), (_OTHER, _SHARES, -1)],
    "sort": [(_MATRIX, -1, False, True), (_MATRIX, 0, True, True)],
    "stack": [((_MATRIX, _OTHER), 0), ((_MATRIX, _OTHER), -1)],
    "std": [(_MATRIX,), (_MATRIX, 1)],
    "sum": [
        (_MATRIX, None, False, None), (_MATRIX, 1, False, None), (_CUBE, (0, 2), True, None), (_WIDE, -1, False, None),
    ],
    "sum_backward": [
        (Data(2.0), (3, 4), None, False), (_ROW, (3, 4), 0, False), (Data([[1.0], [2.0], [3.0]]), (3, 4), 1, True),
    ],
    "threshold": [(_MATRIX, 0.25, -1.0)],
    "topk": [(_MATRIX, 2, -1, True, True), (_MATRIX, 1, 0, False, True), (_WIDE, 5, 1, True, True)],
    "transpose": [(_MATRIX, 0, 1), (_CUBE, -1, 0)],
    "var": [(_MATRIX,), (_MATRIX, 1)],
    "where": [(_MASK, _MATRIX, _OTHER), (_MASK, _MATRIX, 0.5)],
    "wrap_index": [(Data([-1, 0, 2, -3], "int64"), 3, 0, True), (Data([0, 2], "int32"), 3, 1, False)],
}  # fmt: skip
