"""Masks of attention layers: True, or minus infinity, where a key is not seen."""

from __future__ import annotations

import math
import warnings

from deep_learner import Tensor, full
from deep_learner.typing import DeviceLike, DTypeLike

__all__ = ["as_added", "causal_mask", "is_left_aligned"]


def as_added(
    mask: Tensor | None, name: str, other: Tensor | None, other_name: str, dtype: DTypeLike
) -> Tensor | None:
    """A mask as what is added to the scores: a boolean one as minus infinity where it is True.

    Warns if `other`, a mask used beside it, has another dtype. Raises AssertionError for one of integers.
    """
    if mask is None:
        return None
    if mask.dtype.name != "bool" and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported. Received: {mask.dtype}")
    if other is not None and other.dtype is not mask.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=4,
        )
    if mask.is_floating_point():
        return mask
    return mask.new_zeros(mask.shape, dtype=dtype).masked_fill(mask, -math.inf)


def causal_mask(size: int, device: DeviceLike = None, dtype: DTypeLike = None) -> Tensor:
    """(size, size): minus infinity where a key comes after the query, else 0."""
    return full((size, size), -math.inf, device=device, dtype=dtype).triu(1)


def is_left_aligned(padding: Tensor) -> bool:
    """Whether in each row of a mask (N, S), once nonzero, all is padding."""
    hidden = padding != 0
    return bool((hidden[:, 1:] | ~hidden[:, :-1]).all())
