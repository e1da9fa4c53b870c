"""Negative log-likelihoods as layers: of sequences, counts and real numbers."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor

from ._loss import Loss
from .functional.ctc import ctc_loss
from .functional.likelihoods import gaussian_nll_loss, poisson_nll_loss

__all__ = ["CTCLoss", "GaussianNLLLoss", "PoissonNLLLoss"]


class CTCLoss(Loss):
    """The negative log-likelihood of a sequence of classes, summed over all its alignments with the inputs.

    Parameters
    ----------
    blank
        The class that stands for no target.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, of the losses divided by the lengths of their targets.
    zero_infinity
        Whether impossible targets cost nothing.

    Notes
    -----
    Shape: (T, N, C) or (T, C) log-probabilities, targets (N, S) or all one after another, lengths (N,) and (N,)
    -> (), or (N,) for ``"none"``.

    References
    ----------
    Graves et al., "Connectionist temporal classification" (2006).
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self,
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Tensor | Sequence[int],
        target_lengths: Tensor | Sequence[int],
    ) -> Tensor:
        """The loss of log-probabilities for the classes `targets`."""
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


class PoissonNLLLoss(Loss):
    """exp(x) - t x, or x - t log(x + eps): the negative log-likelihood of counts t from a Poisson distribution.

    Parameters
    ----------
    log_input
        Whether x is the logarithm of the expected count.
    full
        Whether to add Stirling's approximation of log(t!).
    eps
        Added to expected counts in the logarithm.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Notes
    -----
    Shape: (*) and counts (*) -> (), or (*) for ``"none"``.
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        """The loss of expected counts, or their logarithms, for counts."""
        return poisson_nll_loss(
            log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(Loss):
    """(log v + (x - t)² / v) / 2: the negative log-likelihood of numbers t, normally distributed with variance v.

    Parameters
    ----------
    full
        Whether to add the constant log(2 π) / 2.
    eps
        The least variance that is computed with.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.

    Notes
    -----
    Shape: (*), numbers (*) and variances (*), or without the last dimension -> (), or (*) for ``"none"``.

    References
    ----------
    Nix and Weigend, "Estimating the mean and variance of the target probability distribution" (1994).
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        """The loss of expectations `input` and variances `var` for numbers."""
        return gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)
