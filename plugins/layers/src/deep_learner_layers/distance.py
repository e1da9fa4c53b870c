"""`CosineSimilarity` and `PairwiseDistance`."""

from __future__ import annotations

from deep_learner import Tensor, cosine_similarity, pairwise_distance
from deep_learner.nn import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class CosineSimilarity(Module):
    """The cosine of the angle between vectors: x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)).

    Parameters
    ----------
    dim
        The dimension of the vectors.
    eps
        The least length that is divided by.

    Notes
    -----
    Shape: (*), (*), broadcast -> (*) without `dim`.
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The cosines between the vectors of `x1` and `x2`."""
        return cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of x1 - x2 + eps.

    Parameters
    ----------
    p
        The order of the norm.
    eps
        Added to each difference.
    keepdim
        Whether the vectors' dimension stays, with size 1.

    Notes
    -----
    Shape: (N, D) or (D,), twice, broadcast -> (N,) or ().
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The distances between the vectors of `x1` and `x2`."""
        return pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
