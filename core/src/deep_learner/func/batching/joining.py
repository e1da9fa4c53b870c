"""Several arrays as one, and one as several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ops.broadcasting import broadcast_shapes
from ..batched import BatchedArray, together
from ._axes import flat, shifted
from .shaping import broadcast_to, reshape

Kind = type[BatchedArray]


def concat(kind: Kind, arrays: Any, /, *, axis: int | None = 0) -> Any:
    from ...namespaces import tensor as xp

    parts = [kind.lifted(one) for one in arrays] if axis is not None else [flat(kind, one) for one in arrays]
    _, values = together(*[part.value for part in parts])
    return kind(xp.concat(values, axis=shifted(axis or 0, parts[0].ndim)))


def _stack(kind: Kind, arrays: Any, /, *, axis: int = 0) -> Any:
    from ...namespaces import tensor as xp

    parts = [kind.lifted(one) for one in arrays]
    _, values = together(*[part.value for part in parts])
    return kind(xp.stack(values, axis=shifted(axis, parts[0].ndim + 1)))


def _unstack(kind: Kind, x: Any, /, *, axis: int = 0) -> Any:
    x = kind.lifted(x)
    return tuple([kind(part) for part in x.value.unbind(shifted(axis, x.ndim))])


def _broadcast_arrays(kind: Kind, *arrays: Any) -> list[Any]:
    shape = broadcast_shapes(*[one.shape for one in arrays])
    return [broadcast_to(kind, one, shape) for one in arrays]


def _meshgrid(kind: Kind, *arrays: Any, indexing: str = "xy") -> list[Any]:
    places = list(range(len(arrays)))
    if indexing == "xy" and len(arrays) > 1:
        places[:2] = 1, 0
    laid = [
        reshape(kind, one, [-1 if place == axis else 1 for axis in range(len(arrays))])
        for one, place in zip(arrays, places, strict=True)
    ]
    return _broadcast_arrays(kind, *laid)


RULES: dict[str, Callable[..., Any]] = {
    "broadcast_arrays": _broadcast_arrays,
    "concat": concat,
    "meshgrid": _meshgrid,
    "stack": _stack,
    "unstack": _unstack,
}
