"""New arrays: equal for all members, so the batch has size 1."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ...dtypes import from_native
from ...namespaces.raw import namespace_of
from ...tensor import wrap
from ..batched import BatchedArray
from .shaping import broadcast_to


def _made(
    name: str, kind: type[BatchedArray], *args: Any, dtype: Any = None, device: Any = None, **options: Any
) -> BatchedArray:
    where = None if device is None else kind.base.native_device(device)
    return kind.lifted(getattr(namespace_of(kind.base), name)(*args, dtype=dtype, device=where, **options))


def _full(
    kind: type[BatchedArray], shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None
) -> Any:
    if not hasattr(fill_value, "shape"):
        return _made("full", kind, shape, fill_value, dtype=dtype, device=device)
    filling = kind.lifted(fill_value)
    return broadcast_to(kind, _asarray(kind, filling, dtype=dtype, device=device), shape)


def _like(name: str, kind: type[BatchedArray], x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    return _made(name, kind, x.shape, dtype=dtype or x.dtype, device=device or kind.lifted(x).device)


def _full_like(
    kind: type[BatchedArray], x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None
) -> Any:
    where = device or kind.lifted(x).device
    return _full(kind, x.shape, fill_value, dtype=dtype or x.dtype, device=where)


def _asarray(
    kind: type[BatchedArray], obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> Any:
    if isinstance(obj, BatchedArray):
        value = kind.lifted(obj).value
        if dtype is None and device is None and not copy:
            return kind.lifted(obj)
        wanted = None if dtype is None else from_native(dtype)
        return kind(value.to(dtype=wanted, device=device, copy=bool(copy)))
    return kind(wrap(kind.base.asarray(obj, dtype=dtype, device=device, copy=copy))[None])


RULES: dict[str, Callable[..., Any]] = {
    **{
        name: functools.partial(_made, name)
        for name in ("arange", "empty", "eye", "linspace", "ones", "zeros")
    },
    **{f"{name}_like": functools.partial(_like, name) for name in ("empty", "ones", "zeros")},
    "full": _full,
    "full_like": _full_like,
    "asarray": _asarray,
}
