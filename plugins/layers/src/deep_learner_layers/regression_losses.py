"""`MSELoss`, `L1Loss`, `SmoothL1Loss`, `HuberLoss` and `KLDivLoss`."""

from __future__ import annotations

from typing import Any

from deep_learner import Tensor

from ._loss import Loss
from .functional.regression import huber_loss, kl_div, l1_loss, mse_loss, smooth_l1_loss

__all__ = ["HuberLoss", "KLDivLoss", "L1Loss", "MSELoss", "SmoothL1Loss"]


class MSELoss(Loss):
    """The squared error (x - t)².

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
        """The loss of `input` for `target`."""
        return mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """The absolute error \\|x - t\\|.

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
        """The loss of `input` for `target`."""
        return l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """With d = \\|x - t\\|, d² / (2 beta) where d < beta and d - beta / 2 elsewhere.

    Parameters
    ----------
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    beta
        Where the curve becomes a line; at 0 this is `L1Loss`.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.

    References
    ----------
    Girshick, "Fast R-CNN" (2015), https://arxiv.org/abs/1504.08083.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of `input` for `target`."""
        return smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """With d = \\|x - t\\|, d² / 2 where d < delta and delta (d - delta / 2) elsewhere.

    Parameters
    ----------
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    delta
        Where the curve becomes a line.

    Raises
    ------
    TypeError
        If `delta` is no number.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        number: Any = delta
        if not isinstance(number, int | float):
            raise TypeError(f"delta must be a float or int, got: {type(number)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of `input` for `target`."""
        return huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence t (log t - x) of log-probabilities x from probabilities t.

    Parameters
    ----------
    reduction
        ``"none"``, ``"sum"``, ``"batchmean"`` (the divergence) or ``"mean"`` (over all elements; warns).
    log_target
        Whether targets are given by their logarithms.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and targets (*) -> (), or (*) for ``"none"``.

    References
    ----------
    Kullback and Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22 (1951).
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of log-probabilities `input` for `target`."""
        return kl_div(input, target, reduction=self.reduction, log_target=self.log_target)
