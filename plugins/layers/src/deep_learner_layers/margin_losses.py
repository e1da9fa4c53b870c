"""Losses that ask for a margin between numbers, as layers."""

from __future__ import annotations

from deep_learner import Tensor

from ._loss import Loss, WeightedLoss
from .functional import class_margins, margins

__all__ = [
    "CosineEmbeddingLoss",
    "HingeEmbeddingLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
]


class _MarginLoss(Loss):
    """A loss with a margin."""

    def __init__(
        self,
        margin: float,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class HingeEmbeddingLoss(_MarginLoss):
    """x where the target is 1, max(0, `margin` - x) where it is -1.

    Parameters
    ----------
    margin
        Beyond which other distances x cost nothing.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of distances `input` for the targets 1 and -1."""
        return margins.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_MarginLoss):
    """1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - `margin`) where it is -1.

    Parameters
    ----------
    margin
        Up to which the cosine of what is apart costs nothing.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (N, D) twice and targets (N,), or (D,) twice and () -> (), or that of the targets for ``"none"``.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """The loss of two vectors for the targets 1 and -1."""
        return margins.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class MarginRankingLoss(_MarginLoss):
    """max(0, `margin` - t (x1 - x2)): for t = 1 the first number should be greater, for t = -1 the second.

    Parameters
    ----------
    margin
        By how much.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (N,) three times -> (), or (N,) for ``"none"``.
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """The loss of two numbers for the targets 1 and -1."""
        return margins.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """log(1 + exp(-t x)) for targets t of 1 and -1.

    Parameters
    ----------
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores `input` for the targets 1 and -1."""
        return margins.soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(WeightedLoss):
    """The mean over the classes i but the target y of w_y max(0, `margin` - x_y + x_i)^p.

    Parameters
    ----------
    p
        1 or 2.
    margin
        By how much the target's score should exceed the others.
    weight
        w, (C,), one for each class.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Raises
    ------
    ValueError
        If `p` is another number or `weight` no vector.

    Notes
    -----
    Shape: (N, C) and targets (N,), or (C,) and () -> (), or that of the targets for ``"none"``.
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported. Received: {p}")
        if weight is not None and weight.ndim != 1:
            raise ValueError(
                f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.ndim}D instead"
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores `input` for the classes `target`."""
        return class_margins.multi_margin_loss(
            input, target, self.p, self.margin, self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(Loss):
    """The sum of max(0, 1 - x_t + x_i) / C over the classes t of the target and all others i.

    Parameters
    ----------
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (N, C) or (C,), and targets of the same, which are classes and then -1 -> (), or (N,) or () for
    ``"none"``.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores `input` for the classes `target`."""
        return class_margins.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """The mean over the classes of the cross entropy -w (t log σ(x) + (1 - t) log(1 - σ(x))).

    Parameters
    ----------
    weight
        w, (C,), one for each class.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (N, C) and targets (N, C) -> (), or (N,) for ``"none"``.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits `input` for the targets 1 and 0."""
        return class_margins.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)
