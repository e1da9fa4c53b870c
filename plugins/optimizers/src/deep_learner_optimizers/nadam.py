"""NAdam."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer, as_number
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_betas, check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, decayed, new_count

__all__ = ["NAdam"]


class NAdam(Optimizer):
    """NAdam: Adam that looks ahead along its momentum, as Nesterov's descent does.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step t::

        mu_t = beta1 * (1 - 0.96**(t * momentum_decay) / 2)
        m <- beta1 * m + (1 - beta1) * g
        v <- beta2 * v + (1 - beta2) * g**2
        n = mu_{t+1} * m / (1 - mu_1 ... mu_{t+1}) + (1 - mu_t) * g / (1 - mu_1 ... mu_t)
        p <- p - lr * n / (sqrt(v / (1 - beta2**t)) + eps)

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    betas : tuple of two floats
        How much of the running means is kept in each step.
    eps : float
        Added to the denominator.
    weight_decay : float
        Factor of the decay.
    momentum_decay : float
        How fast the momentum nears beta1.
    decoupled_weight_decay : bool
        Decay the weights themselves, as AdamW does.
    maximize, capturable, differentiable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative option, or a beta outside [0, 1).

    References
    ----------
    Dozat: Incorporating Nesterov Momentum into Adam, ICLR 2016 workshop.
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative("epsilon value", eps)
        check_betas(betas)
        check_not_negative("weight_decay value", weight_decay)
        check_not_negative("momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, a product of no momenta, and running means of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["mu_product"] = new_count(xp, parameter, group["capturable"], 1.0)
        state["exp_avg"] = xp.zeros_like(parameter)
        state["exp_avg_sq"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        beta1, beta2 = group["betas"]
        parameter, gradient = decayed(parameter, gradient, lr, group)
        now, then = (beta1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"])) for t in (step, step + 1))
        state["mu_product"] *= now
        product = state["mu_product"] if group["capturable"] else as_number(state["mu_product"])
        state["exp_avg"] += (gradient - state["exp_avg"]) * (1 - beta1)
        state["exp_avg_sq"] *= beta2
        state["exp_avg_sq"] += gradient * gradient * (1 - beta2)
        root = xp.sqrt(state["exp_avg_sq"] / (1 - beta2**step)) + group["eps"]
        parameter -= gradient / root * (lr * (1 - now) / (1 - product))
        parameter -= state["exp_avg"] / root * (lr * then / (1 - product * then))
        return parameter
