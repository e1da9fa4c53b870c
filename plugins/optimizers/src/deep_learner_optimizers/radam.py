"""RAdam."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_betas, check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, decayed, followed, new_count

__all__ = ["RAdam"]


class RAdam(Optimizer):
    """RAdam: Adam that trusts its mean square only once that rests on enough steps.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step t::

        m <- beta1 * m + (1 - beta1) * g
        v <- beta2 * v + (1 - beta2) * g**2
        h = 2 / (1 - beta2) - 1,    l = h - 2 * t * beta2**t / (1 - beta2**t)
        r = sqrt((l - 4) * (l - 2) * h / ((h - 4) * (h - 2) * l))
        p <- p - lr * m / (1 - beta1**t) * r * sqrt(1 - beta2**t) / (sqrt(v) + eps)    if l > 5
        p <- p - lr * m / (1 - beta1**t)                                               otherwise

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
    Liu et al.: On the Variance of the Adaptive Learning Rate and Beyond, ICLR 2020.
    https://arxiv.org/abs/1908.03265
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
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
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and running means of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["exp_avg"] = xp.zeros_like(parameter)
        state["exp_avg_sq"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        beta1, beta2 = group["betas"]
        parameter, gradient = decayed(parameter, gradient, lr, group)
        state["exp_avg"] += (gradient - state["exp_avg"]) * (1 - beta1)
        state["exp_avg_sq"] *= beta2
        state["exp_avg_sq"] += gradient * gradient * (1 - beta2)
        rate = lr / (1 - beta1**step)
        correction = 1 - beta2**step
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * step * beta2**step / correction
        length = followed(xp, length, parameter)
        if hasattr(length, "dtype"):  # computed either way, and chosen where it lives
            enough = length > 5.0
            safe = xp.where(enough, length, xp.full_like(length, 6.0))
            adaptive = (
                _rectified(safe, limit) * correction**0.5 / (xp.sqrt(state["exp_avg_sq"]) + group["eps"])
            )
            parameter -= state["exp_avg"] * rate * xp.where(enough, adaptive, xp.ones_like(adaptive))
        elif length > 5.0:
            factor = rate * _rectified(length, limit) * correction**0.5
            parameter -= state["exp_avg"] / (xp.sqrt(state["exp_avg_sq"]) + group["eps"]) * factor
        else:
            parameter -= state["exp_avg"] * rate
        return parameter


def _rectified(length: Any, limit: float) -> Any:
    """r of the class's formula."""
    return ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)) ** 0.5
