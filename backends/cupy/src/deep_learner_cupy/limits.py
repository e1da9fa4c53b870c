"""`clip` in one launch. array_api_compat's picks elements by masks, for which the host waits for the GPU."""

from __future__ import annotations

from typing import Any

import cupy
import numpy

# A limit that is no number makes a result that is none, and so does an element.
_RAISED = "x < low || low != low ? low : x"
_LOWERED = "x > high || high != high ? high : x"
_FROM_BELOW = cupy.ElementwiseKernel("T x, T low", "T out", f"out = {_RAISED};", "deep_learner_clip_below")
_FROM_ABOVE = cupy.ElementwiseKernel("T x, T high", "T out", f"out = {_LOWERED};", "deep_learner_clip_above")
_BOTH = cupy.ElementwiseKernel(
    "T value, T low, T high", "T out", f"T x = value; x = {_RAISED}; out = {_LOWERED};", "deep_learner_clip"
)


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """The standard's `clip`: elements brought between `min` and `max`, in the dtype of `x`."""
    if x.dtype.kind == "b":
        return cupy.clip(x, min, max)
    low, high = _limit(min, x, lowest=True), _limit(max, x, lowest=False)
    if low is None and high is None:
        return x.copy()
    if high is None:
        return _FROM_BELOW(x, low)
    return _FROM_ABOVE(x, high) if low is None else _BOTH(x, low, high)


def _limit(limit: Any, x: Any, lowest: bool) -> Any:
    """A limit in the dtype of `x`; None if it limits nothing."""
    if isinstance(limit, cupy.ndarray):
        return limit.astype(x.dtype, copy=False)
    if limit is None or x.dtype.kind not in "iu":
        return limit
    bounds = numpy.iinfo(x.dtype)
    if limit <= bounds.min if lowest else limit >= bounds.max:
        return None
    # One beyond the other end is out of the dtype's range: the end itself does the same.
    return int(min(limit, bounds.max) if lowest else max(limit, bounds.min))
