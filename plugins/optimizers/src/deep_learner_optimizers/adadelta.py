"""Adadelta."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_not_negative, check_rate, check_share
from deep_learner_optimizers.steps import advance, new_count, penalized

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """Adadelta: steps in the parameter's own unit, by the ratio of two running root mean squares.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p::

        v <- rho * v + (1 - rho) * g**2
        d = sqrt(u + eps) / sqrt(v + eps) * g
        u <- rho * u + (1 - rho) * d**2
        p <- p - lr * d

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Factor of the steps.
    rho : float
        How much of the running means is kept, in [0, 1].
    eps : float
        Added under both roots.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    capturable, maximize, differentiable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative option, or `rho` outside [0, 1].

    References
    ----------
    Zeiler: ADADELTA: An Adaptive Learning Rate Method, 2012. https://arxiv.org/abs/1212.5701
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_share("rho value", rho)
        check_not_negative("epsilon value", eps)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and running means of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["square_avg"] = xp.zeros_like(parameter)
        state["acc_delta"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, _ = advance(xp, state, group)
        rho, eps = group["rho"], group["eps"]
        gradient = penalized(gradient, parameter, group)
        state["square_avg"] *= rho
        state["square_avg"] += gradient * gradient * (1 - rho)
        delta = xp.sqrt(state["acc_delta"] + eps) / xp.sqrt(state["square_avg"] + eps) * gradient
        state["acc_delta"] *= rho
        state["acc_delta"] += delta * delta * (1 - rho)
        parameter -= delta * lr
        return parameter
