"""An optimizer."""

from __future__ import annotations

from typing import Any

from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace

__all__ = ["Lion"]


class Lion(Optimizer):
    """Steps of one size, in the direction of a momentum's signs.

    With the gradient g of a parameter p and its momentum m (at first zero)::

        p <- p - lr * (sign(beta1 * m + (1 - beta1) * g) + weight_decay * p)
        m <- beta2 * m + (1 - beta2) * g

    Parameters
    ----------
    params : iterable
        Parameters, or groups of them.
    lr : float
        The size of a step.
    betas : tuple of float
        How much of the momentum enters the direction, and how much of it stays.
    weight_decay : float
        How fast weights fall towards zero.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Chen et al.: Symbolic discovery of optimization algorithms, NeurIPS 2023.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        if lr < 0:
            raise ValueError(f"lr must not be negative. Received: {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be at least 0 and below 1. Received: {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A momentum of zero."""
        state["momentum"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        momentum, (beta1, beta2) = state["momentum"], group["betas"]
        direction = xp.sign(momentum * beta1 + gradient * (1 - beta1))
        state["momentum"] = momentum * beta2 + gradient * (1 - beta2)
        parameter -= (direction + parameter * group["weight_decay"]) * group["lr"]
        return parameter
