"""Reductions over the elements that a mask keeps, PyTorch's ``torch.masked``.

`mask` broadcasts to `input` and keeps what is True; without it everything is kept. `dim` is one dimension, several, or
None for all; `keepdim` leaves size 1 in their place. The result has `dtype`, by default that of `input`, where nothing
else is said. All raise IndexError for a dimension that does not exist and for a mask of more dimensions than `input`.
https://pytorch.org/docs/stable/masked.html
"""

from __future__ import annotations

import math

from ..dtypes import BOOL, COMPLEX, REAL, DType, as_dtype, float32
from ..tensor import Tensor
from ..typing import DTypeLike
from . import extrema, reduction, softmax
from . import norm as norms
from ._reducing import Dims, reduced_count
from .comparison import isnan
from .complex import conj
from .masked_identities import canonical_mask, filled, greatest, least
from .order_statistics import nanmedian
from .power import sqrt
from .selection import clip


def _dtype(input: Tensor, dtype: DTypeLike) -> DType:
    return input.dtype if dtype is None else as_dtype(dtype)


def sum(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool | None = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The sum of the elements kept, 0 of none: (*) -> (*) without `dim`; integers give int64."""
    kept = filled(input, mask, 0)
    return reduction.sum(kept if dtype is None else kept.to(as_dtype(dtype)), dim, bool(keepdim), dtype=dtype)


def prod(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool | None = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The product of the elements kept, 1 of none: (*) -> (*) without `dim`; integers give int64."""
    kept = filled(input, mask, 1)
    return reduction.prod(
        kept if dtype is None else kept.to(as_dtype(dtype)), dim, bool(keepdim), dtype=dtype
    )


def amax(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool | None = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The greatest element kept, the least number of the dtype if none is: (*) -> (*) without `dim`.

    Equal ones share the gradient. Raises NotImplementedError for booleans with a mask.
    """
    kept = filled(input, mask, least)
    return extrema.amax(kept, dim, bool(keepdim)).to(_dtype(input, dtype))


def amin(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool | None = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The least element kept, the greatest number of the dtype if none is: (*) -> (*) without `dim`.

    Equal ones share the gradient. Raises NotImplementedError for booleans with a mask.
    """
    kept = filled(input, mask, greatest)
    return extrema.amin(kept, dim, bool(keepdim)).to(_dtype(input, dtype))


def argmax(
    input: Tensor, dim: int | None = None, *, keepdim: bool | None = False, dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The place of the greatest element kept, 0 if none is: along `dim`, or in the flattened tensor.

    Like PyTorch's, it has the dtype of `input` unless `dtype` is given. Raises NotImplementedError for booleans.
    """
    kept = filled(_no_booleans(input), mask, least)
    return extrema.argmax(kept, dim, bool(keepdim)).to(_dtype(input, dtype))


def _no_booleans(input: Tensor) -> Tensor:
    """Places are told in the dtype of `input`, which booleans cannot."""
    if input.dtype.kind == BOOL:
        raise NotImplementedError(
            "places of booleans are not implemented; convert them, as in x.to(deep_learner.int64)"
        )
    return input


def argmin(
    input: Tensor, dim: int | None = None, *, keepdim: bool | None = False, dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The place of the least element kept, 0 if none is: along `dim`, or in the flattened tensor.

    Like PyTorch's, it has the dtype of `input` unless `dtype` is given. Raises NotImplementedError for booleans.
    """
    kept = filled(_no_booleans(input), mask, greatest)
    return extrema.argmin(kept, dim, bool(keepdim)).to(_dtype(input, dtype))


def mean(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool | None = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The mean of the elements kept, nan of none: (*) -> (*) without `dim`.

    Raises ValueError for integers and booleans unless a floating or complex `dtype` is given.
    """
    chosen = _dtype(input, dtype)
    if chosen.kind not in (REAL, COMPLEX):
        raise ValueError(
            "mean(): Could not infer output dtype. It must be either a floating point or complex dtype. "
            f"Got: {chosen.name}; write dtype=, as in dtype=deep_learner.float32"
        )
    total = sum(input, dim, keepdim=keepdim, dtype=chosen, mask=mask)
    return total / _count(input, dim, bool(keepdim), mask)


def _count(input: Tensor, dim: Dims, keepdim: bool, mask: Tensor | None) -> Tensor | float:
    """How many elements are kept; nan for none at all."""
    if mask is None:
        return reduced_count(tuple(input.shape), dim) or math.nan
    return reduction.sum(canonical_mask(input, mask), dim, keepdim)


def median(
    input: Tensor,
    dim: int = -1,
    *,
    keepdim: bool = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The median of the elements kept that are not nan, the lower of two; nan of none: (*) -> (*) without `dim`.

    Of floats it has their dtype, of others `dtype`. Raises ValueError if it is nan for others.
    """
    floating = input.is_floating_point()
    kept = filled(input if floating else input.to(float32), mask, math.nan)
    found = nanmedian(kept, dim, bool(keepdim))[0]
    if floating:
        return found
    if bool(reduction.any(isnan(found))):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return found.to(_dtype(input, dtype))


def norm(
    input: Tensor, ord: float | None = 2.0, dim: Dims = None, *, keepdim: bool | None = False,
    dtype: DTypeLike = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The norm (sum |x|^ord)^(1/ord) of the elements kept: (*) -> (*) without `dim`, real.

    Of none it is 0, inf for `ord` -inf. See :func:`deep_learner.linalg.vector_norm`.
    """
    order = 2.0 if ord is None else ord
    kept = filled(input, mask, math.inf if order == -math.inf else 0)
    return norms.vector_norm(kept, order, dim, bool(keepdim), dtype=dtype)


def logsumexp(
    input: Tensor,
    dim: Dims = None,
    *,
    keepdim: bool = False,
    dtype: DTypeLike = None,
    mask: Tensor | None = None,
) -> Tensor:
    """``log(sum(exp(x)))`` of the elements kept, -inf of none: (*) -> (*) without `dim`."""
    kept = filled(input, mask, least)
    return softmax.logsumexp(kept, () if dim is None else dim, bool(keepdim)).to(_dtype(input, dtype))


def var(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: float | None = None,
    keepdim: bool | None = False, dtype: DTypeLike = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The variance of the elements kept: their squared distances from the mean, summed and divided by their number n
    less `correction`, which is 1 unless `unbiased` is False.

    (*) -> (*) without `dim`, float32 for integers and booleans; nan of none, inf or nan if n is not greater than
    `correction`. Raises AssertionError if both `unbiased` and `correction` are given.
    """
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    if correction is None:
        correction = 0.0 if unbiased is False else 1.0
    chosen = float32 if dtype is None and input.dtype.kind not in (REAL, COMPLEX) else _dtype(input, dtype)
    computed = chosen if chosen.kind in (REAL, COMPLEX) else float32
    center = sum(input, dim, keepdim=True, dtype=chosen, mask=mask) / _count(input, dim, True, mask)
    apart = input - center
    total = sum(apart * conj(apart), dim, keepdim=keepdim, dtype=computed, mask=mask)
    count = _count(input, dim, bool(keepdim), mask)
    if isinstance(count, Tensor):
        left = clip(count.to(computed.to_real()) - correction, 0.0)
    else:
        left = max(count - correction, 0.0)
    return (total / left).to(chosen)


def std(
    input: Tensor, dim: Dims = None, unbiased: bool | None = None, *, correction: float | None = None,
    keepdim: bool | None = False, dtype: DTypeLike = None, mask: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The standard deviation of the elements kept, the root of :func:`var`."""
    return sqrt(var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask))
