"""Resilient backpropagation."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_rate
from deep_learner_optimizers.steps import advance, ascending, new_count

__all__ = ["Rprop"]


class Rprop(Optimizer):
    """Rprop: of the gradient only the sign counts; each element has a step of its own.

    The step grows by ``etas[1]`` while the sign stays and shrinks by ``etas[0]`` where it turns, within `step_sizes`;
    where it turned, the element rests for one step.

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        The first step.
    etas : tuple of two floats
        Factors by which steps shrink, in (0, 1), and grow, above 1.
    step_sizes : tuple of two floats
        The smallest and the largest step.
    capturable, maximize, differentiable : bool
        As for :class:`Adam`.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative learning rate, or factors outside their intervals.

    References
    ----------
    Riedmiller, Braun: A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm, ICNN 1993.
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}; 0 < etas[0] < 1 < etas[1] is wanted")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, no earlier gradient, and steps of the learning rate."""
        lr = float(group["lr"])
        state["step"] = new_count(xp, parameter, group["capturable"])
        state["prev"] = xp.zeros_like(parameter)
        both = complex(lr, lr) if xp.isdtype(parameter.dtype, "complex floating") else lr
        state["step_size"] = xp.full_like(parameter, both)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        advance(xp, state, group)
        shrink, grow = group["etas"]
        gradient = ascending(gradient, group)
        agreement = gradient * state["prev"]
        turned = agreement < 0
        factor = xp.where(turned, shrink, xp.where(agreement > 0, grow, xp.ones_like(gradient)))
        state["step_size"] = xp.clip(state["step_size"] * factor, *group["step_sizes"])
        gradient = xp.where(turned, xp.zeros_like(gradient), gradient)
        state["prev"] = gradient
        parameter -= xp.sign(gradient) * state["step_size"]
        return parameter
