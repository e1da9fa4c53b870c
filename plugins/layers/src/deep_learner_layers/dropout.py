"""`Dropout`."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.dropout import dropout

__all__ = ["Dropout"]


class Dropout(Module):
    """In training, sets elements to zero with probability p and divides the others by 1 - p.

    Parameters
    ----------
    p
        The probability of a zero.
    inplace
        Whether to write the result into the input.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.

    Notes
    -----
    Shape: (*) -> (*). After ``manual_seed`` the zeros are those of PyTorch on the CPU, whatever the backend.

    References
    ----------
    Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors" (2012),
    https://arxiv.org/abs/1207.0580.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Drop elements of `input`."""
        return dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
