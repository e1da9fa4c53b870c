"""Cases of attention: the definition, query by query."""

from __future__ import annotations

import numpy as np

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr, bools


def attention(query, key, value, attn_mask, is_causal, scale):
    leading = np.broadcast_shapes(*(x.shape[:-2] for x in (query, key, value)))
    query, key, value = (np.broadcast_to(x, leading + x.shape[-2:]) for x in (query, key, value))
    length, keys = query.shape[-2], key.shape[-2]
    mask = None if attn_mask is None else np.broadcast_to(attn_mask, (*leading, length, keys))
    output, normalizer = np.zeros((*leading, length, value.shape[-1])), np.zeros((*leading, length, 1))
    for place in np.ndindex(*leading, length):
        *head, i = place
        head = tuple(head)
        scores = key[head] @ query[place] * scale
        seen = np.arange(keys) <= i if is_causal else np.ones(keys, bool)
        if mask is not None and mask.dtype == bool:
            seen = seen & mask[place]
        elif mask is not None:
            scores = scores + mask[place]
        if seen.any():
            weights = np.exp(scores[seen])
            output[place] = weights @ value[head][seen] / weights.sum()
            normalizer[place] = np.log(weights.sum())
    return output, normalizer


CASES = [
    Case(
        "dot_product_attention",
        reference=attention,
        samples=[
            S(arr(2, 3, 4), arr(2, 5, 4), arr(2, 5, 2), None, False, 0.5),
            S(arr(1, 2, 3, 2), arr(1, 2, 3, 2), arr(1, 2, 3, 2), None, True, 0.7),
            S(arr(2, 3, 2), arr(1, 2, 2), arr(1, 2, 2), arr(3, 2), False, -1.0),
            S(arr(3, 2), arr(4, 2), arr(4, 3), bools(3, 4), False, 1.0),
            S(arr(3, 2), arr(2, 2), arr(2, 1), None, True, 1.0),
            S(arr(2, 0, 3), arr(2, 4, 3), arr(2, 4, 3), None, False, 1.0),
            S(arr(2, 3), arr(0, 3), arr(0, 3), None, False, 1.0),
        ],
    ),
]
