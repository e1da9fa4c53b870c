"""`FractionalMaxPool2d` and `FractionalMaxPool3d`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional._windows import Sizes, each
from .functional.fractional_pooling import greatest_at_random

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]


class _FractionalMaxPool(Module):
    dimensions: ClassVar[int]

    def __init__(
        self,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size = each(kernel_size, self.dimensions)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else each(output_size, self.dimensions)
        self.output_ratio = None if output_ratio is None else each(output_ratio, self.dimensions)
        if (output_size is None) == (output_ratio is None):
            raise ValueError(
                f"{name} requires either an output_size or an output_ratio. Received: {output_size} and {output_ratio}"
            )
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"{name}: output_ratio must be between 0 and 1 (got {output_ratio})")
        if self.dimensions == 3 and min(self.kernel_size) <= 0:
            raise ValueError(f"{name}: kernel_size must be greater than 0, but got {kernel_size}")

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Choose the greatest element of each window."""
        return greatest_at_random(
            self.dimensions, input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices,
            self._random_samples,
        )  # fmt: skip


class FractionalMaxPool2d(_FractionalMaxPool):
    """The greatest elements of windows over the last two dimensions that begin at random distances.

    Parameters
    ----------
    kernel_size
        The size of a window: one number for both dimensions, or two.
    output_size
        How many windows there are in each dimension.
    output_ratio
        In its place: their number over the input's size, between 0 and 1.
    return_indices
        Whether to return the places of the elements, too.
    _random_samples
        (N, C, 2): numbers that the windows follow from, in place of drawn ones.

    Raises
    ------
    ValueError
        If not exactly one of `output_size` and `output_ratio` is given, or the ratio is not between 0 and 1.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, n, m) or (C, n, m).

    References
    ----------
    Graham, "Fractional max-pooling" (2014), https://arxiv.org/abs/1412.6071.
    """

    dimensions = 2


class FractionalMaxPool3d(_FractionalMaxPool):
    """The greatest elements of windows over the last three dimensions that begin at random distances.

    Parameters
    ----------
    kernel_size, output_size, output_ratio, return_indices, _random_samples
        As in :class:`FractionalMaxPool2d`, for three dimensions.

    Raises
    ------
    ValueError
        As :class:`FractionalMaxPool2d`, and if the kernel's size is not positive.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, k, n, m) or (C, k, n, m).
    """

    dimensions = 3
