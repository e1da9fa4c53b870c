"""Checks of the options that several optimizers have."""

from __future__ import annotations

from typing import Any

import deep_learner as dl
from deep_learner.optim import as_number
from deep_learner.typing import Array, Namespace

__all__ = [
    "check_betas",
    "check_implementation",
    "check_not_negative",
    "check_rate",
    "check_share",
    "rate_beside",
]


def check_rate(lr: Any) -> None:
    """Refuse a learning rate below zero, or a tensor of several.

    Raises
    ------
    ValueError
    """
    if isinstance(lr, dl.Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element. Received: shape {tuple(lr.shape)}")
    check_not_negative("learning rate", lr)


def check_not_negative(name: str, value: Any) -> None:
    """Refuse a value below zero (and NaN), and what is no number.

    Raises
    ------
    TypeError, ValueError
    """
    if not isinstance(value, int | float | dl.Tensor):
        raise TypeError(f"{name} must be a number. Received: {value!r}")
    if not value >= 0:
        raise ValueError(f"Invalid {name}: {value}; it must be at least 0")


def check_share(name: str, value: Any) -> None:
    """Refuse a value outside [0, 1].

    Raises
    ------
    ValueError
    """
    if not 0 <= value <= 1:
        raise ValueError(f"Invalid {name}: {value}; it must be in [0, 1]")


def check_betas(betas: Any) -> None:
    """Refuse shares of running means outside [0, 1).

    Raises
    ------
    ValueError
    """
    for index, beta in enumerate(betas):
        if not 0.0 <= float(beta) < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}; it must be in [0, 1)")


def rate_beside(xp: Namespace, lr: Any, other: Array) -> Any:
    """A learning rate to compute with: a number as it is, an array as () in the dtype of another array."""
    return xp.reshape(xp.astype(lr, other.dtype), ()) if hasattr(lr, "dtype") else as_number(lr)


def check_implementation(foreach: bool | None, fused: bool | None, differentiable: bool) -> None:
    """Refuse the combinations of implementations that PyTorch refuses; here all are the same loop.

    Raises
    ------
    RuntimeError
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`: leave one of them out")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together: leave one of them out")
