"""Functions of each element: their operands' members are brought to as many dimensions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ...dtypes import from_native
from ...namespaces.standard import ELEMENTWISE
from ..batched import BatchedArray, values_of


def _elementwise(name: str, kind: type[BatchedArray], *operands: Any, **options: Any) -> BatchedArray:
    from ...namespaces import tensor as xp

    arrays = {key: value for key, value in options.items() if hasattr(value, "shape")}
    values = values_of(kind, *operands, *arrays.values())
    named = dict(zip(arrays, values[len(operands) :], strict=True))
    return kind(getattr(xp, name)(*values[: len(operands)], **{**options, **named}))


def _astype(kind: type[BatchedArray], x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    x = kind.lifted(x)
    wanted = from_native(dtype)
    if from_native(x.dtype) is wanted and not copy and device is None:
        return x
    return kind(x.value.to(dtype=wanted, device=device, copy=copy))


RULES: dict[str, Callable[..., Any]] = {
    **{name: functools.partial(_elementwise, name) for name in (*ELEMENTWISE, "where")},
    "astype": _astype,
}
