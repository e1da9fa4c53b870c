"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner_optimizers.options import check_implementation, check_not_negative, check_rate

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent, with momentum if wanted.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p::

        v <- momentum * v + (1 - dampening) * g        (at first v <- g)
        d = g + momentum * v under nesterov, else v    (g without momentum)
        p <- p - lr * d

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    momentum : float
        Share of the last step's direction that is kept.
    dampening : float
        Share of the gradient that does not enter the direction; not with `nesterov`.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    nesterov : bool
        Look ahead along the momentum; needs momentum and no dampening.
    maximize : bool
        Climb instead.
    differentiable : bool
        Record the step, so that gradients flow through it.
    foreach, fused : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states; there is one here.

    Raises
    ------
    ValueError
        A negative option, or `nesterov` without momentum or with dampening.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning, ICML
    2013. The learning rate multiplies the direction, not the gradient in it, as in PyTorch; the paper has it
    inside.
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_not_negative("momentum value", momentum)
        check_not_negative("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "Nesterov momentum requires a momentum and zero dampening. "
                f"Received: momentum={momentum}, dampening={dampening}"
            )
        check_implementation(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def update(self, parameter: dl.Tensor, gradient: dl.Tensor, group: dict[str, Any]) -> None:
        """Change one parameter and its momentum in place."""
        if group["maximize"]:
            gradient = -gradient
        if group["weight_decay"] != 0:
            gradient = gradient.add(parameter, alpha=group["weight_decay"])
        if group["momentum"] != 0:
            gradient = self._direction(parameter, gradient, group)
        parameter.add_(gradient, alpha=-float(group["lr"]))

    def _direction(self, parameter: dl.Tensor, gradient: dl.Tensor, group: dict[str, Any]) -> dl.Tensor:
        state, momentum = self.state[parameter], group["momentum"]
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = gradient.detach().clone()
        else:
            buffer.mul_(momentum).add_(gradient, alpha=1 - group["dampening"])
        return gradient.add(buffer, alpha=momentum) if group["nesterov"] else buffer
