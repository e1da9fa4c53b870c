"""How a custom `autograd.Function` behaves under autocast."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from ..dtypes import DType, as_dtype, float64
from ..sequences import is_several
from ..tensor import Tensor
from ..typing import DTypeLike
from . import state
from .autocast import autocast

__all__ = ["custom_bwd", "custom_fwd"]


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: DTypeLike = None
) -> Any:
    """Decorate the ``forward`` of an `autograd.Function`.

    Parameters
    ----------
    fwd
        The static method; left out where the decorator has arguments only.
    device_type
        The type of device whose autocast is meant.
    cast_inputs
        Inside an autocast region cast floating-point tensors to this dtype (not float64 ones), and run without
        autocast. By default the operations inside are cast as ever.

    Raises
    ------
    ValueError
        If `device_type` is no text.
    """
    _require_text(device_type)
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    target = None if cast_inputs is None else as_dtype(cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        enabled = state.is_autocast_enabled(device_type)
        ctx._dtype = state.get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = enabled and target is None
        if target is None or not enabled:
            return fwd(ctx, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(ctx, *_cast(args, device_type, target), **_cast(kwargs, device_type, target))

    return forward


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """Decorate the ``backward`` of a Function whose ``forward`` has `custom_fwd`: it runs with the same autocast.

    Parameters
    ----------
    bwd
        The static method; left out where the decorator has arguments only.
    device_type
        As in `custom_fwd`.

    Raises
    ------
    ValueError
        If `device_type` is no text.
    """
    _require_text(device_type)
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx: Any, *grads: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *grads)

    return backward


def _require_text(device_type: object) -> None:
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")


def _cast(value: Any, device_type: str, dtype: DType) -> Any:
    """Floating-point tensors, also in lists, tuples and dicts, in another dtype."""
    if isinstance(value, Tensor):
        eligible = (
            value.is_floating_point() and value.dtype is not float64 and value.device.type == device_type
        )
        return value.to(dtype) if eligible else value
    if is_several(value):
        items = [_cast(item, device_type, dtype) for item in value]
        make: Any = getattr(type(value), "_make", type(value))
        return make(items)
    if isinstance(value, Mapping):
        return {key: _cast(item, device_type, dtype) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value
