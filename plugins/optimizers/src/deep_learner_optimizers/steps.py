"""What the rules of several optimizers begin with: the count of steps, the rate, the penalized gradient."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.compiler import is_compiling
from deep_learner.optim import as_number
from deep_learner.typing import Array, Namespace
from deep_learner_optimizers.options import rate_beside

__all__ = [
    "advance",
    "ascending",
    "decayed",
    "followed",
    "larger",
    "new_count",
    "penalized",
    "scalar_dtype",
    "smaller",
]


def scalar_dtype() -> Any:
    """The dtype of counts and coefficients: float64 where that is the default, else float32."""
    return dl.float64 if dl.get_default_dtype() == dl.float64 else dl.float32


def new_count(xp: Namespace, parameter: Array, capturable: bool = False, value: float = 0.0) -> Any:
    """A number that is kept for a parameter, at first `value`.

    On the CPU, as PyTorch keeps it, so that asking for it never waits for a device; under `capturable` and in a
    compiled step beside the parameter, where captured work itself moves it on.
    """
    if capturable or is_compiling():
        return xp.full((), value, dtype=getattr(xp, scalar_dtype().name), device=parameter.device)
    return dl.tensor(value, dtype=scalar_dtype(), device="cpu")


def advance(xp: Namespace, state: dict[str, Any], group: dict[str, Any]) -> tuple[Any, Any]:
    """Count one step more; the learning rate and the count, as numbers, or under `capturable` as arrays."""
    state["step"] += 1
    if group.get("capturable"):
        return rate_beside(xp, group["lr"], state["step"]), state["step"]
    return as_number(group["lr"]), as_number(state["step"])


def followed(xp: Namespace, number: Any, beside: Array) -> Any:
    """A number; in a compiled step an array () beside another one, so that what is chosen by it is chosen anew."""
    if not is_compiling():
        return number
    return xp.zeros((), dtype=xp.result_type(beside.dtype, xp.float32), device=beside.device) + number


def larger(xp: Namespace, one: float, other: Any, beside: Array) -> Any:
    """The larger of two numbers, of which the second is `followed`."""
    other = followed(xp, other, beside)
    return xp.clip(other, one, None) if hasattr(other, "dtype") else max(one, other)


def smaller(xp: Namespace, one: Any, other: Any, beside: Array) -> Any:
    """The smaller of two numbers, which are `followed`."""
    one, other = followed(xp, one, beside), followed(xp, other, beside)
    return xp.minimum(one, other) if hasattr(other, "dtype") else min(one, other)


def ascending(gradient: Array, group: dict[str, Any]) -> Array:
    """The gradient, negated under `maximize`."""
    return -gradient if group["maximize"] else gradient


def penalized(gradient: Array, parameter: Array, group: dict[str, Any]) -> Array:
    """The gradient, negated under `maximize`, plus that of the penalty ``weight_decay * p**2 / 2``."""
    gradient = ascending(gradient, group)
    decay = group["weight_decay"]
    return gradient if decay == 0 else gradient + parameter * decay


def decayed(parameter: Array, gradient: Array, lr: Any, group: dict[str, Any]) -> tuple[Array, Array]:
    """The parameter and the gradient once weights decay: by themselves where that is decoupled, else by `penalized`."""
    if not group["decoupled_weight_decay"]:
        return parameter, penalized(gradient, parameter, group)
    if group["weight_decay"] != 0:
        parameter *= 1 - lr * group["weight_decay"]
    return parameter, ascending(gradient, group)
