"""Scaled dot-product attention, from MatMul and Softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit
from deep_learner_onnx.namespace.reduction import reduced

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def dot_product_attention(
    query: Any, key: Any, value: Any, attn_mask: Any, is_causal: bool, scale: float
) -> Any:
    """The attention, and the logarithms of the sums that it divides by."""
    if query.ndim < 2 or key.ndim < 2 or not key.shape[-2]:
        return NotImplemented
    scores = xp.matmul(query * scale, xp.matrix_transpose(key))
    hidden = None
    if is_causal:
        rows, columns = xp.arange(scores.shape[-2]), xp.arange(scores.shape[-1])
        hidden = xp.greater(xp.expand_dims(columns, axis=0), xp.expand_dims(rows, axis=1))
    elif attn_mask is not None and attn_mask.dtype.kind == "b":
        hidden = xp.logical_not(attn_mask)
    elif attn_mask is not None:
        scores = scores + attn_mask
    if hidden is not None:
        scores = xp.where(hidden, -np.inf, scores)
    weights = emit("Softmax", [scores], scores.shape, scores.dtype, axis=-1)
    normalizer = reduced("ReduceLogSumExp", scores, -1, True)
    if attn_mask is not None:  # a query that sees nothing gets zeros
        blind = xp.equal(xp.max(scores, axis=-1, keepdims=True), -np.inf)
        weights, normalizer = xp.where(blind, 0.0, weights), xp.where(blind, 0.0, normalizer)
    return xp.matmul(weights, value), normalizer


KERNELS: dict[str, Callable[..., Any]] = {"dot_product_attention": dot_product_attention}
