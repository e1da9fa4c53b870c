"""`Linear`, `Bilinear` and `Identity`."""

from __future__ import annotations

import math
from typing import Any

from deep_learner import Tensor, empty
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.linear import bilinear, linear

__all__ = ["Bilinear", "Identity", "Linear"]


class Identity(Module):
    """Returns its input.

    Parameters
    ----------
    *args, **kwargs
        Anything; ignored.

    Notes
    -----
    Shape: (*) -> (*).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """`input` itself."""
        return input


class Linear(Module):
    """The linear map y = x Wᵀ + b.

    Parameters
    ----------
    in_features, out_features
        The sizes of the last dimension of input and output.
    bias
        Whether there is a b.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        W, (out_features, in_features); drawn evenly from [-1/sqrt(in_features), 1/sqrt(in_features)].
    bias : Parameter or None
        b, (out_features,); the same distribution.

    Notes
    -----
    Shape: (*, in_features) -> (*, out_features).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty((out_features, in_features), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Map (*, in_features) to (*, out_features)."""
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear under the name that it has in PyTorch's attention, where it tells quantisation to leave it alone."""


class Bilinear(Module):
    """The bilinear map y_o = x1ᵀ W_o x2 + b_o.

    Parameters
    ----------
    in1_features, in2_features, out_features
        The sizes of the last dimension of both inputs and of the output.
    bias
        Whether there is a b.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        W, (out_features, in1_features, in2_features); drawn evenly from [-1/sqrt(in1_features),
        1/sqrt(in1_features)].
    bias : Parameter or None
        b, (out_features,); the same distribution.

    Notes
    -----
    Shape: (*, in1_features), (*, in2_features) -> (*, out_features).
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got {in1_features}")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """Map (*, in1_features) and (*, in2_features) to (*, out_features)."""
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
