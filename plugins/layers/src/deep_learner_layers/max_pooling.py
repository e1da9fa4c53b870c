"""`MaxPool1d`, `MaxPool2d`, `MaxPool3d`, and `MaxUnpool1d`, `MaxUnpool2d`, `MaxUnpool3d`, which undo them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional._windows import Sizes, each
from .functional.max_pooling import pool
from .functional.unpooling import put_back

__all__ = ["MaxPool1d", "MaxPool2d", "MaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]


class _MaxPool(Module):
    dimensions: ClassVar[int]

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Choose the greatest element of each window."""
        return pool(
            self.dimensions, input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,
            self.return_indices,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The greatest element of each window over the last dimension.

    Parameters
    ----------
    kernel_size
        How many elements a window has.
    stride
        How far apart windows begin; by default the size of the kernel.
    padding
        How many places, which are never chosen, stand at both ends: at most half of a kernel.
    dilation
        How far apart the elements of a window are.
    return_indices
        Whether to return the places of the elements, too, for :class:`MaxUnpool1d`.
    ceil_mode
        Whether windows that begin in the input may end outside.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> (N, C, n) or (C, n) with
    n = floor((L + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1, rounded up with `ceil_mode`.
    """

    dimensions = 1


class MaxPool2d(_MaxPool):
    """The greatest element of each window over the last two dimensions.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As in :class:`MaxPool1d`: one number for both dimensions, or two.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, n, m) or (C, n, m), sizes as in :class:`MaxPool1d`.
    """

    dimensions = 2


class MaxPool3d(_MaxPool):
    """The greatest element of each window over the last three dimensions.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As in :class:`MaxPool1d`: one number for all dimensions, or three.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, k, n, m) or (C, k, n, m), sizes as in :class:`MaxPool1d`.
    """

    dimensions = 3


class _MaxUnpool(Module):
    dimensions: ClassVar[int]

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size = each(kernel_size, self.dimensions)
        self.stride = each(kernel_size if stride is None else stride, self.dimensions)
        self.padding = each(padding, self.dimensions)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Put elements back to their places in an output of a given size."""
        return put_back(
            self.dimensions, input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """Elements put back to where :class:`MaxPool1d` found them, zeros elsewhere.

    Parameters
    ----------
    kernel_size, stride, padding
        Those of the pooling.

    Notes
    -----
    Shape: (N, C, n) or (C, n) and as many places -> (N, C, L) or (C, L) with
    L = (n - 1) stride - 2 padding + kernel_size, or as `output_size` says.
    """

    dimensions = 1


class MaxUnpool2d(_MaxUnpool):
    """Elements put back to where :class:`MaxPool2d` found them, zeros elsewhere.

    Parameters
    ----------
    kernel_size, stride, padding
        Those of the pooling.

    Notes
    -----
    Shape: (N, C, n, m) or (C, n, m) -> (N, C, H, W) or (C, H, W), sizes as in :class:`MaxUnpool1d`.
    """

    dimensions = 2


class MaxUnpool3d(_MaxUnpool):
    """Elements put back to where :class:`MaxPool3d` found them, zeros elsewhere.

    Parameters
    ----------
    kernel_size, stride, padding
        Those of the pooling.

    Notes
    -----
    Shape: (N, C, k, n, m) or (C, k, n, m) -> (N, C, D, H, W) or (C, D, H, W), sizes as in :class:`MaxUnpool1d`.
    """

    dimensions = 3
