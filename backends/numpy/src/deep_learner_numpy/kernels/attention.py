"""Attention in blocks that stay in the cache: for some queries, and the keys that they see, of as many heads as fit.

Scores are kept as (keys, queries), so that what belongs to a query lies across the rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.threads import shared, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Array

# How many queries make a block: with few, products are slow, with many, causal ones are computed in vain. Where
# there are not many altogether, causal blocks have half as many.
QUERIES = 128
# How many scores of several heads make a block. One head's may be more.
SCORES = 1 << 18


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
        most = QUERIES // 2 if is_causal and self.length < 4 * QUERIES else QUERIES
        self.rows = max(1, min(most, self.length))
        # What is added where the first queries of a block would see keys that come after them.
        self.hidden = (
            np.tril(np.full((self.rows, self.rows), -math.inf, query.dtype), -1) if is_causal else None
        )
        self.heads = list(_groups(shape, SCORES // max(1, self.keys * self.rows)))

    def of(self, heads: tuple[Any, ...]) -> Iterator[tuple[slice, int, Array]]:
        """For each block of queries of these heads which they are, how many keys they see, and the scores of these."""
        query, key = self.query[heads], self.key[heads]
        room = np.empty(math.prod(query.shape[:-2]) * self.keys * self.rows, query.dtype)
        for start in range(0, self.length, self.rows):
            stop = min(start + self.rows, self.length)
            seen = min(stop, self.keys) if self.causal else self.keys
            shape = (*query.shape[:-2], seen, stop - start)
            scores = room[: math.prod(shape)].reshape(shape)
            np.matmul(key[..., :seen, :], (query[..., start:stop, :] * self.scale).mT, out=scores)
            if self.mask is not None:
                mask = self.mask[heads][..., start:stop, :seen].mT
                if mask.dtype == np.bool_:
                    np.copyto(scores, -math.inf, where=~mask)
                else:
                    scores += mask
            if self.hidden is not None and seen > start:
                scores[..., start:, :] += self.hidden[: seen - start, : stop - start]
            yield slice(start, stop), seen, scores


def _groups(shape: tuple[int, ...], most: int) -> Iterator[tuple[Any, ...]]:
    """Keys of parts that make up an array of this shape, with at most so many elements each, or one."""
    if math.prod(shape) <= max(1, most):
        yield ()
    elif math.prod(shape[1:]) < most:
        yield from ((part,) for part in split(shape[0], most // math.prod(shape[1:])))
    else:
        for place in range(shape[0]):
            yield from ((place, *rest) for rest in _groups(shape[1:], most))


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

    def attend(heads: tuple[Any, ...]) -> None:
        for rows, seen, scores in blocks.of(heads):
            if not seen:
                output[heads][..., rows, :], normalizer[heads][..., rows, :] = 0, 0
                continue
            largest = np.maximum.reduce(scores, axis=-2)
            largest[~np.isfinite(largest)] = 0
            np.subtract(scores, largest[..., None, :], out=scores)
            np.exp(scores, out=scores)
            total = np.ones(seen, scores.dtype) @ scores
            total[total == 0] = 1
            mixed = scores.mT @ value[heads][..., :seen, :]
            np.divide(mixed, total[..., None], out=output[heads][..., rows, :])
            normalizer[heads][..., rows, 0] = np.log(total) + largest

    shared(attend, blocks.heads)
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

    def send_back(heads: tuple[Any, ...]) -> None:
        keys, values, grad = blocks.key[heads], value[heads], grad_output[heads]
        key_sum, value_sum = to_key[heads], to_value[heads]
        key_sum[...] = 0
        value_sum[...] = 0
        for rows, seen, weights in blocks.of(heads):
            np.subtract(weights, normalizer[heads][..., None, rows, 0], out=weights)
            np.exp(weights, out=weights)
            value_sum[..., :seen, :] += weights @ grad[..., rows, :]
            to_scores = values[..., :seen, :] @ grad[..., rows, :].mT
            np.subtract(to_scores, shift[heads][..., None, rows], out=to_scores)
            np.multiply(to_scores, weights, out=to_scores)
            key_sum[..., :seen, :] += to_scores @ blocks.query[heads][..., rows, :]
            np.multiply(to_scores.mT @ keys[..., :seen, :], blocks.scale, out=to_query[heads][..., rows, :])
            if mask_wanted:
                to_mask[heads][..., rows, :seen] = to_scores.mT
        key_sum *= blocks.scale

    shared(send_back, blocks.heads)
    return to_query, to_key, to_value, to_mask


KERNELS: dict[str, Callable[..., Any]] = {
    "dot_product_attention": dot_product_attention,
    "dot_product_attention_backward": dot_product_attention_backward,
}
