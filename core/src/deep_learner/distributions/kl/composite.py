"""Divergences of exponential families in general, of transformed and of independent distributions."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ..exp_family import ExponentialFamily
from ..independent import Independent
from ..transformed_distribution import TransformedDistribution
from ..utils import sum_rightmost
from .dispatch import kl_divergence, register_kl


@register_kl(ExponentialFamily, ExponentialFamily)
def _(p: Any, q: Any) -> Tensor:
    """The Bregman divergence of the log-normalizers."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "Bregman divergences are of one exponential family. "
            f"Received: {type(p).__name__} and {type(q).__name__}"
        )
    leaves, normalizer, slopes = p._at_leaves()
    others = q._natural_params
    result = q._log_normalizer(*others) - normalizer
    for leaf, other, slope in zip(leaves, others, slopes, strict=True):
        result = result - sum_rightmost((other - leaf) * slope, len(q.event_shape))
    return result


@register_kl(TransformedDistribution, TransformedDistribution)
def _(p: Any, q: Any) -> Tensor:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError("the divergence is known where both are transformed alike")
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _(p: Any, q: Any) -> Tensor:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("the divergence is known where as many dimensions are reinterpreted")
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)
