"""What is computed along a dimension from the elements that a mask keeps, and has the shape of its input.

PyTorch's ``torch.masked``. `mask` broadcasts to `input` and keeps what is True; what stands elsewhere in the result has
no meaning. Dtypes and errors as in :mod:`.masked_reductions`.
"""

from __future__ import annotations

from ..dtypes import DType, as_dtype
from ..tensor import Tensor
from ..typing import DTypeLike
from . import cumulative, exponential
from . import softmax as softmaxes
from .masked_identities import filled, greatest, least
from .masked_reductions import norm
from .selection import clip


def _dtype(input: Tensor, dtype: DTypeLike) -> DType:
    return input.dtype if dtype is None else as_dtype(dtype)


def cumsum(input: Tensor, dim: int, *, dtype: DTypeLike = None, mask: Tensor | None = None) -> Tensor:
    """The sum of the elements kept up to each place: (*) -> (*)."""
    chosen = _dtype(input, dtype)
    return cumulative.cumsum(filled(input, mask, 0).to(chosen), dim, dtype=chosen)


def cumprod(input: Tensor, dim: int, *, dtype: DTypeLike = None, mask: Tensor | None = None) -> Tensor:
    """The product of the elements kept up to each place: (*) -> (*)."""
    chosen = _dtype(input, dtype)
    return cumulative.cumprod(filled(input, mask, 1).to(chosen), dim, dtype=chosen)


def softmax(input: Tensor, dim: int, *, dtype: DTypeLike = None, mask: Tensor | None = None) -> Tensor:
    """The softmax of the elements kept: (*) -> (*), 0 elsewhere; nan where none is."""
    kept = filled(input, mask, least)
    return softmaxes.softmax(kept, dim, _dtype(input, dtype))


def log_softmax(input: Tensor, dim: int, *, dtype: DTypeLike = None, mask: Tensor | None = None) -> Tensor:
    """The logarithm of the softmax of the elements kept: (*) -> (*), -inf elsewhere; nan where none is."""
    kept = filled(input, mask, least)
    return softmaxes.log_softmax(kept, dim, _dtype(input, dtype))


def softmin(input: Tensor, dim: int, *, dtype: DTypeLike = None, mask: Tensor | None = None) -> Tensor:
    """The softmax of the negative of the elements kept: (*) -> (*), 0 elsewhere; nan where none is."""
    kept = filled(input, mask, greatest)
    return softmaxes.softmin(kept, dim, _dtype(input, dtype))


def normalize(
    input: Tensor,
    ord: float,
    dim: int,
    *,
    eps: float = 1e-12,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The elements kept, divided by their norm, or by `eps` if that is more: (*) -> (*), 0 elsewhere."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return filled(input, mask, 0) / clip(length, eps)


def logaddexp(
    input: Tensor, other: Tensor, *, dtype: DTypeLike = None, input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """``log(exp(input) + exp(other))``, without those that are not kept: (*), (*), broadcast -> (*).

    `dtype` is by default that of `input`.
    """
    first = filled(input, input_mask, least)
    second = filled(other, other_mask, least)
    return exponential.logaddexp(first, second).to(_dtype(input, dtype))
