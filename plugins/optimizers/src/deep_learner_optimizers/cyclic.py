"""The cyclical schedule."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

from deep_learner.optim import Optimizer
from deep_learner.optim.lr_scheduler import LRScheduler, per_group
from deep_learner_optimizers.momentum import set_momentum, start_momentum, uses_betas

__all__ = ["CyclicLR"]

# By what the height of a cycle is multiplied: from its number, or from the number of the step, and gamma.
_SCALES: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "triangular": ("cycle", lambda cycle, gamma: 1.0),
    "triangular2": ("cycle", lambda cycle, gamma: 1 / 2.0 ** (cycle - 1)),
    "exp_range": ("iterations", lambda step, gamma: gamma**step),
}


class CyclicLR(LRScheduler):
    """The learning rate goes up and down between two bounds, and the momentum down and up.

    Step it after every batch.

    Parameters
    ----------
    optimizer : Optimizer
    base_lr, max_lr : float or list of float
        The bounds; a list has one for each group.
    step_size_up, step_size_down : int
        Steps of the rise and of the fall, which takes as many unless given.
    mode : str
        ``"triangular"``: all cycles are as high; ``"triangular2"``: each is half as high as the last; ``"exp_range"``:
        the height falls by `gamma` with every step.
    gamma : float
        For ``"exp_range"``.
    scale_fn : callable, optional
        A policy of your own in place of `mode`: a factor of the height.
    scale_mode : str
        Whether `scale_fn` is given the number of the ``"cycle"`` or of the step (``"iterations"``).
    cycle_momentum : bool
        Move the momentum (or the first beta) between `max_momentum` and `base_momentum`, too.
    base_momentum, max_momentum : float or list of float
    last_epoch : int
        Number of the last step.

    Raises
    ------
    ValueError
        An unknown `mode`, a list of another length than groups, or an optimizer without momentum.

    References
    ----------
    Smith: Cyclical Learning Rates for Training Neural Networks, WACV 2017. https://arxiv.org/abs/1506.01186
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(optimizer, Optimizer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            self.set_rates(base_lrs)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        rise = float(step_size_up)
        fall = rise if step_size_down is None else float(step_size_down)
        self.total_size = rise + fall
        self.step_ratio = rise / self.total_size
        if mode not in _SCALES and scale_fn is None:
            raise ValueError(
                f"mode is invalid and scale_fn is None. Received: {mode!r}; modes: {', '.join(_SCALES)}"
            )
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else _SCALES[mode][0]
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_betas(optimizer)
            self.base_momentums = per_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = per_group("max_momentum", optimizer, max_momentum)
            if last_epoch == -1:
                start_momentum(optimizer, self.max_momentums, self.base_momentums, self.use_beta1)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """By what the height is multiplied, from the number of the cycle or the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return _SCALES[self.mode][1](x, self.gamma)

    def get_lr(self) -> list[Any]:
        """The rates at this step of the cycle; the momenta are set on the way."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        rising = place <= self.step_ratio
        height = place / self.step_ratio if rising else (place - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, bounds, strict=True):
                set_momentum(group, high - (high - low) * height * scale, self.use_beta1)
        return [
            low + (high - low) * height * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and a `scale_fn` that is a function; of a callable object its attributes."""
        state = super().state_dict()
        custom = state["_scale_fn_custom"]
        plain = custom is None or isinstance(custom, types.FunctionType)
        state["_scale_fn_custom"] = None if plain else dict(vars(custom))
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave, here or in PyTorch; functions stay as they were given here."""
        saved = state_dict.get("_scale_fn_custom")
        super().load_state_dict(
            {key: value for key, value in state_dict.items() if key != "_scale_fn_custom"}
        )
        if saved is not None:
            vars(self._scale_fn_custom).update(saved)
