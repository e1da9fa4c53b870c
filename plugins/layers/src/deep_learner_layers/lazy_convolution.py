"""Convolutions that learn the number of their input channels from the first batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deep_learner import Tensor
from deep_learner.nn import LazyModuleMixin, UninitializedParameter
from deep_learner.typing import DeviceLike, DTypeLike

from ._convolution import Convolution, ConvolutionLayer, TransposedConvolution
from .convolution import Conv1d, Conv2d, Conv3d
from .transposed_convolution import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

__all__ = [
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
]


class _Lazy(LazyModuleMixin, ConvolutionLayer):
    """A convolution or a transposed one whose `in_channels` is found in the first input."""

    def _wait(self, out_channels: int, bias: bool, device: DeviceLike, dtype: DTypeLike) -> None:
        """Put parameters without a shape in the place of those that were made for no channels."""
        self.out_channels = out_channels
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw the parameters anew, once they have a shape."""
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Take `in_channels` from (N, C, *) or (C, *), and draw the parameters if they have no values yet.

        Raises
        ------
        RuntimeError
            If `input` has another number of dimensions.
        ValueError
            If the channels cannot be divided into `groups`.
        """
        if not self.has_uninitialized_params():
            return
        if input.ndim not in (self.dims + 1, self.dims + 2):
            raise RuntimeError(
                f"Expected {self.dims + 1}D (unbatched) or {self.dims + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {list(input.shape)}"
            )
        channels = input.shape[-self.dims - 1]
        if channels % self.groups:
            raise ValueError(
                f"in_channels must be divisible by groups; received {channels} and {self.groups}"
            )
        self.in_channels = channels
        for parameter, shape in ((self.weight, self.weight_shape()), (self.bias, (self.out_channels,))):
            if isinstance(parameter, UninitializedParameter):
                parameter.materialize(shape)
        self.reset_parameters()


class _LazyConvolution(_Lazy, Convolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(
            0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype
        )
        self._wait(out_channels, bias, device, dtype)


class _LazyTransposedConvolution(_Lazy, TransposedConvolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        output_padding: int | Sequence[int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Sequence[int] = 1,
        padding_mode: str = "zeros",
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode,
            device, dtype,
        )  # fmt: skip
        self._wait(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConvolution, Conv1d):
    """A `Conv1d` that takes `in_channels` from its first input, and is a `Conv1d` from then on.

    Arguments as of `Conv1d`, without `in_channels`. Shape: (N, C, L) -> (N, O, L'), or without N.
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvolution, Conv2d):
    """A `Conv2d` that takes `in_channels` from its first input, and is a `Conv2d` from then on.

    Arguments as of `Conv2d`, without `in_channels`. Shape: (N, C, H, W) -> (N, O, H', W'), or without N.
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvolution, Conv3d):
    """A `Conv3d` that takes `in_channels` from its first input, and is a `Conv3d` from then on.

    Arguments as of `Conv3d`, without `in_channels`. Shape: (N, C, D, H, W) -> (N, O, D', H', W'), or without N.
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyTransposedConvolution, ConvTranspose1d):
    """A `ConvTranspose1d` that takes `in_channels` from its first input, and is a `ConvTranspose1d` from then on.

    Arguments as of `ConvTranspose1d`, without `in_channels`. Shape: (N, C, L) -> (N, O, L'), or without N.
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyTransposedConvolution, ConvTranspose2d):
    """A `ConvTranspose2d` that takes `in_channels` from its first input, and is a `ConvTranspose2d` from then on.

    Arguments as of `ConvTranspose2d`, without `in_channels`. Shape: (N, C, H, W) -> (N, O, H', W'), or without N.
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyTransposedConvolution, ConvTranspose3d):
    """A `ConvTranspose3d` that takes `in_channels` from its first input, and is a `ConvTranspose3d` from then on.

    Arguments as of `ConvTranspose3d`, without `in_channels`. Shape: (N, C, D, H, W) -> (N, O, D', H', W').
    """

    cls_to_become = ConvTranspose3d
