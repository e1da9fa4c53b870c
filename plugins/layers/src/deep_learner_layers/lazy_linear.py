"""`LazyLinear`, which learns the number of its input features from the first batch."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import LazyModuleMixin, UninitializedParameter
from deep_learner.nn.parameter import is_lazy
from deep_learner.typing import DeviceLike, DTypeLike

from .linear import Linear

__all__ = ["LazyLinear"]


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` whose `in_features` is the size of the first input's last dimension.

    Parameters
    ----------
    out_features
        The size of the output's last dimension.
    bias
        Whether there is a bias.
    device, dtype
        Of the parameters.

    Notes
    -----
    Shape: (*, in_features) -> (*, out_features). After the first call it is a `Linear`.
    """

    cls_to_become = Linear

    def __init__(
        self, out_features: int, bias: bool = True, device: DeviceLike = None, dtype: DTypeLike = None
    ) -> None:
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draw the parameters anew, once they have a shape."""
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:
        """Take `in_features` from (*, in_features), and draw the parameters if they have no values yet."""
        features = input.shape[-1]
        if self.has_uninitialized_params():
            self.in_features = features
            for parameter, shape in (
                (self.weight, (self.out_features, features)),
                (self.bias, (self.out_features,)),
            ):
                if is_lazy(parameter):
                    parameter.materialize(shape)
            self.reset_parameters()
        elif self.in_features == 0:  # a state was loaded
            if features != self.weight.shape[-1]:
                raise AssertionError(
                    f"The in_features inferred from input: {features} is not equal to in_features from self.weight: "
                    f"{self.weight.shape[-1]}"
                )
            self.in_features = features
