"""The optimizer Muon."""

from __future__ import annotations

import math
from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer, as_number
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_not_negative, check_rate

__all__ = ["Muon"]

Coefficients = tuple[float, float, float]


class Muon(Optimizer):
    """Muon: momentum whose matrix is brought near the closest orthogonal one, for the matrices of hidden layers.

    With the gradient g of a matrix p of m rows and n columns::

        b <- momentum * b + (1 - momentum) * g
        u = momentum * b + (1 - momentum) * g    under nesterov, else b
        p <- p * (1 - lr * weight_decay) - lr * ratio * orthogonalized(u)

    where the ratio is ``sqrt(max(1, m / n))``, or ``0.2 * sqrt(max(m, n))`` for ``"match_rms_adamw"``.

    Parameters
    ----------
    params
        Matrices, or groups of them. Train vectors and embeddings with another optimizer.
    lr : float or Tensor
        Learning rate.
    weight_decay : float
        Factor of the decay, which is decoupled.
    momentum : float
        How much of the running mean is kept.
    nesterov : bool
        Look ahead along the momentum.
    ns_coefficients : tuple of three floats
        Of the polynomial ``a x + b x^3 + c x^5`` that singular values go through in each Newton-Schulz step.
    eps : float
        The least norm that is divided by.
    ns_steps : int
        Newton-Schulz steps, below 100.
    adjust_lr_fn : str, optional
        ``"original"`` or ``"match_rms_adamw"``.

    Raises
    ------
    ValueError
        A negative option, an unknown `adjust_lr_fn`, a parameter that is no matrix, or too many steps.
    RuntimeError
        At a step: a parameter is complex.

    Notes
    -----
    PyTorch computes the Newton-Schulz steps in bfloat16, to about two digits; here they keep the parameter's dtype.

    References
    ----------
    Jordan et al.: Muon: An optimizer for hidden layers in neural networks, 2024.
    https://kellerjordan.github.io/posts/muon/; Liu et al.: Muon is Scalable for LLM Training, 2025.
    https://arxiv.org/abs/2502.16982
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: Coefficients = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_rate(lr)
        check_not_negative("momentum", momentum)
        check_not_negative("weight decay", weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(
                f"Adjust learning rate function {adjust_lr_fn} is not supported; write 'original' or 'match_rms_adamw'"
            )
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.ndim != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{tuple(parameter.shape)}; give the others to AdamW"
                    )

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A running mean of zeros."""
        if xp.isdtype(parameter.dtype, "complex floating"):
            raise RuntimeError(f"Muon does not support complex parameters. Received: {parameter.dtype}")
        state["momentum_buffer"] = xp.zeros_like(parameter)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one matrix."""
        lr, momentum = as_number(group["lr"]), group["momentum"]
        state["momentum_buffer"] += (gradient - state["momentum_buffer"]) * (1 - momentum)
        update = state["momentum_buffer"]
        if group["nesterov"]:
            update = gradient + (update - gradient) * momentum
        update = _orthogonalized(xp, update, group["ns_coefficients"], group["ns_steps"], group["eps"])
        parameter *= 1 - lr * group["weight_decay"]
        parameter -= update * (lr * _ratio(group["adjust_lr_fn"], parameter.shape))
        return parameter


def _orthogonalized(
    xp: Namespace, matrix: Array, coefficients: Coefficients, steps: int, eps: float
) -> Array:
    """The matrix with singular values near 1, by steps of X <- a X + (b X X^T + c (X X^T)^2) X."""
    if steps >= 100:
        raise ValueError(f"ns_steps must be below 100. Received: {steps}")
    first, third, fifth = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    wide = matrix.T if tall else matrix
    wide = wide / xp.clip(xp.sqrt(xp.sum(wide * wide)), eps, None)
    for _ in range(steps):
        gram = xp.matmul(wide, wide.T)
        wide = wide * first + xp.matmul(gram * third + xp.matmul(gram, gram) * fifth, wide)
    return wide.T if tall else wide


def _ratio(adjustment: str | None, shape: tuple[int, ...]) -> float:
    rows, columns = shape
    if adjustment == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))
