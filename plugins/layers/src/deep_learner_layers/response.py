"""`LocalResponseNorm`."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.response import local_response_norm

__all__ = ["LocalResponseNorm"]


class LocalResponseNorm(Module):
    """Each element divided by (k + alpha E[x²])^beta, the mean taken over `size` neighbouring channels.

    Parameters
    ----------
    size
        How many channels count.
    alpha, beta, k
        The constants of the formula.

    Notes
    -----
    Shape: (N, C, *), at least three dimensions -> the same.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks"
    (2012), section 3.3.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (N, C, *)."""
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
