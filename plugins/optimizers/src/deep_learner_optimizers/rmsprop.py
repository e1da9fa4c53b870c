"""RMSprop."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, new_count, penalized

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """RMSprop: steps by the gradient over the root of its running mean square.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p::

        v <- alpha * v + (1 - alpha) * g**2
        a <- a + (1 - alpha) * (g - a),    s = v - a**2    under centered, else s = v
        d = g / (sqrt(s) + eps)
        b <- momentum * b + d,    p <- p - lr * b          with momentum
        p <- p - lr * d                                    without

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    alpha : float
        How much of the running means is kept in each step.
    eps : float
        Added to the denominator.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    momentum : float
        Share of the last step's direction that is kept.
    centered : bool
        Divide by the deviation from the mean gradient instead.
    capturable, maximize, differentiable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative option.

    References
    ----------
    Hinton, Srivastava, Swersky: Neural Networks for Machine Learning, lecture 6, 2012; centred: Graves: Generating
    Sequences With Recurrent Neural Networks, 2013, https://arxiv.org/abs/1308.0850. The root is taken before `eps` is
    added.
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative("epsilon value", eps)
        check_not_negative("momentum value", momentum)
        check_not_negative("weight_decay value", weight_decay)
        check_not_negative("alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and running means and a direction of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["square_avg"] = xp.zeros_like(parameter)
        if group["momentum"] > 0:
            state["momentum_buffer"] = xp.zeros_like(parameter)
        if group["centered"]:
            state["grad_avg"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, _ = advance(xp, state, group)
        alpha = group["alpha"]
        gradient = penalized(gradient, parameter, group)
        state["square_avg"] *= alpha
        state["square_avg"] += gradient * gradient * (1 - alpha)
        square = state["square_avg"]
        if group["centered"]:
            state["grad_avg"] += (gradient - state["grad_avg"]) * (1 - alpha)
            square = square - state["grad_avg"] * state["grad_avg"]
        direction = gradient / (xp.sqrt(square) + group["eps"])
        if group["momentum"] > 0:
            state["momentum_buffer"] *= group["momentum"]
            state["momentum_buffer"] += direction
            direction = state["momentum_buffer"]
        parameter -= direction * lr
        return parameter
