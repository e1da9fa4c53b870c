"""Automatic mixed precision, as PyTorch's ``torch.amp``: matrix products in half precision, sums and losses in float32.

`autocast` chooses each operation's dtype, `GradScaler` keeps small gradients from vanishing in float16.
"""

from __future__ import annotations

from ..ops.autocasting import Autocast, Policy, Refusal
from .autocast import autocast
from .custom import custom_bwd, custom_fwd
from .grad_scaler import GradScaler, OptState
from .state import (
    autocast_decrement_nesting,
    autocast_increment_nesting,
    clear_autocast_cache,
    get_autocast_dtype,
    is_autocast_available,
    is_autocast_cache_enabled,
    is_autocast_enabled,
    set_autocast_cache_enabled,
    set_autocast_dtype,
    set_autocast_enabled,
)  # fmt: skip

__all__ = [
    "Autocast", "GradScaler", "OptState", "Policy", "Refusal", "autocast", "autocast_decrement_nesting",
    "autocast_increment_nesting", "clear_autocast_cache", "custom_bwd", "custom_fwd", "get_autocast_dtype",
    "is_autocast_available", "is_autocast_cache_enabled", "is_autocast_enabled", "set_autocast_cache_enabled",
    "set_autocast_dtype", "set_autocast_enabled",
]  # fmt: skip
