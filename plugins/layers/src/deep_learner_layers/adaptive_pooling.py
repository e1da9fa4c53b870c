"""Layers that pool to a given size: `AdaptiveAvgPool1d`, `AdaptiveMaxPool1d` and those for 2 and 3 dimensions."""

from __future__ import annotations

from typing import ClassVar

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.adaptive_pooling import OutputSize, greatest_to_size, mean_to_size

__all__ = [
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
]  # fmt: skip


class _AdaptiveAvgPool(Module):
    dimensions: ClassVar[int]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Average windows that cover the input evenly."""
        return mean_to_size(self.dimensions, input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Averages the last dimension to a given size, over windows that cover it evenly.

    Parameters
    ----------
    output_size
        The size; None keeps the input's.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> (N, C, output_size) or (C, output_size).
    """

    dimensions = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Averages the last two dimensions to given sizes, over windows that cover them evenly.

    Parameters
    ----------
    output_size
        The sizes: one for both dimensions, or two; None keeps the input's.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, *output_size) or (C, *output_size).
    """

    dimensions = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Averages the last three dimensions to given sizes, over windows that cover them evenly.

    Parameters
    ----------
    output_size
        The sizes: one for all dimensions, or three; None keeps the input's.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size).
    """

    dimensions = 3


class _AdaptiveMaxPool(Module):
    dimensions: ClassVar[int]

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Choose the greatest elements of windows that cover the input evenly."""
        return greatest_to_size(self.dimensions, input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """Reduces the last dimension to a given size: the greatest elements of windows that cover it evenly.

    Parameters
    ----------
    output_size
        The size; None keeps the input's.
    return_indices
        Whether to return the places of the elements, too.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> (N, C, output_size) or (C, output_size).
    """

    dimensions = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """Reduces the last two dimensions to given sizes: the greatest elements of windows that cover them evenly.

    Parameters
    ----------
    output_size
        The sizes: one for both dimensions, or two; None keeps the input's.
    return_indices
        Whether to return the places of the elements, too.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, *output_size) or (C, *output_size).
    """

    dimensions = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """Reduces the last three dimensions to given sizes: the greatest elements of windows that cover them evenly.

    Parameters
    ----------
    output_size
        The sizes: one for all dimensions, or three; None keeps the input's.
    return_indices
        Whether to return the places of the elements, too.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, *output_size) or (C, *output_size).
    """

    dimensions = 3
