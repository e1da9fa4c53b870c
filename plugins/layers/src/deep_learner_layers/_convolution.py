"""What the convolution layers of all dimensions have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from deep_learner import Tensor, empty
from deep_learner.nn import Module, Parameter, functional, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional._windows import Sizes, each
from .functional.convolutions import convolution

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class ConvolutionLayer(Module):
    """Weight and bias of a convolution or a transposed one, and the settings."""

    dims: ClassVar[int]
    transposed: ClassVar[bool]
    weight: Parameter
    bias: Parameter | None

    def _start(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes | str,
        dilation: Sizes,
        output_padding: Sizes,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: DeviceLike,
        dtype: DTypeLike,
    ) -> None:
        """Check and keep the settings, and make the parameters.

        Raises
        ------
        ValueError
            If the channels cannot be divided into `groups`, or a padding or its mode is unknown or unsuitable.
        """
        if groups <= 0:
            raise ValueError(f"groups must be a positive integer; received {groups}")
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ValueError(f"{name} must be divisible by groups; received {channels} and {groups}")
        if padding_mode not in PADDING_MODES:
            raise ValueError(
                f"padding_mode must be one of {PADDING_MODES}, but got padding_mode='{padding_mode}'"
            )
        dims = self.dims
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = each(kernel_size, dims)
        self.stride = each(stride, dims)
        self.padding = padding if isinstance(padding, str) else each(padding, dims)
        self.dilation = each(dilation, dims)
        self.output_padding = each(output_padding, dims)
        self.groups = groups
        self.padding_mode = padding_mode
        if self.padding == "same" and any(step != 1 for step in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of 'same', 'valid'")
        self.weight = Parameter(empty(self.weight_shape(), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def weight_shape(self) -> tuple[int, ...]:
        """(O, C / groups, *kernel_size), or (C, O / groups, *kernel_size) if transposed."""
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        return (first, second // self.groups, *self.kernel_size)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * self.dims:
            text += f", padding={self.padding}"
        for name, usual in (("dilation", 1), ("output_padding", 0)):
            if getattr(self, name) != (usual,) * self.dims:
                text += f", {name}={getattr(self, name)}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text if self.padding_mode == "zeros" else f"{text}, padding_mode={self.padding_mode}"


class Convolution(ConvolutionLayer):
    """What `Conv1d`, `Conv2d` and `Conv3d` have in common: all but the number of dimensions."""

    transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        self._start(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode,
            device, dtype,
        )  # fmt: skip

    def forward(self, input: Tensor) -> Tensor:
        """Convolve (N, C, *size), or (C, *size)."""
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve with another weight and bias."""
        input, padding = self._padded(input)
        return convolution(input, weight, bias, self.stride, padding, self.dilation, False, (0,), self.groups)

    def _padded(self, input: Tensor) -> tuple[Tensor, tuple[int, ...] | str]:
        """The input after padding that is not of zeros, and the padding that is still to be done."""
        if self.padding_mode == "zeros":
            return input, self.padding
        amounts: list[int] = []
        for d in reversed(range(self.dims)):
            if isinstance(self.padding, str):
                total = self.dilation[d] * (self.kernel_size[d] - 1) if self.padding == "same" else 0
                amounts += [total // 2, total - total // 2]
            else:
                amounts += [self.padding[d]] * 2
        return functional.pad(input, amounts, mode=self.padding_mode), (0,) * self.dims


class TransposedConvolution(ConvolutionLayer):
    """What `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d` have in common."""

    transposed = True
    padding: tuple[int, ...]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        self._start(
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Enlarge (N, C, *size), or (C, *size), to `output_size` if that is possible."""
        extra = self.output_padding_for(input, output_size)
        return convolution(
            input, self.weight, self.bias, self.stride, self.padding, self.dilation, True, extra, self.groups
        )

    def output_padding_for(self, input: Tensor, output_size: Sequence[int] | None) -> tuple[int, ...]:
        """The output padding with which the output has the sizes `output_size`.

        Raises
        ------
        ValueError
            If `output_size` has another number of sizes, or no output padding gives them.
        """
        if output_size is None:
            return self.output_padding
        others = input.ndim - self.dims
        wanted = list(output_size)
        if len(wanted) == others + self.dims:
            wanted = wanted[others:]
        if len(wanted) != self.dims:
            raise ValueError(
                f"ConvTranspose{self.dims}D: for {input.ndim}D input, output_size must have {self.dims} or "
                f"{others + self.dims} elements (got {len(wanted)})"
            )
        settings = zip(self.stride, self.padding, self.dilation, self.kernel_size, strict=True)
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, (s, p, d, k) in zip(input.shape[others:], settings, strict=True)
        ]
        extra = tuple([size - smallest for size, smallest in zip(wanted, least, strict=True)])
        if any(not 0 <= more < step for more, step in zip(extra, self.stride, strict=True)):
            most = [smallest + step - 1 for smallest, step in zip(least, self.stride, strict=True)]
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} (for an input of "
                f"{list(input.shape[others:])})"
            )
        return extra
