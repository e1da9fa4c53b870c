"""PyTorch's ``torch.cuda.amp``: :mod:`deep_learner.amp` with the device type ``cuda`` filled in."""

from __future__ import annotations

import functools

from .. import amp
from ..dtypes import float16
from ..typing import DTypeLike

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):  # PyTorch's name
    """`deep_learner.autocast("cuda")`, by default to float16.

    Parameters
    ----------
    enabled : bool
    dtype : DType
        Of the operations that are cast down.
    cache_enabled : bool
        Whether a parameter's cast is kept until the outermost region ends.

    Raises
    ------
    RuntimeError
        If no backend serves CUDA devices here.
    """

    def __init__(self, enabled: bool = True, dtype: DTypeLike = float16, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`deep_learner.amp.GradScaler("cuda")`.

    Parameters
    ----------
    init_scale, growth_factor, backoff_factor, growth_interval, enabled
        As there.
    """

    def __init__(
        self, init_scale: float = 2.0**16, growth_factor: float = 2.0, backoff_factor: float = 0.5,
        growth_interval: int = 2000, enabled: bool = True,
    ) -> None:  # fmt: skip
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


custom_fwd = functools.partial(amp.custom_fwd, device_type="cuda")
custom_bwd = functools.partial(amp.custom_bwd, device_type="cuda")
