"""Reading and writing a part of an array: every form of index that the standard has."""

from __future__ import annotations

import operator
from typing import Any, Final

from .case import Case, Data, call

__all__ = ["READ", "WRITTEN", "written"]

_DATA: Final = Data([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
_CUBE: Final = Data([[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]])
_ROW: Final = Data([1, 2, 3, 4, 5])
_NOTHING: Final = Data([[], []])
_MASK: Final = Data([[True, False, False, True], [False] * 4, [True, True, False, False]], "bool")


def _index(*values: int) -> Data:
    return Data(list(values), "int64")


_PLAIN: Final[list[tuple[Data, Any]]] = [
    (_ROW, 0), (_ROW, -1), (_ROW, slice(1, 3)), (_ROW, slice(None, None, -1)), (_ROW, slice(4, 0, -2)),
    (_ROW, slice(None, -2)), (_ROW, slice(2, 2)), (_ROW, slice(-3, None, 2)),
    (_DATA, (1, ...)), (_DATA, (-1, slice(None))), (_DATA, (0, 1)), (_DATA, (slice(None), 0)),
    (_DATA, (slice(None, None, -1), slice(1, None, 2))), (_DATA, ...),
    (_DATA, (..., 0)), (_DATA, (slice(0, 0), slice(None))), (_DATA, (-1, -1)),
    (_DATA, (slice(None), slice(None, None, -1))), (_CUBE, (slice(None), 1, slice(None))), (_CUBE, (..., slice(0, 1))),
    (_CUBE, (0, ..., 1)), (_CUBE, (1, slice(None, None, -2), 0)), (_NOTHING, (0, ...)), (Data(3), ()), (Data(3), ...),
]  # fmt: skip
_NEW_AXES: Final[list[tuple[Data, Any]]] = [
    (_ROW, (None, ...)), (_ROW, (slice(None), None)), (_DATA, (None, 0, ...)), (_DATA, (..., None)),
    (_CUBE, (0, None, ...)), (Data(3), (None, ...)),
]  # fmt: skip
_MASKS: Final[list[tuple[Data, Any]]] = [
    (_DATA, _MASK), (_ROW, Data([True, False, True, False, False], "bool")), (_ROW, Data([False] * 5, "bool")),
]  # fmt: skip
_POSITIONS: Final[list[tuple[Data, Any]]] = [
    (_ROW, _index(3, 0, 0)), (_ROW, _index(-1, -5)), (_DATA, (_index(2, 0), _index(1, 3))), (_DATA, (_index(2, 0), -1)),
]  # fmt: skip
_DISTINCT: Final[list[tuple[Data, Any]]] = [
    (_ROW, _index(3, 0)), (_ROW, _index(-1, -5)), (_DATA, (_index(2, 0), _index(1, 3))),
]  # fmt: skip


_BROADCAST: Final[list[tuple[Data, Any, Any]]] = [
    (_DATA, ..., Data([4, 3, 2, 1])),
    (_DATA, (slice(None), slice(0, 2)), Data([[5], [6], [7]])),
    (_DATA, (slice(None, None, -1), ...), _DATA),
]


def _read(form: str, parts: list[tuple[Data, Any]]) -> list[Case]:
    return [Case(f"read {form}", "bif", call(*part)) for part in parts]


READ: Final = {
    "slices": _read("slices", _PLAIN),
    "new axes": _read("new axes", _NEW_AXES),
    "masks": _read("masks", _MASKS),
    "positions": _read("positions", _POSITIONS),
}


def written(array: Any, index: Any, value: Any) -> Any:
    """NumPy's array with a value written."""
    changed = array.copy()
    operator.setitem(changed, index, value)
    return changed


def _written(form: str, kinds: str, parts: list[tuple[Data, Any, Any]]) -> list[Case]:
    return [Case(f"write {form}", kinds, call(*part)) for part in parts]


WRITTEN: Final = {
    "slices": _written("slices", "if", [(*part, value) for part in _PLAIN for value in (7, Data(6))]),
    "masks": _written("masks", "bif", [(*part, Data(1)) for part in _MASKS]),
    "positions": _written("positions", "if", [(*part, Data([7, 8])) for part in _DISTINCT]),
    "broadcast": _written("broadcast", "if", _BROADCAST),
}
