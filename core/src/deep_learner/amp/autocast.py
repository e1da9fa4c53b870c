"""`autocast`: a region in which each operation runs in the dtype that suits it."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ..dtypes import as_dtype, bfloat16, float16
from ..ops.autocasting import local
from ..typing import DTypeLike
from . import state

__all__ = ["autocast"]

P = ParamSpec("P")
R = TypeVar("R")

SUPPORTED = (bfloat16, float16)


class autocast:
    """Run operations in lower precision where that is safe; a context manager and a decorator, per thread.

    Matrix products and convolutions run in `dtype`, sums, exponentials, norms and losses in float32 (on the CPU fewer
    of them), and what mixes dtypes in the widest. In-place operations, backward passes and float64 are as ever.

    Parameters
    ----------
    device_type : str
        The type of the tensors' device: operations on other devices are not affected.
    dtype : DType, optional
        float16 or bfloat16; by default :func:`get_autocast_dtype`: bfloat16 for ``"cpu"``, else float16.
    enabled : bool
        False makes a region without autocast within one.
    cache_enabled : bool, optional
        Whether to cast each parameter once and keep the cast until the outermost region ends; by default as it is
        around the region, at first True.

    Raises
    ------
    ValueError
        If `device_type` is no text.
    RuntimeError
        If nothing serves `device_type`. Inside, if a tensor's backend lacks `dtype` (NumPy has bfloat16 with
        ml_dtypes alone: write ``dtype=deep_learner.float16``), or for an operation that is unsafe in half precision.

    Warns
    -----
    UserWarning
        If there is no such device here, or `dtype` is another: then the region has no effect.

    Notes
    -----
    The lists of operations are PyTorch's, https://pytorch.org/docs/stable/amp.html#autocast-op-reference. Casts are
    recorded, so gradients have the parameters' dtype. An operation of your own is listed by
    ``op(autocast="lower")``. Micikevicius et al., "Mixed Precision Training" (2018),
    https://arxiv.org/abs/1710.03740.

    Examples
    --------
    >>> import deep_learner as dl
    >>> x = dl.ones(2, 2)
    >>> with dl.autocast("cpu", dtype=dl.float16):
    ...     print((x @ x).dtype, x.exp().dtype)
    deep_learner.float16 deep_learner.float32
    """

    def __init__(
        self,
        device_type: str,
        dtype: DTypeLike = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if not state.is_autocast_available(device_type):
            raise RuntimeError(
                f"User specified an unsupported autocast device_type '{device_type}': "
                f"{state.why_unavailable(device_type)}"
            )
        self.device = device_type
        self.fast_dtype = state.get_autocast_dtype(device_type) if dtype is None else as_dtype(dtype)
        self._cache_enabled = state.is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        refused = self._why_not() if enabled else None
        if refused is not None:
            warnings.warn(f"{refused} Disabling autocast.", stacklevel=2)
        self._enabled = enabled and refused is None

    def _why_not(self) -> str | None:
        """Why the region has no effect, as a sentence."""
        name = self.device.upper()
        if self.device != "cpu" and (reason := state.why_unavailable(self.device)) is not None:
            return f"{name} is not available: {reason.rstrip('.')}."
        if self.fast_dtype not in SUPPORTED:
            supported = ", ".join(map(str, SUPPORTED))
            return (
                f"In {name} autocast, but the target dtype is not supported: {name} Autocast only supports dtypes of "
                f"{supported} currently. Received: {self.fast_dtype}."
            )
        return None

    def __enter__(self) -> autocast:
        device = self.device
        local.before.append(
            (
                state.is_autocast_enabled(device),
                state.get_autocast_dtype(device),
                state.is_autocast_cache_enabled(),
            )
        )
        state.set_autocast_enabled(device, self._enabled)
        state.set_autocast_dtype(device, self.fast_dtype)
        state.set_autocast_cache_enabled(self._cache_enabled)
        state.autocast_increment_nesting()
        return self

    def __exit__(self, *_: object) -> None:
        if state.autocast_decrement_nesting() == 0:
            state.clear_autocast_cache()
        enabled, dtype, cache_enabled = local.before.pop()
        state.set_autocast_enabled(self.device, enabled)
        state.set_autocast_dtype(self.device, dtype)
        state.set_autocast_cache_enabled(cache_enabled)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        if not callable(function):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(function).__name__}. Did you mean to use "
                "autocast as a context manager, as in `with autocast(...):`?"
            )

        @functools.wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return inside
