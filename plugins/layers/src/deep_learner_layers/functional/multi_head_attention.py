"""Attention with several heads, and with the projections before and after it."""

from __future__ import annotations

import math
from typing import NamedTuple

from deep_learner import Tensor, cat

from ._masks import as_added
from .attention import scaled_dot_product_attention
from .dropout import dropout
from .linear import linear

__all__ = ["multi_head_attention_forward"]


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """What :class:`MultiheadAttention` computes, from its parameters.

    Parameters
    ----------
    query, key, value
        (L, N, E), (S, N, kdim) and (S, N, vdim), or all without N.
    embed_dim_to_check
        E.
    num_heads
        How many heads E is divided among.
    in_proj_weight, in_proj_bias
        (3 E, E) and (3 E,): the projections of query, key and value on top of each other.
    bias_k, bias_v
        (1, 1, E): one more key and its value, for every sequence.
    add_zero_attn
        Whether there is one more key, and its value, of zeros.
    dropout_p
        The probability with which a weight is set to zero in training.
    out_proj_weight, out_proj_bias
        (E, E) and (E,).
    training
        Whether to drop weights.
    key_padding_mask
        (N, S), or (S,): True where a key is padding; a floating one is added to the scores.
    need_weights
        Whether to return the weights, too.
    attn_mask
        (L, S), or (N * num_heads, L, S): True where a query does not see a key; a floating one is added.
    use_separate_proj_weight
        Whether `q_proj_weight` (E, E), `k_proj_weight` (E, kdim) and `v_proj_weight` (E, vdim) take the place of
        `in_proj_weight`.
    static_k, static_v
        (N * num_heads, S, E / num_heads): in place of the projected keys and values.
    average_attn_weights
        Whether the weights returned are the mean of those of the heads.
    is_causal
        Says that `attn_mask`, which must be there, is the causal one, so that it need not be looked at.

    Returns
    -------
    tuple of Tensor and Tensor or None
        (L, N, E), and the weights, (N, L, S), or (N, num_heads, L, S) if they are not averaged; both without N if
        `query` has none.

    Raises
    ------
    AssertionError
        If shapes do not fit each other, or a mask holds integers.
    RuntimeError
        If the shape of `attn_mask` does not fit, or it is missing though `is_causal`.
    """
    return attention_of_heads(
        query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
        dropout_p, out_proj_weight, out_proj_bias, training, key_padding_mask, need_weights, attn_mask,
        use_separate_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight, static_k, static_v, average_attn_weights,
        is_causal,
    )  # fmt: skip


class _Heads(NamedTuple):
    """How many heads there are, and whether sequences are along the first dimension."""

    number: int
    batch_first: bool

    def divided(self, x: Tensor) -> Tensor:
        """(L, N, E), or (N, L, E), as (N, heads, L, E / heads)."""
        parts = x.unflatten(-1, (self.number, x.shape[-1] // self.number))
        return parts.permute(0, 2, 1, 3) if self.batch_first else parts.permute(1, 2, 0, 3)

    def joined(self, x: Tensor) -> Tensor:
        """The inverse of `divided`."""
        return (x.permute(0, 2, 1, 3) if self.batch_first else x.permute(2, 0, 1, 3)).flatten(-2)


def attention_of_heads(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool,
    key_padding_mask: Tensor | None,
    need_weights: bool,
    attn_mask: Tensor | None,
    use_separate_proj_weight: bool,
    q_proj_weight: Tensor | None,
    k_proj_weight: Tensor | None,
    v_proj_weight: Tensor | None,
    static_k: Tensor | None,
    static_v: Tensor | None,
    average_attn_weights: bool,
    is_causal: bool,
    batch_first: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """:func:`multi_head_attention_forward`, with query, key and value (N, L, E) if `batch_first` and they have an N."""
    batched = _is_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        batch_first = False
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. Transformer.generate_square_subsequent_mask makes it."
        )
    if query.shape[-1] != embed_dim:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim}, but got {query.shape[-1]}")
    if embed_dim % num_heads:
        raise AssertionError(f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    weights_in = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    heads, keys = _Heads(num_heads, batch_first), key.shape[1 if batch_first else 0]
    q, k, v = map(heads.divided, _projected(query, key, value, weights_in, in_proj_bias))
    k, v = _static(static_k, k), _static(static_v, v)
    if bias_k is not None or bias_v is not None:
        if bias_k is None or bias_v is None:
            raise AssertionError("bias_k and bias_v must both be given, or neither")
        if static_k is not None or static_v is not None:
            raise AssertionError("bias cannot be added to static key or value")
        k, v = (
            _with_one_more(x, heads.divided(one.reshape(1, 1, embed_dim)))
            for x, one in ((k, bias_k), (v, bias_v))
        )
    if add_zero_attn:
        k, v = (_with_one_more(x, x.new_zeros((1, num_heads, 1, x.shape[3]))) for x in (k, v))
    causal = is_causal and key_padding_mask is None and not need_weights
    mask = None if causal else _mask(q, k, attn_mask, key_padding_mask, keys)
    dropout_p = dropout_p if training else 0.0
    if not need_weights:
        mixed, weights = scaled_dot_product_attention(q, k, v, mask, dropout_p, causal), None
    else:
        scores = (q * math.sqrt(1.0 / q.shape[-1])) @ k.transpose(-2, -1)
        weights = (scores if mask is None else scores + mask).softmax(-1)
        weights = dropout(weights, dropout_p) if dropout_p else weights
        mixed = weights @ v
        weights = weights.mean(dim=1) if average_attn_weights else weights
    out = linear(heads.joined(mixed), out_proj_weight, out_proj_bias)
    if batched:
        return out, weights
    return out.squeeze(1), None if weights is None else weights.squeeze(0)


def _with_one_more(x: Tensor, one: Tensor) -> Tensor:
    """Keys or values by head, (N, heads, S, d), and another for all sequences, (1, heads, 1, d)."""
    return cat([x, one.expand(x.shape[0], -1, -1, -1)], dim=2)


def _is_batched(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, attn_mask: Tensor | None, heads: int
) -> bool:
    if query.ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
        )
    kind = f"{'batched' if query.ndim == 3 else 'unbatched'} ({query.ndim}-D) `query`"
    if key.ndim != query.ndim or value.ndim != query.ndim:
        raise AssertionError(
            f"For {kind}, expected `key` and `value` to be {query.ndim}-D but found {key.ndim}-D and "
            f"{value.ndim}-D tensors respectively"
        )
    if padding is not None and padding.ndim != query.ndim - 1:
        raise AssertionError(
            f"For {kind}, expected `key_padding_mask` to be `None` or {query.ndim - 1}-D but found "
            f"{padding.ndim}-D tensor instead"
        )
    if attn_mask is not None and attn_mask.ndim not in (2, 3):
        raise AssertionError(
            f"For {kind}, expected `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.ndim}-D tensor instead"
        )
    if query.ndim == 2 and attn_mask is not None and attn_mask.ndim == 3:
        expected = (heads, query.shape[0], key.shape[0])
        if tuple(attn_mask.shape) != expected:
            raise AssertionError(
                f"Expected `attn_mask` shape to be {expected} but got {tuple(attn_mask.shape)}"
            )
    return query.ndim == 3


def _projected(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    weights: Tensor | tuple[Tensor | None, ...] | None,
    bias: Tensor | None,
) -> tuple[Tensor, ...]:
    """Query, key and value after their projections, in as few products as possible."""
    if weights is None or (isinstance(weights, tuple) and None in weights):
        raise AssertionError("the projections of query, key and value are missing")
    if isinstance(weights, tuple):
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {tuple(key.shape[:2])} do not match value's {tuple(value.shape[:2])}"
            )
    elif key.shape != value.shape:
        raise AssertionError(f"key shape {tuple(key.shape)} does not match value shape {tuple(value.shape)}")
    elif query is key and key is value:
        return tuple(linear(query, weights, bias).chunk(3, dim=-1))
    elif key is value:
        size = query.shape[-1]
        first, rest = weights.split([size, 2 * size])
        biases = (None, None) if bias is None else bias.split([size, 2 * size])
        both = linear(key, rest, biases[1])
        return linear(query, first, biases[0]), *both.chunk(2, dim=-1)
    each = weights if isinstance(weights, tuple) else weights.chunk(3)
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple(
        linear(x, weight, one) for x, weight, one in zip((query, key, value), each, biases, strict=True)
    )


def _static(given: Tensor | None, projected: Tensor) -> Tensor:
    """A given key or value, by head, in place of the projected one."""
    if given is None:
        return projected
    count, heads, _, size = projected.shape
    for dim, expected in ((0, count * heads), (2, size)):
        if given.shape[dim] != expected:
            raise AssertionError(
                f"expecting size {expected} of static key or value in dimension {dim}, but got {given.shape[dim]}"
            )
    return given.unflatten(0, (count, heads))


def _mask(q: Tensor, k: Tensor, attn_mask: Tensor | None, padding: Tensor | None, keys: int) -> Tensor | None:
    """What is added to the scores, (N, heads, L, S), from both masks; of the S keys those after `keys` are seen."""
    count, heads, length = q.shape[:3]
    extra = k.shape[2] - keys
    padding = as_added(padding, "key_padding_mask", attn_mask, "attn_mask", q.dtype)
    mask = as_added(attn_mask, "attn_mask", None, "", q.dtype)
    if mask is not None:
        expected = (length, keys) if mask.ndim == 2 else (count * heads, length, keys)
        if tuple(mask.shape) != expected:
            raise RuntimeError(
                f"The shape of the {mask.ndim}D attn_mask is {tuple(mask.shape)}, but should be {expected}."
            )
        mask = mask if mask.ndim == 2 else mask.unflatten(0, (count, heads))
        mask = _with_seen(mask, extra)
    if padding is None:
        return mask
    padding = _with_seen(padding, extra)
    if tuple(padding.shape) != (count, k.shape[2]):
        raise AssertionError(
            f"Expected key_padding_mask of shape {(count, k.shape[2] - extra)}, but got {tuple(padding.shape)}"
        )
    padding = padding.reshape(count, 1, 1, k.shape[2])
    return padding if mask is None else mask + padding


def _with_seen(mask: Tensor, extra: int) -> Tensor:
    return cat([mask, mask.new_zeros((*mask.shape[:-1], extra))], dim=-1) if extra else mask
