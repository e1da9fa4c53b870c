"""Limits to one side: `clamp_min` and `clamp_max`."""

from __future__ import annotations

from ..tensor import Tensor
from ..typing import Scalar
from .out import with_out
from .selection import clip


@with_out
def clamp_min(input: Tensor, min: Scalar | Tensor) -> Tensor:
    """No element below `min`, a number or a tensor that broadcasts: as `clip(input, min)`.

    Raises TypeError without one.
    """
    _check("clamp_min", min)
    return clip(input, min)


@with_out
def clamp_max(input: Tensor, max: Scalar | Tensor) -> Tensor:
    """No element above `max`, a number or a tensor that broadcasts: as `clip(input, None, max)`.

    Raises TypeError without one.
    """
    _check("clamp_max", max)
    return clip(input, None, max)


def _check(name: str, limit: Scalar | Tensor | None) -> None:
    if limit is None:
        raise TypeError(f"{name}() needs a limit, a number or a Tensor. Received: None")
