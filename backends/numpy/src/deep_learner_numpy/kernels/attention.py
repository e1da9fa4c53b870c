"""Attention in blocks that stay in the cache: for some queries, and the keys that they see, of as many heads as fit.

Scores are kept as (keys, queries), so that what belongs to a query lies across the rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Array

# How many queries make a block: with few, products are slow, with many, causal ones are computed in vain.
QUERIES = 128
# How many scores of several heads make a block. One head's may be more.
SCORES = 1 << 16


class _Blocks:
    """The blocks of queries, and their scores.

    Parameters
    ----------
    query, key, attn_mask, is_causal, scale
        As of the operation.
    shape
        The leading dimensions, broadcast.
    """

    def __init__(
        self,
        query: Array,
        key: Array,
        attn_mask: Array | None,
        is_causal: bool,
        scale: float,
        shape: tuple[int, ...],
    ) -> None:
        self.query = np.broadcast_to(query, shape + query.shape[-2:])
        self.key = np.broadcast_to(key, shape + key.shape[-2:])
        self.length, self.keys = query.shape[-2], key.shape[-2]
        self.mask = (
            None if attn_mask is None else np.broadcast_to(attn_mask, (*shape, self.length, self.keys))
        )
        self.causal = is_causal
        self.scale = np.asarray(scale, query.dtype)
        self.rows = min(QUERIES, self.length)
        # What is added where the first queries of a block would see keys that come after them.
        self.hidden = (
            np.tril(np.full((self.rows, self.rows), -math.inf, query.dtype), -1) if is_causal else None
        )
        # The last of the leading dimensions are taken together, as many as fit.
        together = len(shape)
        while together and math.prod(shape[together - 1 :]) * self.keys * self.rows <= SCORES:
            together -= 1
        self.heads, self.together = shape[:together], shape[together:]
        self.room = np.empty(math.prod(self.together) * self.keys * self.rows, query.dtype)

    def of(self, head: tuple[int, ...]) -> Iterator[tuple[slice, int, Array]]:
        """For each block of queries of these heads which they are, how many keys they see, and the scores of these."""
        query, key = self.query[head], self.key[head]
        for start in range(0, self.length, QUERIES):
            stop = min(start + QUERIES, self.length)
            seen = min(stop, self.keys) if self.causal else self.keys
            shape = (*self.together, seen, stop - start)
            scores = self.room[: math.prod(shape)].reshape(shape)
            np.matmul(key[..., :seen, :], (query[..., start:stop, :] * self.scale).mT, out=scores)
            if self.mask is not None:
                mask = self.mask[head][..., start:stop, :seen].mT
                if mask.dtype == np.bool_:
                    np.copyto(scores, -math.inf, where=~mask)
                else:
                    scores += mask
            if self.hidden is not None and seen > start:
                scores[..., start:, :] += self.hidden[: seen - start, : stop - start]
            yield slice(start, stop), seen, scores


def _leading(*operands: Array | None) -> tuple[int, ...]:
    return np.broadcast_shapes(*(operand.shape[:-2] for operand in operands if operand is not None))


def _laid_out_as(operand: Array, shape: tuple[int, ...]) -> Array:
    """Room for an array whose dimensions follow each other in memory as the operand's do."""
    if len(shape) != operand.ndim:
        return np.empty(shape, operand.dtype)
    return np.empty_like(operand, shape=shape, subok=False)


def dot_product_attention(
    query: Array, key: Array, value: Array, attn_mask: Array | None, is_causal: bool, scale: float
) -> tuple[Array, Array]:
    """The mixed values, and the logarithms of the sums."""
    shape = _leading(query, key, value, attn_mask)
    blocks = _Blocks(query, key, attn_mask, is_causal, scale, shape)
    output = _laid_out_as(query, (*shape, blocks.length, value.shape[-1]))
    normalizer = np.empty((*shape, blocks.length, 1), query.dtype)
    value = np.broadcast_to(value, shape + value.shape[-2:])
    for head in np.ndindex(blocks.heads):
        for rows, seen, scores in blocks.of(head):
            if not seen:
                output[head][..., rows, :], normalizer[head][..., rows, :] = 0, 0
                continue
            largest = np.maximum.reduce(scores, axis=-2)
            largest[~np.isfinite(largest)] = 0
            np.subtract(scores, largest[..., None, :], out=scores)
            np.exp(scores, out=scores)
            total = np.ones(seen, scores.dtype) @ scores
            total[total == 0] = 1
            mixed = scores.mT @ value[head][..., :seen, :]
            np.divide(mixed, total[..., None], out=output[head][..., rows, :])
            normalizer[head][..., rows, 0] = np.log(total) + largest
    return output, normalizer


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
    shape = _leading(query, key, value, attn_mask)
    blocks = _Blocks(query, key, attn_mask, is_causal, scale, shape)
    shift = np.vecdot(grad_output, output)
    if grad_normalizer is not None:
        shift = shift - grad_normalizer[..., 0]
    to_query = _laid_out_as(query, shape + query.shape[-2:])
    to_key = _laid_out_as(key, shape + key.shape[-2:])
    to_value = _laid_out_as(value, shape + value.shape[-2:])
    to_mask = np.zeros((*shape, blocks.length, blocks.keys) if mask_wanted else (0,), query.dtype)
    value = np.broadcast_to(value, shape + value.shape[-2:])
    room = np.empty_like(blocks.room)
    for head in np.ndindex(blocks.heads):
        keys, values, grad = blocks.key[head], value[head], grad_output[head]
        key_sum, value_sum = to_key[head], to_value[head]
        key_sum[...] = 0
        value_sum[...] = 0
        for rows, seen, weights in blocks.of(head):
            np.subtract(weights, normalizer[head][..., None, rows, 0], out=weights)
            np.exp(weights, out=weights)
            value_sum[..., :seen, :] += weights @ grad[..., rows, :]
            to_scores = room[: weights.size].reshape(weights.shape)
            np.matmul(values[..., :seen, :], grad[..., rows, :].mT, out=to_scores)
            np.subtract(to_scores, shift[head][..., None, rows], out=to_scores)
            np.multiply(to_scores, weights, out=to_scores)
            key_sum[..., :seen, :] += to_scores @ blocks.query[head][..., rows, :]
            np.multiply(to_scores.mT @ keys[..., :seen, :], blocks.scale, out=to_query[head][..., rows, :])
            if mask_wanted:
                to_mask[head][..., rows, :seen] = to_scores.mT
        key_sum *= blocks.scale
    return to_query, to_key, to_value, to_mask


KERNELS: dict[str, Callable[..., Any]] = {
    "dot_product_attention": dot_product_attention,
    "dot_product_attention_backward": dot_product_attention_backward,
}
