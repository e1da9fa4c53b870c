"""What normalisations have in common that end in a scale and a shift."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import empty
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

__all__ = ["Affine"]


class Affine(Module):
    """A layer with a `weight` of ones and a `bias` of zeros, either of which may be missing."""

    weight: Parameter | None
    bias: Parameter | None

    def _make_affine(
        self, shape: int | Sequence[int], affine: bool, bias: bool, device: DeviceLike, dtype: DTypeLike
    ) -> None:
        """Make both parameters, or only the weight, or neither."""
        for name, present in (("weight", affine), ("bias", affine and bias)):
            parameter = Parameter(empty(shape, device=device, dtype=dtype)) if present else None
            self.register_parameter(name, parameter)

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)
