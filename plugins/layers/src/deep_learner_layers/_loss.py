"""What losses have in common."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional._reduction import chosen


class Loss(Module):
    """A criterion with a way to bring the losses of single elements together."""

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        # An unknown reduction is refused when the loss is called, as in PyTorch.
        older = size_average is not None or reduce is not None
        self.reduction = chosen(size_average, reduce, reduction) if older else reduction


class WeightedLoss(Loss):
    """A criterion with a weight for each class or element, kept as a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
