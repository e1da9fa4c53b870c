"""Piecewise activation layers: `ReLU` and its relatives. Each maps (*) to (*)."""

from __future__ import annotations

import warnings

from deep_learner import Tensor, full
from deep_learner.nn import Module, Parameter, init
from deep_learner.ops import rectifier
from deep_learner.typing import DeviceLike, DTypeLike

from ._activation import InplaceActivation
from .functional import activation as functions
from .functional.randomized import rrelu

__all__ = [
    "CELU",
    "ELU",
    "SELU",
    "Hardshrink",
    "Hardtanh",
    "LeakyReLU",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Softshrink",
    "Threshold",
]


class ReLU(InplaceActivation):
    """The rectifier max(x, 0); its derivative at 0 is 0.

    Parameters
    ----------
    inplace
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.relu(input, self.inplace)


class ReLU6(InplaceActivation):
    """The rectifier with a ceiling, min(max(x, 0), 6).

    Parameters
    ----------
    inplace
        Whether to write the result into the input.

    References
    ----------
    Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010).
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.relu6(input, self.inplace)


class LeakyReLU(InplaceActivation):
    """The rectifier with a leak: x above 0, `negative_slope` x elsewhere.

    Parameters
    ----------
    negative_slope
        The slope below 0.
    inplace
        Whether to write the result into the input.

    References
    ----------
    Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"negative_slope={self.negative_slope}")


class RReLU(InplaceActivation):
    """The rectifier with a random leak: x above 0, a x elsewhere, with a new a for each element in training.

    Parameters
    ----------
    lower, upper
        a is evenly distributed over [lower, upper); in evaluation it is the middle.
    inplace
        Whether to write the result into the input.

    References
    ----------
    Xu et al., "Empirical evaluation of rectified activations in convolutional network" (2015),
    https://arxiv.org/abs/1505.00853.
    """

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.lower = lower
        self.upper = upper

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"lower={self.lower}", f"upper={self.upper}")


class PReLU(Module):
    """The rectifier with a learned leak: x above 0, a x elsewhere.

    Parameters
    ----------
    num_parameters
        1, or the number of channels (dimension 1 of the input), each of which then has a slope of its own.
    init
        The first value of every slope.
    device, dtype
        Of the parameter.

    Attributes
    ----------
    weight : Parameter
        a, (num_parameters,); `init`.

    References
    ----------
    He et al., "Delving deep into rectifiers" (2015), https://arxiv.org/abs/1502.01852.
    """

    weight: Parameter

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: DeviceLike = None, dtype: DTypeLike = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def reset_parameters(self) -> None:
        """Set every slope to its first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return rectifier.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class ELU(InplaceActivation):
    """The exponential linear unit: x above 0, `alpha` (exp(x) - 1) elsewhere.

    Parameters
    ----------
    alpha
        The depth below 0.
    inplace
        Whether to write the result into the input.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential linear units"
    (2015), https://arxiv.org/abs/1511.07289.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"alpha={self.alpha}")


class CELU(InplaceActivation):
    """The smooth exponential linear unit: x above 0, `alpha` (exp(x / alpha) - 1) elsewhere.

    Parameters
    ----------
    alpha
        The depth below 0; not 0.
    inplace
        Whether to write the result into the input.

    References
    ----------
    Barron, "Continuously differentiable exponential linear units" (2017), https://arxiv.org/abs/1704.07483.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"alpha={self.alpha}")


class SELU(InplaceActivation):
    """The scaled exponential linear unit s (max(x, 0) + min(a (exp(x) - 1), 0)), a ≈ 1.6733 and s ≈ 1.0507.

    Parameters
    ----------
    inplace
        Whether to write the result into the input.

    References
    ----------
    Klambauer et al., "Self-normalizing neural networks" (2017), https://arxiv.org/abs/1706.02515.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.selu(input, self.inplace)


class Hardtanh(InplaceActivation):
    """x limited to [`min_val`, `max_val`].

    Parameters
    ----------
    min_val, max_val
        The bounds.
    inplace
        Whether to write the result into the input.
    min_value, max_value
        Older names of the bounds.

    Raises
    ------
    ValueError
        If the bounds are not in order.
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__(inplace)
        if min_value is not None or max_value is not None:
            warnings.warn(
                "min_value and max_value are deprecated; write min_val and max_val",
                FutureWarning,
                stacklevel=2,
            )
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        if not self.max_val > self.min_val:
            raise ValueError(f"max_val must exceed min_val; received {self.min_val} and {self.max_val}")

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"min_val={self.min_val}", f"max_val={self.max_val}")


class Threshold(InplaceActivation):
    """x above `threshold`, `value` elsewhere.

    Parameters
    ----------
    threshold
        What x must exceed.
    value
        What stands in its place.
    inplace
        Whether to write the result into the input.
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold = threshold
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return self.described(f"threshold={self.threshold}", f"value={self.value}")


class Softshrink(Module):
    """x moved towards 0 by `lambd`, and 0 where it would pass it.

    Parameters
    ----------
    lambd
        By how much; not negative.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return rectifier.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(Module):
    """x outside [-`lambd`, `lambd`], 0 within.

    Parameters
    ----------
    lambd
        Where the zeros end.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return rectifier.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)
