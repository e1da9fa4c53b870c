"""Functions along axes: reductions, running sums, sorting. The axes are those after the batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..batched import BatchedArray
from ._axes import all_shifted, flat, shifted

Kind = type[BatchedArray]


def _reduction(name: str, kind: Kind, x: Any, /, *, axis: Any = None, **options: Any) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    return kind(getattr(xp, name)(x.value, axis=all_shifted(axis, x.ndim), **options))


def _position(name: str, kind: Kind, x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    if axis is not None:
        return kind(getattr(xp, name)(x.value, axis=shifted(axis, x.ndim), keepdims=keepdims))
    found = getattr(xp, name)(flat(kind, x).value, axis=1)
    return kind(found.reshape((found.shape[0], *(1,) * x.ndim)) if keepdims else found)


def _along(
    name: str, default: int | None, kind: Kind, x: Any, /, *, axis: int | None = None, **options: Any
) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    axis = default if axis is None else axis
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"{name}() needs an axis for an array of {x.ndim} dimensions")
        axis = 0
    return kind(getattr(xp, name)(x.value, axis=shifted(axis, x.ndim), **options))


def _diff(
    kind: Kind, x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None
) -> Any:
    from .joining import concat

    parts = [part for part in (prepend, x, append) if part is not None]
    x = concat(kind, parts, axis=axis) if len(parts) > 1 else kind.lifted(x)
    return kind(x.value.diff(n, shifted(axis, x.ndim)))


_REDUCTIONS = ("all", "any", "count_nonzero", "max", "mean", "min", "prod", "std", "sum", "var")
RULES: dict[str, Callable[..., Any]] = {
    **{name: functools.partial(_reduction, name) for name in _REDUCTIONS},
    **{name: functools.partial(_position, name) for name in ("argmax", "argmin")},
    **{name: functools.partial(_along, name, None) for name in ("cumulative_prod", "cumulative_sum")},
    **{name: functools.partial(_along, name, -1) for name in ("argsort", "sort")},
    "diff": _diff,
}
