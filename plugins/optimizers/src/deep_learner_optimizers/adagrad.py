"""Adagrad."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.sparse import SparseTensor
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_implementation, check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, new_count, penalized, scalar_dtype

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Adagrad: steps that shrink as squares of gradients add up.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step t::

        s <- s + g**2
        p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate.
    lr_decay : float
        How fast the rate itself falls.
    weight_decay : float
        Factor of the penalty ``p**2 / 2`` (L2).
    initial_accumulator_value : float
        Where s begins.
    eps : float
        Added to the denominator.
    maximize, differentiable : bool
        As for :class:`Adam`.
    foreach, fused : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.

    Raises
    ------
    ValueError
        A negative option.

    References
    ----------
    Duchi, Hazan, Singer: Adaptive Subgradient Methods for Online Learning and Stochastic Optimization, JMLR 12, 2011.
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_not_negative("lr_decay value", lr_decay)
        check_not_negative("weight_decay value", weight_decay)
        check_not_negative("initial_accumulator_value value", initial_accumulator_value)
        check_not_negative("epsilon value", eps)
        check_implementation(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and a sum of `initial_accumulator_value`."""
        value = group["initial_accumulator_value"]
        if xp.isdtype(parameter.dtype, "complex floating"):
            value = complex(value, value)
        state["step"] = new_count(xp, parameter)
        state["sum"] = xp.full_like(parameter, value)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        gradient = penalized(gradient, parameter, group)
        state["sum"] += gradient * gradient
        rate = lr / (1 + (step - 1) * group["lr_decay"])
        parameter -= gradient / (xp.sqrt(state["sum"]) + group["eps"]) * rate
        return parameter

    def update_sparse(self, parameter: dl.Tensor, gradient: SparseTensor, group: dict[str, Any]) -> None:
        """One step of the rows that a sparse gradient names.

        Raises
        ------
        RuntimeError
            Under `weight_decay`, which concerns all rows.
        """
        if group["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        gradient = gradient.coalesce()
        rows, new = tuple(gradient.indices()), gradient.values()
        state = self.state[parameter]
        if not state:
            state["step"] = dl.tensor(0.0, dtype=scalar_dtype(), device="cpu")
            state["sum"] = dl.full_like(parameter, group["initial_accumulator_value"])
        state["step"] += 1
        total = state["sum"][rows] + new * new
        state["sum"][rows] = total
        rate = float(group["lr"]) / (1 + (float(state["step"]) - 1) * group["lr_decay"])
        sign = -1 if group["maximize"] else 1
        parameter[rows] -= new / (total.sqrt() + group["eps"]) * (sign * rate)
