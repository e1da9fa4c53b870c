"""A range with its end, which PyTorch has kept from its early days."""

from __future__ import annotations

import math
import warnings

from ..dtypes import as_dtype, float64, get_default_dtype
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from .out import factory_with_out
from .ranges import arange


@factory_with_out
def range(
    start: float = 0,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` in steps up to `end` and with it, in the default float dtype; prefer `arange`.

    Raises
    ------
    TypeError
        If there is no `end`.
    RuntimeError
        If the step is zero or leads away from the end, or something is not finite.
    """
    warnings.warn(
        "range is deprecated, as it differs from Python's: use arange, whose end is not included",
        UserWarning,
        stacklevel=3,
    )
    if end is None:
        raise TypeError("range() is missing the argument 'end'")
    first, last = float(start), float(end)
    if not step:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise RuntimeError(f"unsupported range: {first} -> {last}")
    if (last - first) * step < 0:
        raise RuntimeError(
            f"upper bound and lower bound inconsistent with step sign: {first} -> {last} by {step}"
        )
    count = math.floor((last - first) / step) + 1
    numbers = arange(count, dtype=float64, device=device) * float(step) + first
    chosen = get_default_dtype() if dtype is None else as_dtype(dtype)
    return numbers.to(chosen).requires_grad_(requires_grad)
