"""`Softmax`, its logarithm, and its relatives."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional import activation as functions

__all__ = ["LogSoftmax", "Softmax", "Softmax2d", "Softmin"]


class DimensionedActivation(Module):
    """A layer that normalises along one dimension."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(DimensionedActivation):
    """exp(x_i) / sum_j exp(x_j): positive numbers that sum to one along a dimension.

    Parameters
    ----------
    dim
        The dimension. Leaving it out guesses one at every call, with a warning.

    Notes
    -----
    Shape: (*) -> (*).
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        return functions.softmax(input, self.dim, _stacklevel=5)


class LogSoftmax(DimensionedActivation):
    """log(exp(x_i) / sum_j exp(x_j)) along a dimension, without underflow.

    Parameters
    ----------
    dim
        The dimension. Leaving it out guesses one at every call, with a warning.

    Notes
    -----
    Shape: (*) -> (*).
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        return functions.log_softmax(input, self.dim, _stacklevel=5)


class Softmin(DimensionedActivation):
    """exp(-x_i) / sum_j exp(-x_j) along a dimension.

    Parameters
    ----------
    dim
        The dimension. Leaving it out guesses one at every call, with a warning.

    Notes
    -----
    Shape: (*) -> (*).
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        return functions.softmin(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Softmax over the channels of an image.

    Raises
    ------
    ValueError
        If the input has neither 3 nor 4 dimensions.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> the same.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise `input`."""
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return functions.softmax(input, -3)
