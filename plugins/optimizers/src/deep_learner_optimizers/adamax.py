"""Adamax."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_betas, check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, new_count, penalized

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """Adamax: Adam with the largest of the late gradients in place of their root mean square.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step t::

        m <- beta1 * m + (1 - beta1) * g
        u <- max(beta2 * u, |g| + eps)
        p <- p - lr / (1 - beta1**t) * m / u

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    betas : tuple of two floats
        How much of m and u is kept in each step.
    eps : float
        Added to the gradient's size.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    maximize, differentiable, capturable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative option, or a beta outside [0, 1).

    References
    ----------
    Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015, section 7. https://arxiv.org/abs/1412.6980
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative("epsilon value", eps)
        check_betas(betas)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, a mean and a largest size of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["exp_avg"] = xp.zeros_like(parameter)
        state["exp_inf"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        beta1, beta2 = group["betas"]
        gradient = penalized(gradient, parameter, group)
        state["exp_avg"] += (gradient - state["exp_avg"]) * (1 - beta1)
        state["exp_inf"] = xp.maximum(state["exp_inf"] * beta2, xp.abs(gradient) + group["eps"])
        parameter -= state["exp_avg"] / state["exp_inf"] * (lr / (1 - beta1**step))
        return parameter
