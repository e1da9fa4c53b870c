"""A layer."""

from __future__ import annotations

import deep_learner as dl

__all__ = ["Snake"]


class Snake(dl.nn.Module):
    r"""Grows like a line and repeats like a wave: ``y = x + sin(a x)^2 / a``.

    Parameters
    ----------
    features : int
        The size C of the last dimension; each has a frequency ``a`` of its own, which is learned.
    frequency : float
        What each ``a`` begins with; not zero.

    Raises
    ------
    ValueError
        If the frequency is zero.

    Notes
    -----
    Shape: (*, C) -> (*, C), the same floating dtype. Parameter: ``frequency`` (C).

    References
    ----------
    Ziyin, Hartwig, Ueda: Neural networks fail to learn periodic functions and how to fix it, NeurIPS 2020.
    """

    def __init__(self, features: int, frequency: float = 1.0) -> None:
        super().__init__()
        if frequency == 0:
            raise ValueError("Snake divides by its frequency: it must not be zero")
        self.features = features
        self.frequency = dl.nn.Parameter(dl.full((features,), float(frequency)))

    def forward(self, input: dl.Tensor) -> dl.Tensor:
        """Applies the function to each element."""
        return input + dl.sin(self.frequency * input) ** 2 / self.frequency

    def extra_repr(self) -> str:
        """The arguments, for printing."""
        return str(self.features)
