"""`CrossEntropyLoss` and `NLLLoss`, `BCELoss` and `BCEWithLogitsLoss`."""

from __future__ import annotations

import warnings

from deep_learner import Tensor

from ._loss import WeightedLoss
from .functional.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from .functional.classification import cross_entropy, nll_loss

__all__ = ["BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss", "NLLLoss2d"]


class NLLLoss(WeightedLoss):
    """The negative log-likelihood -w_t x_t of the target class t, from log-probabilities x.

    Parameters
    ----------
    weight
        w, (C,): a factor for each class.
    ignore_index
        Targets with this value count for nothing.
    reduction
        ``"none"``, ``"sum"`` or ``"mean"``, which divides by the sum of the targets' weights.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (C,), (N, C) or (N, C, d1, ...) and targets (), (N,) or (N, d1, ...) -> (), or that of the targets
    for ``"none"``.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of log-probabilities `input` for the classes `target`."""
        return nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class NLLLoss2d(NLLLoss):
    """The former name of `NLLLoss` for images; using it warns."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        warnings.warn("NLLLoss2d is deprecated; write NLLLoss", FutureWarning, stacklevel=2)
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class CrossEntropyLoss(WeightedLoss):
    """The cross entropy -sum_c w_c q_c log softmax(x)_c of logits x, with q the target distribution.

    Parameters
    ----------
    weight
        w, (C,): a factor for each class.
    ignore_index
        Target classes with this value count for nothing; not for probabilities.
    reduction
        ``"none"``, ``"sum"`` or ``"mean"``, which divides by the sum of the target classes' weights, and for
        probabilities by their number.
    label_smoothing
        The share of q that is replaced by the uniform distribution.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (C,), (N, C) or (N, C, d1, ...) and targets (), (N,) or (N, d1, ...), classes; or targets of the
    shape of the input, probabilities -> (), or that of the classes for ``"none"``.

    References
    ----------
    Szegedy et al., "Rethinking the Inception architecture" (2015), https://arxiv.org/abs/1512.00567, for the
    smoothing.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits `input` for the classes or probabilities `target`."""
        return cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(WeightedLoss):
    """The binary cross entropy -w (t log p + (1 - t) log(1 - p)) of probabilities p.

    Parameters
    ----------
    weight
        w, of any shape that broadcasts.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``. Logarithms are limited to at least -100.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of probabilities `input` for the probabilities `target`."""
        return binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """The binary cross entropy -w (v t log σ(x) + (1 - t) log(1 - σ(x))) of logits x, without overflow.

    Parameters
    ----------
    weight
        w, of any shape that broadcasts.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    pos_weight
        v, usually one for each class; of any shape that broadcasts.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits `input` for the probabilities `target`."""
        return binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
