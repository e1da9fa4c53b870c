"""Attention: matrix products by the library, and what lies between them in one launch, in place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner_cupy.kernels.compiled import NULL, Rows, kernel, packed
from deep_learner_cupy.kernels.elementwise import scaled
from deep_learner_cupy.kernels.fallback import floating
from deep_learner_cupy.namespace import matmul, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def _scores(query: Array, key: Array, attn_mask: Array | None, scale: float) -> Array:
    """The scores, masked by `attn_mask`, in memory of their own."""
    scores = matmul(scaled(query, scale), key.swapaxes(-1, -2))
    if attn_mask is None:
        return packed(scores)
    if attn_mask.dtype.kind == "b":
        return packed(where(attn_mask, scores, -math.inf))
    return packed(scores + attn_mask)


def _run(name: str, is_causal: bool, scores: Array, *others: Array) -> None:
    if scores.size:
        queries, keys = scores.shape[-2:]
        rows = Rows(scores.size // keys, keys)
        operands = (scores, *others, scores.size // keys, keys, queries, numpy.int32(is_causal))
        kernel("attention", name, scores.dtype)(rows.grid, rows.block, operands)


@floating
def dot_product_attention(
    query: Array, key: Array, value: Array, attn_mask: Array | None, is_causal: bool, scale: float
) -> tuple[Array, Array]:
    """The mixed values, and the logarithms of the sums."""
    weights = _scores(query, key, attn_mask, scale)
    normalizer = cupy.zeros((*weights.shape[:-1], 1), weights.dtype)
    _run("attention_weights", is_causal, weights, normalizer)
    return matmul(weights, value), normalizer


@floating
def dot_product_attention_backward(
    grad_output: Array,
    grad_normalizer: Array | None,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None,
    output: Array,
    normalizer: Array,
    is_causal: bool,
    scale: float,
    mask_wanted: bool,
) -> tuple[Array, ...]:
    """The gradients of all operands; weights are computed again."""
    weights = _scores(query, key, attn_mask, scale)
    to_scores = packed(matmul(grad_output, value.swapaxes(-1, -2)))
    rows = (*weights.shape[:-1], 1)
    spread = [
        NULL if one is None else packed(cupy.broadcast_to(one, rows)) for one in (normalizer, grad_normalizer)
    ]
    _run("attention_backward", is_causal, weights, to_scores, *spread)
    return (
        scaled(matmul(to_scores, key), scale),
        scaled(matmul(to_scores.swapaxes(-1, -2), query), scale),
        matmul(weights.swapaxes(-1, -2), grad_output),
        to_scores if mask_wanted else cupy.empty((0,), query.dtype),
    )


KERNELS: dict[str, Callable[..., Any]] = {
    "dot_product_attention": dot_product_attention,
    "dot_product_attention_backward": dot_product_attention_backward,
}
