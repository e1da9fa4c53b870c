"""The schedule of one cycle."""

from __future__ import annotations

import math
from typing import Any

from deep_learner.optim import Optimizer
from deep_learner.optim.lr_scheduler import LRScheduler, per_group
from deep_learner_optimizers.momentum import set_momentum, start_momentum, uses_betas

__all__ = ["OneCycleLR"]


def _along_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _along_line(start: float, end: float, share: float) -> float:
    return (end - start) * share + start


_ANNEALING = {"cos": _along_cosine, "linear": _along_line}


class OneCycleLR(LRScheduler):
    """The learning rate rises once to its maximum and falls far below where it began; the momentum goes against it.

    Step it after every batch.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of float
        The highest rate; a list has one for each group.
    total_steps : int, optional
        Steps of the cycle; or give `epochs` and `steps_per_epoch`.
    epochs, steps_per_epoch : int, optional
    pct_start : float
        Share of the steps in which the rate rises.
    anneal_strategy : str
        ``"cos"`` or ``"linear"``.
    cycle_momentum : bool
        Move the momentum (or the first beta) between `max_momentum` and `base_momentum`, too.
    base_momentum, max_momentum : float or list of float
    div_factor : float
        The first rate is ``max_lr / div_factor``.
    final_div_factor : float
        The last rate is the first one over this.
    three_phase : bool
        Fall back to the first rate as slowly as it rose, and only then to the last one.
    last_epoch : int
        Number of the last step.

    Raises
    ------
    ValueError
        The number of steps is missing or not positive, `pct_start` lies outside [0, 1], the strategy is unknown, the
        optimizer has no momentum; or, when stepping, the cycle is over.

    References
    ----------
    Smith, Topin: Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates, 2018.
    https://arxiv.org/abs/1708.07120
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if not isinstance(optimizer, Optimizer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        self.total_steps = _number_of_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in _ANNEALING:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        highest = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, highest, strict=True):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_betas(optimizer)
            high, low = (
                per_group(name, optimizer, value)
                for name, value in (("max_momentum", max_momentum), ("base_momentum", base_momentum))
            )
            if last_epoch == -1:
                start_momentum(optimizer, high, low, self.use_beta1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rates at this step of the cycle; the momenta are set on the way."""
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. The specified number of total steps is {self.total_steps}"
            )
        begins = 0.0
        phase = self._schedule_phases[-1]
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            begins = phase["end_step"]
        share = (step - begins) / (phase["end_step"] - begins)
        anneal = _ANNEALING[self._anneal_func_type]
        rates: list[Any] = []
        for group in self.optimizer.param_groups:
            rates.append(anneal(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                momentum = anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], share)
                set_momentum(group, momentum, self.use_beta1)
        return rates


def _number_of_steps(total: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    given = (
        {"total_steps": total}
        if total is not None
        else {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
    )
    if None in given.values():
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    for name, value in given.items():
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
    return math.prod(value for value in given.values() if value is not None)


def _phases(steps: int, share: float, three: bool) -> list[dict[str, Any]]:
    """When each part of the cycle ends, and between which of a group's values it goes."""
    ends = [float(share * steps) - 1]
    rates, momenta = ["initial_lr", "max_lr"], ["max_momentum", "base_momentum"]
    if three:
        ends.append(float(2 * share * steps) - 2)
        rates.append("initial_lr")
        momenta.append("max_momentum")
    ends.append(steps - 1)
    rates.append("min_lr")
    momenta.append("max_momentum")
    return [
        {
            "end_step": end,
            "start_lr": rates[i],
            "end_lr": rates[i + 1],
            "start_momentum": momenta[i],
            "end_momentum": momenta[i + 1],
        }
        for i, end in enumerate(ends)
    ]
