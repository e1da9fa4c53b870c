"""Adafactor."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer, as_number
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import check_not_negative, check_rate
from deep_learner_optimizers.steps import ascending, new_count, smaller

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """Adafactor: of a matrix's mean squares only the means of rows and of columns are kept.

    With the gradient g (negated under ``maximize``) of a parameter p, at step t::

        rho = min(lr, 1 / sqrt(t)),    alpha = max(eps[1], rms(p)) * rho
        r, c <- means of g**2 along rows and columns, with the weight t**beta2_decay for the new ones
        v = r c^T / mean(r);           of a vector: a running mean of g**2
        u = g / sqrt(v)
        p <- p * (1 - lr * weight_decay) - alpha * u / max(1, rms(u) / d)

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        The largest relative step.
    beta2_decay : float
        Power, not above 0, by which the weight of new squares falls.
    eps : tuple of a float or None and a float
        The least root of a mean square (the dtype's unit of rounding unless given), and the least size of a parameter.
    d : float
        The largest root mean square of an update, at least 1.
    weight_decay : float
        Factor of the decay, which is decoupled.
    foreach : bool, optional
        PyTorch's choice of an implementation, kept for the sake of saved states.
    maximize : bool
        Climb instead.

    Raises
    ------
    ValueError
        An option outside its range.
    RuntimeError
        At a step: a parameter is complex.

    References
    ----------
    Shazeer, Stern: Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, ICML 2018.
    https://arxiv.org/abs/1804.04235
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_rate(lr)
        if not beta2_decay <= 0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        check_not_negative("epsilon1", 0.0 if eps[0] is None else eps[0])
        check_not_negative("epsilon2", eps[1])
        if not d >= 1:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        check_not_negative("weight_decay", weight_decay)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def start(self, xp: Namespace, parameter: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """A count of zero, and mean squares of zero: of rows and columns, or of a vector's elements."""
        if xp.isdtype(parameter.dtype, "complex floating"):
            raise RuntimeError(f"Adafactor does not support complex parameters. Received: {parameter.dtype}")
        state["step"] = new_count(xp, parameter)
        shape = parameter.shape
        shapes = (
            {"row_var": (*shape[:-1], 1), "col_var": (*shape[:-2], 1, shape[-1])}
            if len(shape) > 1
            else {"variance": shape}
        )
        for name, size in shapes.items():
            state[name] = xp.zeros(size, dtype=parameter.dtype, device=parameter.device)

    def rule(
        self, xp: Namespace, parameter: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]
    ) -> Array:
        """One step of one parameter."""
        state["step"] += 1
        step, lr = as_number(state["step"]), as_number(group["lr"])
        least, smallest = group["eps"]
        least = float(xp.finfo(parameter.dtype).eps) if least is None else least
        gradient = ascending(gradient, group)
        size = xp.clip(_root_mean_square(xp, parameter), smallest, None)
        size = size * smaller(xp, lr, step**-0.5, parameter)
        parameter *= 1 - lr * group["weight_decay"]
        squares, weight = gradient * gradient, step ** group["beta2_decay"]
        if gradient.ndim > 1:
            for name, axis in (("row_var", -1), ("col_var", -2)):
                state[name] += (xp.mean(squares, axis=axis, keepdims=True) - state[name]) * weight
            middle = xp.clip(xp.mean(state["row_var"], axis=-2, keepdims=True), least, None)
            variance = xp.matmul(state["row_var"], state["col_var"]) / middle
        else:
            state["variance"] += (squares - state["variance"]) * weight
            variance = state["variance"]
        update = gradient / xp.sqrt(xp.clip(variance, least * least, None))
        parameter -= update * (size / xp.clip(_root_mean_square(xp, update) / group["d"], 1.0, None))
        return parameter


def _root_mean_square(xp: Namespace, x: Array) -> Array:
    return xp.sqrt(xp.mean(x * x))
