"""Sums, means and maxima over bags of rows of a table."""

from __future__ import annotations

import warnings

from deep_learner import Tensor, arange, cat, op, searchsorted, where, zeros_like
from deep_learner.ops.values import has_values
from deep_learner.typing import Array, Namespace

from .embedding import gets_sparse_gradient, limit_norms, rows_with_sparse_gradient

__all__ = ["embedding_bag"]

MODES = ("sum", "mean", "max")


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of `weight` in each bag of indices.

    Parameters
    ----------
    input
        (B, n), integers in [0, num_embeddings): one bag in each row; or (n,), all bags one after another.
    weight
        (num_embeddings, embedding_dim).
    offsets
        (B,), integers: where in a one-dimensional `input` each bag begins. Not for two-dimensional ones.
    max_norm, norm_type
        If given, the rows that are looked up are first scaled, in place, so that no `norm_type`-norm exceeds
        `max_norm`.
    scale_grad_by_freq
        Whether to divide a row's gradient by how often the row was looked up. Not with ``"max"``.
    mode
        ``"sum"``, ``"mean"`` or ``"max"``; of an empty bag each is zeros.
    sparse
        Whether backward passes give `weight`, if it is a leaf, a sparse gradient: see :mod:`deep_learner.sparse`.
    per_sample_weights
        The shape of `input`: factors for the rows. Only with ``"sum"``.
    include_last_offset
        Whether `offsets` ends with the number of indices, (B + 1,).
    padding_idx
        A row that does not count; negative numbers count from the end.

    Returns
    -------
    Tensor
        (B, embedding_dim).

    Raises
    ------
    ValueError
        If shapes, `offsets` or `mode` do not fit.
    NotImplementedError
        If `per_sample_weights` meets another mode than ``"sum"``.
    RuntimeError
        If `input` does not hold integers, or the offsets do not begin with 0.
    IndexError
        If an index lies outside the table.
    """
    if weight.dtype.kind == "signed integer" and input.is_floating_point():
        warnings.warn("embedding_bag takes (input, weight, ...), and received them exchanged", stacklevel=2)
        weight, input = input, weight
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({tuple(per_sample_weights.shape)}) is not None, then it must "
            f"have the same shape as the input ({tuple(input.shape)})"
        )
    if weight.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None: each row of input is a bag")
        bags, length = input.shape
        offsets = arange(bags, dtype=input.dtype, device=input.device) * length
        include_last_offset = False
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    elif input.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    elif offsets is None or offsets.ndim != 1:
        found = "None" if offsets is None else f"{offsets.ndim} dimensions"
        raise ValueError(f"offsets has to be a 1D Tensor but got {found}")
    if mode not in MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and (scale_grad_by_freq or sparse):
        what = "scaling the gradient by the frequency" if scale_grad_by_freq else "sparse weights"
        raise ValueError(f"max mode does not support {what}")
    if max_norm is not None:
        limit_norms(weight, input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            f"embedding_bag: per_sample_weights is only supported for mode='sum' (got mode={mode!r})"
        )
    if sparse and gets_sparse_gradient(weight, scale_grad_by_freq):
        weight, input, padding_idx = _looked_up(weight, input, padding_idx)
    return bags_of_rows(
        weight, input, offsets, scale_grad_by_freq, mode, per_sample_weights, include_last_offset, padding_idx
    )[0]


def _looked_up(weight: Tensor, indices: Tensor, padding_idx: int | None) -> tuple[Tensor, Tensor, int | None]:
    """A table of the rows at `indices`, whose gradient reaches `weight` as a sparse one, and the places in it."""
    count, places = indices.shape[0], arange(indices.shape[0], device=indices.device)
    if padding_idx is None:
        return rows_with_sparse_gradient(indices, weight, None), places, None
    padding_idx %= weight.shape[0]
    table = cat([rows_with_sparse_gradient(indices, weight, padding_idx), zeros_like(weight[:1])])
    return table, where(indices == padding_idx, count, places), count


def bags_of_rows(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: str = "sum",
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The reduced bags; the bag of each index, (n,); how many rows counted in each bag, (B,); for ``"max"`` the
    rows that the maxima are from, (B, embedding_dim), else those numbers once more.
    """
    if indices.is_floating_point() or offsets.is_floating_point():
        raise RuntimeError(
            f"indices and offsets must be integers. Received: {indices.dtype} and {offsets.dtype}"
        )
    if per_sample_weights is not None and per_sample_weights.dtype != weight.dtype:
        raise RuntimeError(
            f"expected per_sample_weights of weight's dtype {weight.dtype}. Received: {per_sample_weights.dtype}"
        )
    rows, size = weight.shape[0], indices.shape[0]
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise RuntimeError(
                f"padding_idx must be within the number of embeddings, -{rows} through {rows - 1}, but got "
                f"{padding_idx}"
            )
        padding_idx %= rows
    if include_last_offset:
        if offsets.shape[0] < 1:
            raise RuntimeError("include_last_offset: number of offsets should be at least 1")
        offsets = offsets[:-1]
    if offsets.shape[0]:
        first, last = _ends(offsets) if has_values(offsets) else (0, 0)
        if first != 0:
            raise RuntimeError(
                f"offsets[0] has to be 0, i.e., the first sequence has to start at 0. Got {first}"
            )
        if last > size:
            raise RuntimeError(f"offsets[-1] can not be greater than input's length {size}, but got {last}")
    else:  # no bag, so no index is in one
        size, indices = 0, indices[:0]
        per_sample_weights = None if per_sample_weights is None else per_sample_weights[:0]
    positions = arange(size, dtype=offsets.dtype, device=offsets.device)
    bags = searchsorted(offsets, positions, right=True) - 1
    out, counts, chosen = reduced_bags(
        weight, indices, bags, per_sample_weights, offsets.shape[0], mode, padding_idx, scale_grad_by_freq
    )
    return out, bags, counts, chosen


def _ends(offsets: Tensor) -> tuple[int, int]:
    return int(offsets[0].item()), int(offsets[-1].item())


@op(name="embedding_bag", refuses="bool integer complex")
def reduced_bags(
    xp: Namespace,
    weight: Array,
    indices: Array,
    bags: Array,
    per_sample_weights: Array | None,
    count: int,
    mode: str,
    padding_idx: int | None,
    scale_grad_by_freq: bool,
) -> tuple[Array, Array, Array]:
    """The rows at `indices` reduced bag by bag, (count, embedding_dim); how many of them counted, (count,); for
    ``"max"`` the rows that the maxima are from, else those numbers once more.

    Parameters
    ----------
    bags
        (n,), the bag of each index.
    per_sample_weights
        (n,).
    weight, indices, mode, padding_idx, scale_grad_by_freq
        As for :func:`embedding_bag`, `indices` one-dimensional.
    """
    rows = xp.embedding(indices, weight, padding_idx, scale_grad_by_freq)
    counted = xp.ones(indices.shape, dtype=bags.dtype, device=rows.device)
    if padding_idx is not None:
        counted = xp.astype(indices != padding_idx, bags.dtype)
    counts = xp.index_add(xp.zeros((count,), dtype=bags.dtype, device=rows.device), 0, bags, counted)
    if mode == "max":
        return _maxima(xp, rows, indices, bags, counted, counts)
    if per_sample_weights is not None:
        rows = rows * xp.expand_dims(per_sample_weights, axis=1)
    if padding_idx is not None:
        rows = xp.where(xp.expand_dims(counted > 0, axis=1), rows, 0.0)
    blank = xp.zeros((count, *rows.shape[1:]), dtype=rows.dtype, device=rows.device)
    total = xp.index_add(blank, 0, bags, rows)
    if mode == "mean":
        total = total / xp.astype(xp.expand_dims(xp.clip(counts, 1, None), axis=1), rows.dtype)
    return total, counts, counts


def _maxima(
    xp: Namespace, rows: Array, indices: Array, bags: Array, counted: Array, counts: Array
) -> tuple[Array, Array, Array]:
    """The largest of each column in each bag: of equal ones the first, which alone gets the gradient."""
    size, width = rows.shape
    count = counts.shape[0]
    if size == 0:
        blank = xp.zeros((count, width), dtype=rows.dtype, device=rows.device)
        return blank, counts, xp.astype(blank, indices.dtype)
    low = xp.full((count, width), -float("inf"), dtype=rows.dtype, device=rows.device)
    seen = xp.where(xp.expand_dims(counted > 0, axis=1), rows, xp.full_like(rows, -float("inf")))
    largest = xp.index_reduce(low, 0, bags, seen, "amax")
    places = xp.expand_dims(xp.arange(size, dtype=bags.dtype, device=rows.device), axis=1)
    matching = xp.where(seen == xp.take(largest, bags, axis=0), places, size)
    last = xp.full((count, width), size, dtype=bags.dtype, device=rows.device)
    first = xp.index_reduce(last, 0, bags, matching, "amin")
    first = xp.clip(first, None, size - 1)
    found, nonempty = xp.take_along_axis(rows, first, axis=0), xp.expand_dims(counts > 0, axis=1)
    chosen = xp.reshape(xp.take(indices, xp.reshape(first, (-1,)), axis=0), first.shape)
    return xp.where(nonempty, found, 0.0), counts, xp.where(nonempty, chosen, 0)
