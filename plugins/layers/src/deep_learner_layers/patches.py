"""`Unfold` and `Fold`."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.patches import fold, unfold

__all__ = ["Fold", "Unfold"]


class Unfold(Module):
    """The patches under a window that slides over images, each as a column.

    Parameters
    ----------
    kernel_size, dilation, padding, stride
        The window, as of `functional.unfold`; each one number, or one for height and one for width.

    Notes
    -----
    Shape: (N, C, H, W) -> (N, C * prod(kernel_size), L) with L windows, or without N.
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Take the patches of (N, C, H, W) or (C, H, W)."""
        return unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


class Fold(Module):
    """Images of the patches that `Unfold` gives; where windows overlap, they are added.

    Parameters
    ----------
    output_size
        The images' height and width.
    kernel_size, dilation, padding, stride
        The window, as of `Unfold`.

    Notes
    -----
    Shape: (N, C * prod(kernel_size), L) -> (N, C, *output_size) with L windows, or without N.
    """

    def __init__(
        self,
        output_size: int | Sequence[int],
        kernel_size: int | Sequence[int],
        dilation: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        stride: int | Sequence[int] = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Put the patches (N, C * prod(kernel_size), L), or without N, together."""
        return fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
