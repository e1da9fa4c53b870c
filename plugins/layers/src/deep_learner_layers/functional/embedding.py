"""Looking up rows of a table."""

from __future__ import annotations

import math
from typing import Any

from deep_learner import Tensor, is_grad_enabled, no_grad, op
from deep_learner.sparse import SparseTensor
from deep_learner.typing import Array, Namespace, Shape

__all__ = ["embedding", "one_hot"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` at the indices in `input`.

    Parameters
    ----------
    input
        (*), integers in [0, num_embeddings).
    weight
        (num_embeddings, embedding_dim).
    padding_idx
        A row that gets no gradient; negative numbers count from the end.
    max_norm, norm_type
        If given, the rows that are looked up are first scaled, in place, so that no `norm_type`-norm exceeds
        `max_norm`.
    scale_grad_by_freq
        Whether to divide a row's gradient by how often the row was looked up.
    sparse
        Whether backward passes give `weight`, if it is a leaf, a sparse gradient: see :mod:`deep_learner.sparse`.

    Returns
    -------
    Tensor
        (*, embedding_dim).

    Raises
    ------
    RuntimeError
        If `input` does not hold integers.
    IndexError
        If an index lies outside the table.
    AssertionError
        If `padding_idx` does, as in PyTorch.
    """
    if weight.ndim != 2:
        raise RuntimeError(f"'weight' must be 2-D. Received: shape {tuple(weight.shape)}")
    if padding_idx is not None:
        rows = weight.shape[0]
        if not -rows <= padding_idx < rows:
            raise AssertionError(
                f"Padding_idx must be within num_embeddings; received {padding_idx} for {rows} rows"
            )
        padding_idx %= rows
    if max_norm is not None:
        limit_norms(weight, input, max_norm, norm_type)
    if sparse and gets_sparse_gradient(weight, scale_grad_by_freq):
        return rows_with_sparse_gradient(input, weight, padding_idx)
    return rows_of_table(input, weight, padding_idx, scale_grad_by_freq)


def gets_sparse_gradient(weight: Tensor, scale_grad_by_freq: bool) -> bool:
    """Whether a table can be handed a sparse gradient: if it is a leaf that is recorded. Refuses scaled ones."""
    if not (weight.requires_grad and weight.is_leaf and is_grad_enabled()):
        return False
    if scale_grad_by_freq:
        raise RuntimeError("scale_grad_by_freq is not supported with sparse gradients; leave one of them out")
    return True


def rows_with_sparse_gradient(input: Tensor, weight: Tensor, padding_idx: int | None) -> Tensor:
    """The rows as a leaf of their own, which hands its gradient on to the table."""
    rows = rows_of_table(input, weight.detach()).requires_grad_()
    places = input.detach().reshape(-1)

    def hand_on(gradient: Tensor) -> None:
        found, values = places, gradient.reshape(-1, weight.shape[1])
        if padding_idx is not None:
            kept = places != padding_idx
            found, values = places[kept], values[kept]
        sparse: Any = SparseTensor(found.reshape(1, -1).long(), values, weight.shape)
        weight.grad = weight.grad + sparse if weight.has_grad else sparse

    rows.register_hook(hand_on)
    return rows.view_as(rows)


@no_grad()
def limit_norms(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are looked up down to `max_norm`."""
    indices = input.reshape(-1)
    rows = weight[indices]
    norms = (rows.abs() ** norm_type).sum(dim=-1, keepdim=True) ** (1.0 / norm_type)
    if math.isinf(norm_type):
        norms = rows.abs().amax(dim=-1, keepdim=True)
    weight[indices] = (rows * (max_norm / (norms + 1e-7))).where(norms > max_norm, rows)


@op(name="embedding")
def rows_of_table(
    xp: Namespace,
    input: Array,
    weight: Array,
    padding_idx: int | None = None,
    scale_grad_by_freq: bool = False,
) -> Array:
    """The rows of `weight`, (num_embeddings, *), at the indices in `input`; see :func:`embedding`."""
    if not xp.isdtype(input.dtype, "integral"):
        raise RuntimeError(f"indices must be integers; received {input.dtype}")
    flat = xp.wrap_index(xp.reshape(input, (-1,)), weight.shape[0], negative=False)
    rows = xp.take(weight, flat, axis=0)
    return xp.reshape(rows, (*input.shape, *weight.shape[1:]))


@rows_of_table.vjp("weight")
def _(
    xp: Namespace,
    g: Array,
    input: Array,
    weight_shape: Shape,
    padding_idx: int | None,
    scale_grad_by_freq: bool,
) -> Array:
    return xp.embedding_backward(g, input, weight_shape[0], padding_idx, scale_grad_by_freq)


@op
def embedding_backward(
    xp: Namespace,
    grad_output: Array,
    indices: Array,
    num_weights: int,
    padding_idx: int | None = None,
    scale_grad_by_freq: bool = False,
) -> Array:
    """The gradient of :func:`embedding`'s table: each row of `grad_output` added where it came from."""
    flat = xp.reshape(indices, (-1,))
    width = grad_output.shape[indices.ndim :]
    rows = xp.reshape(grad_output, (flat.shape[0], *width))
    per_row = (flat.shape[0], *([1] * len(width)))
    if padding_idx is not None:
        rows = xp.where(xp.reshape(flat == padding_idx, per_row), 0.0, rows)
    if scale_grad_by_freq:
        ones = xp.ones(flat.shape, dtype=rows.dtype, device=rows.device)
        counts = xp.index_add(xp.zeros((num_weights,), dtype=rows.dtype, device=rows.device), 0, flat, ones)
        rows = rows / xp.reshape(xp.take(counts, flat, axis=0), per_row)
    table = xp.zeros((num_weights, *width), dtype=rows.dtype, device=rows.device)
    return xp.index_add(table, 0, flat, rows)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Integers as rows of zeros with a single one.

    Parameters
    ----------
    tensor
        (*), integers in [0, num_classes).
    num_classes
        The width of the rows; by default one more than the largest integer.

    Returns
    -------
    Tensor
        (*, num_classes), int64.

    Raises
    ------
    RuntimeError
        If `tensor` holds no integers, one is negative or too large, or `num_classes` is missing and there is no
        integer to infer it from.
    """
    if tensor.dtype.kind not in ("signed integer", "unsigned integer"):
        raise RuntimeError(f"one_hot is only applicable to integers. Received: {tensor.dtype}")
    if tensor.numel() == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor; pass num_classes")
    elif num_classes == -1:
        num_classes = int(tensor.max().item()) + 1
    xp = tensor.__array_namespace__()
    try:
        xp.wrap_index(tensor.to(dtype=xp.int64), max(num_classes, 0), negative=False)
    except IndexError:
        raise RuntimeError(
            f"Class values must be non-negative and smaller than num_classes={num_classes}"
        ) from None
    classes = xp.arange(num_classes, dtype=tensor.dtype, device=tensor.device)
    return (tensor.unsqueeze(-1) == classes).to(dtype=xp.int64)
