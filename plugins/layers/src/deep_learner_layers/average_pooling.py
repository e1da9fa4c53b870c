"""`AvgPool1d`, `AvgPool2d`, `AvgPool3d`, and `LPPool1d`, `LPPool2d`, `LPPool3d`."""

from __future__ import annotations

from typing import ClassVar

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional._windows import Sizes, each
from .functional.average_pooling import mean_of_windows, norm_of_windows

__all__ = ["AvgPool1d", "AvgPool2d", "AvgPool3d", "LPPool1d", "LPPool2d", "LPPool3d"]


class _AvgPool(Module):
    dimensions: ClassVar[int]

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Average each window."""
        return mean_of_windows(
            self.dimensions, input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
            self.count_include_pad, self.divisor_override,
        )  # fmt: skip

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The mean of each window over the last dimension.

    Parameters
    ----------
    kernel_size
        How many elements a window has.
    stride
        How far apart windows begin; by default the size of the kernel.
    padding
        How many zeros stand at both ends: at most half of a kernel.
    ceil_mode
        Whether windows that begin in the input may end outside.
    count_include_pad
        Whether the zeros of the padding count as elements.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> (N, C, n) or (C, n) with n = floor((L + 2 padding - kernel_size) / stride) + 1,
    rounded up with `ceil_mode`.
    """

    dimensions = 1

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        steps = kernel_size if stride is None else stride
        super().__init__(each(kernel_size, 1), each(steps, 1), each(padding, 1), ceil_mode, count_include_pad)


class AvgPool2d(_AvgPool):
    """The mean of each window over the last two dimensions.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As in :class:`AvgPool1d`: sizes are one number for both dimensions, or two.
    divisor_override
        By what sums are divided in place of the number of elements.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, n, m) or (C, n, m), sizes as in :class:`AvgPool1d`.
    """

    dimensions = 2


class AvgPool3d(_AvgPool):
    """The mean of each window over the last three dimensions.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As in :class:`AvgPool1d`: sizes are one number for all dimensions, or three.
    divisor_override
        By what sums are divided in place of the number of elements.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, k, n, m) or (C, k, n, m), sizes as in :class:`AvgPool1d`.
    """

    dimensions = 3


class _LPPool(Module):
    dimensions: ClassVar[int]

    def __init__(
        self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """Take the norm of each window."""
        return norm_of_windows(
            self.dimensions, input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """The p-norm of each window over the last dimension: (sum x^p)^(1/p), of powers with their sign.

    Parameters
    ----------
    norm_type
        p; infinity takes the greatest magnitude.
    kernel_size
        How many elements a window has.
    stride
        How far apart windows begin; by default the size of the kernel.
    ceil_mode
        Whether windows that begin in the input may end outside.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> (N, C, n) or (C, n), sizes as in :class:`AvgPool1d`.
    """

    dimensions = 1


class LPPool2d(_LPPool):
    """The p-norm of each window over the last two dimensions.

    Parameters
    ----------
    norm_type, kernel_size, stride, ceil_mode
        As in :class:`LPPool1d`: sizes are one number for both dimensions, or two.

    Notes
    -----
    Shape: (N, C, H, W) or (C, H, W) -> (N, C, n, m) or (C, n, m), sizes as in :class:`AvgPool1d`.
    """

    dimensions = 2


class LPPool3d(_LPPool):
    """The p-norm of each window over the last three dimensions.

    Parameters
    ----------
    norm_type, kernel_size, stride, ceil_mode
        As in :class:`LPPool1d`: sizes are one number for all dimensions, or three.

    Notes
    -----
    Shape: (N, C, D, H, W) or (C, D, H, W) -> (N, C, k, n, m) or (C, k, n, m), sizes as in :class:`AvgPool1d`.
    """

    dimensions = 3
