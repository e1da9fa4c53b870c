"""How operations leave masked-out elements out: in their place stands what changes no result, an identity."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..dtypes import BOOL, COMPLEX, REAL, DType
from ..namespaces.type_information import iinfo
from ..tensor import Tensor
from ..typing import Scalar
from .broadcasting import broadcast_to
from .logical import logical_not
from .selection import masked_fill


def least(dtype: DType) -> Scalar:
    """What no number of a dtype is less than: the identity of maxima, and of sums of exponentials."""
    return _extreme(dtype, -math.inf, "min")


def greatest(dtype: DType) -> Scalar:
    """What no number of a dtype is greater than: the identity of minima."""
    return _extreme(dtype, math.inf, "max")


def _extreme(dtype: DType, infinity: float, end: str) -> Scalar:
    if dtype.kind in (REAL, COMPLEX):
        return infinity
    if dtype.kind == BOOL:
        raise NotImplementedError(
            "booleans have no identity of extremes: convert them, as in x.to(deep_learner.uint8)"
        )
    return getattr(iinfo(dtype), end)


def canonical_mask(input: Tensor, mask: Tensor) -> Tensor:
    """A mask as booleans in the shape of `input`.

    Raises
    ------
    IndexError
        If it has more dimensions than `input`.
    RuntimeError
        If it does not broadcast to its shape.
    """
    if mask.ndim > input.ndim:
        raise IndexError(
            "the mask must broadcast to the shape of the input. Received: a mask of shape "
            f"{tuple(mask.shape)} for an input of shape {tuple(input.shape)}"
        )
    return broadcast_to(mask, tuple(input.shape)).bool()


def filled(input: Tensor, mask: Tensor | None, identity: Scalar | Callable[[DType], Scalar]) -> Tensor:
    """`input` with an operation's identity, which may depend on the dtype, wherever `mask` is False.

    The gradient is 0 there. Errors as `canonical_mask`.
    """
    if mask is None:
        return input
    dropped = logical_not(canonical_mask(input, mask))
    return masked_fill(input, dropped, identity if isinstance(identity, Scalar) else identity(input.dtype))
