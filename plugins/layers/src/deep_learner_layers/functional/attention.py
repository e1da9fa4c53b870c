"""Scaled dot-product attention."""

from __future__ import annotations

import math

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

from .dropout import dropout

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Mix values by how well their keys match each query: ``softmax(query @ key.mT * scale + mask) @ value``.

    Parameters
    ----------
    query
        (*, L, E).
    key, value
        (*, S, E) and (*, S, V); leading dimensions are broadcast.
    attn_mask
        Broadcast to (*, L, S): where a boolean one is False, the query does not see the key; a floating one is added.
    dropout_p
        The probability with which a weight is set to zero; the others are divided by ``1 - dropout_p``.
    is_causal
        Whether query i sees keys 0 to i only.
    scale
        1 / sqrt(E) by default.
    enable_gqa
        Whether several heads of `query`, the third dimension from the end, may share one of `key` and `value`.

    Returns
    -------
    Tensor
        (*, L, V); zeros for queries that see nothing.

    Raises
    ------
    RuntimeError
        If dtypes differ or are not floating, shapes do not fit, the mask's dtype is another, `dropout_p` is not
        between 0 and 1, or there are both a mask and `is_causal`.

    Notes
    -----
    What is kept for the derivative grows with L and S, not with their product: the weights are computed again. With
    dropout they are kept.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), https://arxiv.org/abs/1706.03762; Dao et al.,
    "FlashAttention" (2022), https://arxiv.org/abs/2205.14135; grouped queries: Ainslie et al., "GQA" (2023),
    https://arxiv.org/abs/2305.13245.
    """
    _check(query, key, value, attn_mask)
    if not 0.0 <= dropout_p <= 1.0:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    if is_causal and attn_mask is not None:
        raise RuntimeError(
            "attn_mask should not be set when is_causal=True; give a mask that hides what comes later, too"
        )
    if attn_mask is not None and attn_mask.is_floating_point():
        attn_mask = attn_mask.to(dtype=query.dtype)
    if attn_mask is not None and attn_mask.ndim < 2:
        attn_mask = attn_mask.reshape((1,) * (2 - attn_mask.ndim) + tuple(attn_mask.shape))
    scale = 1.0 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    grouped = enable_gqa and query.ndim > 2 and query.shape[-3] != key.shape[-3]
    if grouped:
        query, key, value, attn_mask = _in_groups(query, key, value, attn_mask)
    if dropout_p:
        out = _with_dropout(query, key, value, attn_mask, dropout_p, is_causal, scale)
    else:
        out = dot_product_attention(query, key, value, attn_mask, is_causal, scale)[0]
    return out.flatten(-4, -3) if grouped else out


def _check(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None) -> None:
    dtypes = query.dtype, key.dtype, value.dtype
    if len(set(dtypes)) > 1:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{dtypes[0]} key.dtype: {dtypes[1]} and value.dtype: {dtypes[2]}; convert with .to(dtype)"
        )
    if not query.is_floating_point():
        raise NotImplementedError(
            f"attention needs a floating dtype, but got {query.dtype}; convert with .to(dtype)"
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: "
            f"{query.ndim} key.dim: {key.ndim} and value.dim: {value.ndim}"
        )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise RuntimeError(
            "query and key must have the same last size, key and value the same last but one, but got shapes "
            f"{tuple(query.shape)}, {tuple(key.shape)} and {tuple(value.shape)}"
        )
    if attn_mask is None:
        return
    kinds = ("bool", "float32", query.dtype.name)
    if attn_mask.dtype.name not in kinds:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{attn_mask.dtype} and query.dtype: {query.dtype}"
        )
    for given, size in zip(
        attn_mask.shape[-2:], (query.shape[-2], key.shape[-2])[-attn_mask.ndim :], strict=False
    ):
        if given not in (1, size):
            raise RuntimeError(
                f"attn_mask of shape {tuple(attn_mask.shape)} cannot be broadcast to the {query.shape[-2]} queries "
                f"and {key.shape[-2]} keys"
            )


def _in_groups(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """The heads of queries by the head of keys that they share: (*, heads, L, E) -> (*, groups, heads in it, L, E)."""
    heads, groups = query.shape[-3], key.shape[-3]
    if heads % groups or value.shape[-3] != groups:
        raise RuntimeError(
            "Number of heads in key and value must be the same, and divide the number of heads in query. "
            f"Received: {heads} in query, {groups} in key, {value.shape[-3]} in value"
        )
    if attn_mask is not None and attn_mask.ndim > 2:
        alike = attn_mask.shape[-3] == 1
        attn_mask = attn_mask.unsqueeze(-3) if alike else attn_mask.unflatten(-3, (groups, -1))
    return query.unflatten(-3, (groups, -1)), key.unsqueeze(-3), value.unsqueeze(-3), attn_mask


def _with_dropout(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    scale: float,
) -> Tensor:
    xp = query.__array_namespace__()
    scores = _scores(xp, query, key, attn_mask, is_causal, scale)
    blind = (scores == -math.inf).all(-1, keepdim=True)
    weights = scores.masked_fill(blind, 0.0).softmax(-1).masked_fill(blind, 0.0)
    return dropout(weights, dropout_p) @ value


def _scores(
    xp: Namespace, query: Array, key: Array, attn_mask: Array | None, is_causal: bool, scale: float
) -> Array:
    """``query @ key.mT * scale``, masked: (*, L, S)."""
    scores = xp.matmul(query * scale, key.mT)
    if attn_mask is not None:
        boolean = xp.isdtype(attn_mask.dtype, "bool")
        scores = xp.where(attn_mask, scores, -math.inf) if boolean else scores + attn_mask
    if is_causal:
        visible = xp.ones(scores.shape[-2:], dtype=xp.bool, device=scores.device)
        scores = xp.where(xp.tril(visible), scores, -math.inf)
    return scores


@op(autocast="lower")
def dot_product_attention(
    xp: Namespace,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None,
    is_causal: bool,
    scale: float,
) -> tuple[Array, Array]:
    """:func:`scaled_dot_product_attention` without dropout, and the logarithms of the sums it divided by.

    These, (*, L, 1), are an output so that the rule finds them, and that second derivatives know what they depend on;
    for queries that see nothing they are zero.
    """
    scores = _scores(xp, query, key, attn_mask, is_causal, scale)
    if not key.shape[-2]:
        return xp.matmul(scores, value), xp.sum(scores, axis=-1, keepdims=True)
    largest = xp.max(scores, axis=-1, keepdims=True)
    largest = xp.where(xp.isfinite(largest), largest, 0.0)
    weights = xp.exp(scores - largest)
    total = xp.sum(weights, axis=-1, keepdims=True)
    total = xp.where(total == 0.0, 1.0, total)
    return xp.matmul(weights, value) / total, xp.log(total) + largest


@dot_product_attention.vjp("query", "key", "value", "attn_mask")
def _(
    xp: Namespace,
    g: tuple[Array | None, ...],
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None,
    out: tuple[Array, Array],
    is_causal: bool,
    scale: float,
    wanted: tuple[bool, ...],
) -> tuple[Array | None, ...]:
    grad_output = xp.zeros_like(out[0]) if g[0] is None else g[0]
    return xp.dot_product_attention_backward(
        grad_output, g[1], query, key, value, attn_mask, *out, is_causal, scale, wanted[3]
    )


@op
def dot_product_attention_backward(
    xp: Namespace,
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
    """The gradients of all operands of :func:`dot_product_attention`. Unless `mask_wanted`, that of the mask is empty.

    With the weights P = exp(scores - normalizer) and D = grad_output @ value.mT, the gradient of the scores is
    P (D - sum(grad_output * output) + grad_normalizer).
    """
    weights = xp.exp(_scores(xp, query, key, attn_mask, is_causal, scale) - normalizer)
    shift = xp.sum(grad_output * output, axis=-1, keepdims=True)
    shift = shift if grad_normalizer is None else shift - grad_normalizer
    to_scores = weights * (xp.matmul(grad_output, value.mT) - shift)
    return (
        xp.matmul(to_scores, key) * scale,
        xp.matmul(to_scores.mT, query) * scale,
        xp.matmul(weights.mT, grad_output),
        to_scores if mask_wanted else xp.zeros((0,), dtype=output.dtype, device=output.device),
    )
