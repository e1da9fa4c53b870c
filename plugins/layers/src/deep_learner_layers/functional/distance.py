"""The distances between all rows of one matrix."""

from __future__ import annotations

from deep_learner import Tensor, op, triu_indices
from deep_learner.ops.out import with_out
from deep_learner.typing import Array, Namespace

__all__ = ["pdist"]


@with_out
def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norm between every two rows, those of the first row first.

    Parameters
    ----------
    input
        (N, M), floating.
    p
        The order of the norm, not negative; infinity is the largest difference.

    Returns
    -------
    Tensor
        (N (N - 1) / 2,).

    Raises
    ------
    RuntimeError
        If `input` is no matrix, or `p` is negative.
    """
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if not input.is_floating_point():
        raise RuntimeError(f"pdist only supports floating-point dtypes. Received: {input.dtype}")
    if not p >= 0:
        raise RuntimeError(f"pdist only supports non-negative p values. Received: {p}")
    count = input.shape[0]
    pairs = triu_indices(count, count, 1, device=input.device)
    return norms_between_rows(input, pairs[0], pairs[1], p)


@op(name="pdist", autocast={"accelerator": "float32"})
def norms_between_rows(xp: Namespace, input: Array, first: Array, second: Array, p: float) -> Array:
    """The p-norm of the difference of the rows `first` and `second` of (N, M), index by index."""
    difference = xp.take(input, first, axis=0) - xp.take(input, second, axis=0)
    return xp.vector_norm(difference, p, -1)
