"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer, as_number
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, larger, new_count, penalized

__all__ = ["ASGD"]


class ASGD(Optimizer):
    """Averaged stochastic gradient descent: ordinary steps, and beside them the parameters' average ``ax``.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step t::

        p <- p * (1 - lambd * eta) - eta * g
        ax <- ax + mu * (p - ax)
        eta <- lr / (1 + lambd * lr * t)**alpha,    mu <- 1 / max(1, t - t0)

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    lambd : float
        Factor of the decay.
    alpha : float
        Power by which the rate falls.
    t0 : float
        Number of the step from which on is averaged.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    maximize, differentiable, capturable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative learning rate or `weight_decay`.

    References
    ----------
    Polyak, Juditsky: Acceleration of Stochastic Approximation by Averaging, SIAM J. Control Optim. 30, 1992.
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, the first rate and weight, and an average of zeros."""
        capturable = group["capturable"]
        state["step"] = new_count(xp, parameter, capturable)
        state["eta"] = new_count(xp, parameter, capturable, float(group["lr"]))
        state["mu"] = new_count(xp, parameter, capturable, 1.0)
        state["ax"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        gradient = penalized(gradient, parameter, group)
        eta, mu = state["eta"], state["mu"]
        if not group["capturable"]:
            eta, mu = as_number(eta), as_number(mu)
        parameter *= 1 - group["lambd"] * eta
        parameter -= gradient * eta
        state["ax"] += (parameter - state["ax"]) * mu
        next_eta = lr / (1 + group["lambd"] * lr * step) ** group["alpha"]
        if group["capturable"]:
            next_mu = 1 / xp.maximum(step - group["t0"], xp.ones_like(step))
        else:
            next_mu = 1 / larger(xp, 1.0, step - group["t0"], parameter)
        for name, value in (("eta", next_eta), ("mu", next_mu)):  # into their own memory, which captures know
            state[name] *= 0
            state[name] += value
        return parameter
