"""This thread's settings of autocast, one by one: what :class:`~deep_learner.amp.autocast` sets and sets back."""

from __future__ import annotations

from .. import backends
from ..dtypes import DType, as_dtype
from ..errors import BackendUnavailableError
from ..ops import autocasting
from ..ops.autocasting import local
from ..typing import DTypeLike

__all__ = [
    "autocast_decrement_nesting", "autocast_increment_nesting", "clear_autocast_cache", "get_autocast_dtype",
    "is_autocast_available", "is_autocast_cache_enabled", "is_autocast_enabled", "set_autocast_cache_enabled",
    "set_autocast_dtype", "set_autocast_enabled",
]  # fmt: skip

KNOWN = ("cpu", "cuda")  # PyTorch knows them even where there is none


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast can be asked for on a type of device: ``"cpu"``, ``"cuda"``, or one that is served here."""
    return device_type in KNOWN or why_unavailable(device_type) is None


def why_unavailable(device_type: str) -> str | None:
    """Why there is no device of this type here; None if there is one."""
    try:
        backends.for_device(device_type)
    except BackendUnavailableError as error:
        return str(error)
    return None


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether this thread casts operands on devices of this type; PyTorch's default is ``"cuda"``."""
    return device_type in local.enabled


def set_autocast_enabled(device_type: str, enabled: bool) -> None:
    """Cast operands on devices of this type from now on, in this thread, or no longer."""
    one = {device_type}
    autocasting.set_enabled(local.enabled | one if enabled else local.enabled - one)


def get_autocast_dtype(device_type: str) -> DType:
    """The dtype of the operations that run in lower precision: bfloat16 on the CPU, float16 elsewhere, unless set."""
    return autocasting.lower_dtype(device_type)


def set_autocast_dtype(device_type: str, dtype: DTypeLike) -> None:
    """Choose the dtype of the operations that run in lower precision, in this thread."""
    local.dtypes[device_type] = as_dtype(dtype)


def is_autocast_cache_enabled() -> bool:
    """Whether a parameter's cast is kept until the outermost autocast ends."""
    return local.cache_enabled


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Keep casts of parameters until the outermost autocast ends, or make them anew each time."""
    local.cache_enabled = enabled


def clear_autocast_cache() -> None:
    """Drop this thread's casts of parameters."""
    local.cache.clear()


def autocast_increment_nesting() -> int:
    """Count one more autocast around what follows; the number of them."""
    local.nesting += 1
    return local.nesting


def autocast_decrement_nesting() -> int:
    """Count one autocast fewer; the number that is left."""
    local.nesting -= 1
    return local.nesting
