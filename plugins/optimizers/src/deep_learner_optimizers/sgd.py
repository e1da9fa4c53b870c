"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.sparse import SparseTensor
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_implementation, check_not_negative, check_rate, rate_beside

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

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        if group["maximize"]:
            gradient = -gradient
        if group["weight_decay"] != 0:
            gradient = gradient + parameter * group["weight_decay"]
        if group["momentum"] != 0:
            gradient = self._direction(xp, gradient, state, group)
        parameter -= gradient * rate_beside(xp, group["lr"], parameter)
        return parameter

    def update_sparse(self, parameter: dl.Tensor, gradient: SparseTensor, group: dict[str, Any]) -> None:
        """One step of the rows that a sparse gradient names; with momentum, of all rows.

        Raises
        ------
        RuntimeError
            Under `weight_decay`, which concerns all rows.
        """
        if group["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        if group["momentum"] != 0:
            self.update(parameter, gradient.to_dense(), group)
            return
        gradient = gradient.coalesce()
        sign = -1 if group["maximize"] else 1
        parameter[tuple(gradient.indices())] -= gradient.values() * (sign * float(group["lr"]))

    def _direction(
        self, xp: Namespace, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = xp.asarray(gradient, copy=True)
        else:
            state["momentum_buffer"] *= group["momentum"]
            state["momentum_buffer"] += gradient * (1 - group["dampening"])
        buffer = state["momentum_buffer"]
        return gradient + buffer * group["momentum"] if group["nesterov"] else buffer
