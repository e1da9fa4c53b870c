"""Elements by their positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray, graph_of, known
from deep_learner_onnx.emission import cast_to, emit, integers
from deep_learner_onnx.sizes import is_dynamic

__all__ = ["RULES"]

_ENDLESS = np.iinfo(np.int64).max


def _getitem(xp: Any, x: Any, key: Any) -> Any:
    """Slices first, then integers and new axes, each in one node."""
    parts = _full_key(key if isinstance(key, tuple) else (key,), x.ndim)
    if any(isinstance(part, SymbolicArray) for part in parts):
        raise IndexError("arrays are indexed by numbers and slices; take() takes positions")
    own = [part for part in parts if part is not None]
    x = _sliced(x, own)
    dropped = [axis for axis, part in enumerate(own) if not isinstance(part, slice)]
    if dropped:
        x = xp.squeeze(x, tuple(dropped))
    kept = [part for part in parts if part is None or isinstance(part, slice)]
    new = [place for place, part in enumerate(kept) if part is None]
    if not new:
        return x
    shape = list(x.shape)
    for place in new:
        shape.insert(place, 1)
    return emit("Unsqueeze", [x, known(np.asarray(new, np.int64))], shape, x.dtype)


def _full_key(parts: tuple[Any, ...], ndim: int) -> list[Any]:
    """The parts with whole slices in place of an ellipsis, and at the end."""
    missing = ndim - sum(part is not None and part is not Ellipsis for part in parts)
    if missing < 0:
        raise IndexError(f"too many indices for an array of {ndim} dimensions: {parts}")
    whole = [slice(None)] * missing
    for place, part in enumerate(parts):
        if part is Ellipsis:
            return [*parts[:place], *whole, *parts[place + 1 :]]
    return [*parts, *whole]


def _sliced(x: Any, parts: list[Any]) -> Any:
    starts: list[int] = []
    stops: list[int] = []
    steps: list[int] = []
    axes: list[int] = []
    shape = list(x.shape)
    for axis, (part, size) in enumerate(zip(parts, x.shape, strict=True)):
        if not isinstance(part, slice):
            position = part + size if part < 0 else part
            if not 0 <= position < size:
                raise IndexError(f"position {part} is out of bounds for axis {axis} with size {size}")
            part = slice(position, position + 1)
        step = 1 if part.step is None else part.step
        start, stop = _bounds(part, size, step)
        if step == 1 and start == 0 and not is_dynamic(start) and stop is None:
            continue
        end = (size if step > 0 else -1) if stop is None else stop
        shape[axis] = max(
            (end - start + (step - 1)) // step if step > 0 else (start - end - step - 1) // -step, 0
        )
        axes.append(axis)
        starts.append(start)
        stops.append((_ENDLESS if step > 0 else -_ENDLESS) if stop is None else stop)
        steps.append(step)
    if not axes:
        return x
    operands = [x, integers(starts), integers(stops), integers(axes), integers(steps)]
    return emit("Slice", operands, shape, x.dtype, graph_of(x, parts))


def _bounds(part: slice, size: int, step: int) -> tuple[int, int | None]:
    """Where a slice starts and stops, not negative; None for beyond the last element."""

    def bound(value: Any) -> Any:
        value = value + size if value < 0 else value
        if step < 0:
            return min(max(value, -1), size - 1)
        return min(max(value, 0), size)

    start = part.start
    start = (0 if step > 0 else size - 1) if start is None else bound(start)
    if part.stop is None:
        return start, None
    stop = bound(part.stop)
    ends = stop == size if step > 0 else stop == -1
    same_formula = is_dynamic(stop) == is_dynamic(size)
    return start, None if ends and same_formula else stop


def _take(xp: Any, x: Any, indices: Any, /, *, axis: Any = None) -> Any:
    axis = 0 if axis is None else axis % x.ndim
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    return emit("Gather", [x, _positions(indices)], shape, x.dtype, axis=axis)


def _take_along_axis(xp: Any, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    axis %= x.ndim
    others = [
        (a if i == axis else max(a, b), b if i == axis else max(a, b))
        for i, (a, b) in enumerate(zip(x.shape, indices.shape, strict=True))
    ]
    x = xp.broadcast_to(x, tuple(a for a, _ in others))
    indices = xp.broadcast_to(indices, tuple(b for _, b in others))
    return emit("GatherElements", [x, _positions(indices)], indices.shape, x.dtype, axis=axis)


def _positions(indices: SymbolicArray) -> SymbolicArray:
    return indices if indices.dtype.name in ("int32", "int64") else cast_to(indices, np.int64)


RULES: dict[str, Callable[..., Any]] = {
    "getitem": _getitem, "take": _take, "take_along_axis": _take_along_axis,
}  # fmt: skip
