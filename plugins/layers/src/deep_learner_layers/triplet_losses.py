"""`TripletMarginLoss` and `TripletMarginWithDistanceLoss`."""

from __future__ import annotations

from collections.abc import Callable

from deep_learner import Tensor

from ._loss import Loss
from .distance import PairwiseDistance
from .functional.triplets import triplet_margin_loss, triplet_margin_with_distance_loss

__all__ = ["TripletMarginLoss", "TripletMarginWithDistanceLoss"]


class _TripletLoss(Loss):
    def _accept(self, margin: float, swap: bool) -> None:
        if margin <= 0:
            raise ValueError(
                f"{type(self).__name__}: expected margin to be greater than 0, got {margin} instead"
            )
        self.margin = margin
        self.swap = swap


class TripletMarginLoss(_TripletLoss):
    """max(0, `margin` + ‖anchor - positive‖ - ‖anchor - negative‖).

    Parameters
    ----------
    margin
        By how much the negative should be farther away than the positive; positive.
    p, eps
        The order of the norm, and what is added to each difference.
    swap
        Whether to take ‖positive - negative‖ where that is smaller than the last term.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Raises
    ------
    ValueError
        If `margin` is not positive.

    Notes
    -----
    Shape: (N, D) or (D,), three times -> (), or (N,) or () for ``"none"``.

    References
    ----------
    Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional neural
    networks" (2016).
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self._accept(margin, swap)
        self.p = p
        self.eps = eps

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """The loss of triplets."""
        return triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(_TripletLoss):
    """`TripletMarginLoss` with any distance.

    Parameters
    ----------
    distance_function
        Of two tensors; `PairwiseDistance` by default.
    margin, swap, reduction
        As of `TripletMarginLoss`.

    Raises
    ------
    ValueError
        If `margin` is not positive.

    Notes
    -----
    Shape: (N, *), three times -> (), or what `distance_function` gives for ``"none"``.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self._accept(margin, swap)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """The loss of triplets."""
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
