"""Adam and AdamW."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_betas, check_implementation, check_not_negative, check_rate
from deep_learner_optimizers.steps import advance, decayed, new_count

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    r"""Adam: steps of about the learning rate, by the gradient's mean over the root of its mean square.

    With the gradient g (plus ``weight_decay`` times p; negated under ``maximize``) of a parameter p, at step
    t::

        m <- beta1 * m + (1 - beta1) * g
        v <- beta2 * v + (1 - beta2) * g**2
        p <- p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

    Under ``amsgrad`` the largest v so far takes the place of v; under ``decoupled_weight_decay`` the decay is
    not part of g, and p is multiplied by ``1 - lr * weight_decay`` first.

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
    amsgrad : bool
        Never let the denominator shrink (Reddi, Kale, Kumar: On the Convergence of Adam and Beyond, ICLR
        2018).
    maximize : bool
        Climb instead.
    differentiable : bool
        Record the step, so that gradients flow through it.
    decoupled_weight_decay : bool
        Decay the weights themselves, as AdamW does.
    capturable : bool
        Keep the count of steps, and take a learning rate that is a tensor, on the parameters' device, so that the
        step can be captured into a graph.
    foreach, fused : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states; ``fused=False`` keeps a backend's
        own kernel for all parameters from being used.

    Raises
    ------
    ValueError
        A negative option, or a beta outside [0, 1).

    References
    ----------
    Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015. https://arxiv.org/abs/1412.6980
    """

    splits_complex = True

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        betas: tuple[float | dl.Tensor, float | dl.Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_rate(lr)
        check_not_negative("epsilon value", eps)
        check_betas(betas)
        check_not_negative("weight_decay value", weight_decay)
        check_implementation(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        lr, step = advance(xp, state, group)
        beta1, beta2 = map(float, group["betas"])
        parameter, gradient = decayed(parameter, gradient, lr, group)
        state["exp_avg"] += (gradient - state["exp_avg"]) * (1 - beta1)
        state["exp_avg_sq"] *= beta2
        state["exp_avg_sq"] += gradient * gradient * (1 - beta2)
        square = state["exp_avg_sq"]
        if group["amsgrad"]:
            square = state["max_exp_avg_sq"] = xp.maximum(state["max_exp_avg_sq"], square)
        # Both sides of the fraction times `root`: numbers are scaled, not arrays.
        root = (1 - beta2**step) ** 0.5
        fraction = state["exp_avg"] / (xp.sqrt(square) + group["eps"] * root)
        parameter -= fraction * (lr * root / (1 - beta1**step))
        return parameter

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and running means of zeros."""
        state["step"] = new_count(xp, parameter, group["capturable"])
        for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if group["amsgrad"] else 2]:
            state[name] = xp.zeros_like(parameter)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for kept in self.state.values():
            if "step" in kept and not isinstance(
                kept["step"], dl.Tensor
            ):  # older files of PyTorch hold a number
                kept["step"] = dl.tensor(float(kept["step"]), device="cpu")


class AdamW(Adam):
    """Adam with the weight decay taken out of the gradient: see :class:`Adam`, whose options it has.

    Differs from Adam in ``decoupled_weight_decay=True`` and in the default ``weight_decay`` of 0.01.

    References
    ----------
    Loshchilov, Hutter: Decoupled Weight Decay Regularization, ICLR 2019. https://arxiv.org/abs/1711.05101
    The decay is multiplied by the learning rate, as in PyTorch; the paper has only the schedule's factor
    there.
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        betas: tuple[float | dl.Tensor, float | dl.Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # a state of Adam becomes one of AdamW
            group["decoupled_weight_decay"] = True
