"""`LinearCrossEntropyLoss`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deep_learner import Tensor
from deep_learner.typing import DeviceLike, DTypeLike

from ._loss import WeightedLoss
from .functional.linear_cross_entropy import LinearCrossEntropyOptions, linear_cross_entropy
from .linear import Linear

__all__ = ["LinearCrossEntropyLoss", "LinearCrossEntropyOptions"]


class LinearCrossEntropyLoss(WeightedLoss):
    """A `Linear` layer and the cross entropy of the logits that it gives.

    Parameters
    ----------
    in_features
        The size of an input's last dimension.
    num_classes
        C, the number of classes.
    out_features
        (d1, ...): places that have a class each.
    bias
        Whether the linear layer has one.
    device, dtype
        Of its parameters.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, which divides by the sum of the target classes' weights.
    weight
        (C,), a factor for each class.
    ignore_index
        Target classes with this value count for nothing, by default -100.
    label_smoothing
        How much of the target is replaced by the uniform distribution.
    options
        If given, logits are computed piece by piece and never all in memory.

    Attributes
    ----------
    linear : Linear
        From `in_features` to C · d1 · ... outputs.

    Raises
    ------
    RuntimeError
        If `weight` has another shape, or `label_smoothing` is not from 0 to 1.

    Notes
    -----
    Shape: (N, in_features) or (in_features,), and classes (N, \\*out_features) or (), or probabilities
    (N, C, \\*out_features) or (C,) -> (), or that of the classes for ``"none"``.
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: Sequence[int] = (),
        bias: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = tuple(out_features)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        outputs = math.prod(self.out_features, start=num_classes)
        self.linear = Linear(in_features, outputs, bias, device, dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of `input` for the classes or probabilities `target`."""
        shape = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return linear_cross_entropy(
            input,
            self.linear.weight.reshape(*shape, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        return (
            f"in_features={self.linear.in_features}, num_classes={self.num_classes}, "
            f"out_features={self.out_features}, bias={self.linear.bias is not None}, reduction={self.reduction}, "
            f"ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}, options={self.options}"
        )
