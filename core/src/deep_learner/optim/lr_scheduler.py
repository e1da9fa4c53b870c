"""Learning-rate schedules: their base class, and every schedule that an installed plugin registers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..plugins.facade import facade
from ..tensor import Tensor
from .optimizer import Optimizer

if TYPE_CHECKING:
    from deep_learner_optimizers.annealing import CosineAnnealingLR as CosineAnnealingLR
    from deep_learner_optimizers.annealing import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
    from deep_learner_optimizers.combined import ChainedScheduler as ChainedScheduler
    from deep_learner_optimizers.combined import SequentialLR as SequentialLR
    from deep_learner_optimizers.cyclic import CyclicLR as CyclicLR
    from deep_learner_optimizers.decay import ExponentialLR as ExponentialLR
    from deep_learner_optimizers.decay import MultiStepLR as MultiStepLR
    from deep_learner_optimizers.decay import PolynomialLR as PolynomialLR
    from deep_learner_optimizers.decay import StepLR as StepLR
    from deep_learner_optimizers.lambda_lr import LambdaLR as LambdaLR
    from deep_learner_optimizers.lambda_lr import MultiplicativeLR as MultiplicativeLR
    from deep_learner_optimizers.one_cycle import OneCycleLR as OneCycleLR
    from deep_learner_optimizers.plateau import ReduceLROnPlateau as ReduceLROnPlateau
    from deep_learner_optimizers.warmup import ConstantLR as ConstantLR
    from deep_learner_optimizers.warmup import LinearLR as LinearLR

__all__ = ["LRScheduler", "per_group"]


class LRScheduler:
    """Base class of schedules: `step` sets every group's ``lr`` to what `get_lr` returns.

    A subclass defines `get_lr`, from ``self.last_epoch``, ``self.base_lrs`` and the groups' current rates,
    and may define ``_get_closed_form_lr``, which `step` uses when it is given an epoch.

    Parameters
    ----------
    optimizer
        Whose learning rates are set, at once to those of the first epoch.
    last_epoch
        Number of the last epoch when training goes on; -1 at its start.

    Attributes
    ----------
    base_lrs : list of float
        Each group's learning rate before the schedule, also kept in the group as ``initial_lr``.
    last_epoch : int

    Raises
    ------
    TypeError
        `optimizer` is none.
    KeyError
        `last_epoch` is given, but a group has no ``initial_lr``.
    """

    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{number}] when resuming a "
                    f"scheduler with last_epoch={last_epoch}: load the optimizer's state first, or leave "
                    "last_epoch at -1"
                )
        self.optimizer = optimizer
        self.base_lrs: list[Any] = [_copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.begin()

    def begin(self) -> None:
        """Set the rates of the first epoch, which is where every schedule starts and a sequence starts again."""
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def get_lr(self) -> list[Any]:
        """The learning rate of each group at ``self.last_epoch``; for the current ones ask `get_last_lr`."""
        raise NotImplementedError(f"{type(self).__name__} must define get_lr()")

    def get_last_lr(self) -> list[Any]:
        """The learning rate of each group as last set by this schedule."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch; call it after the optimizer's `step`.

        Parameters
        ----------
        epoch
            Deprecated, as in PyTorch: the epoch to go to.
        """
        if self._step_count == 1 and not self.optimizer._step_called:
            warnings.warn(
                "lr_scheduler.step() was called before optimizer.step(), so the first learning rate of the "
                "schedule was never used: call optimizer.step() first",
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            warnings.warn(
                "the epoch parameter of lr_scheduler.step() is deprecated: call step()", stacklevel=2
            )
        self.go_to(epoch)

    def go_to(self, epoch: int | None = None) -> None:
        """Set the rates of an epoch; without one, those of the next."""
        self.set_rates(self._rates(epoch))

    def set_rates(self, rates: Iterable[Any]) -> None:
        """Give each group its learning rate; one that is a tensor is changed in place."""
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(float(rate))
            else:
                group["lr"] = rate
        self._last_lr = [_copied(group["lr"]) for group in self.optimizer.param_groups]

    def _rates(self, epoch: int | None) -> list[Any]:
        if epoch is None:
            self.last_epoch += 1
            return self.get_lr()
        self.last_epoch = epoch
        return getattr(self, "_get_closed_form_lr", self.get_lr)()

    def state_dict(self) -> dict[str, Any]:
        """Everything the schedule knows except the optimizer, under PyTorch's names."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave, here or in PyTorch; the rates come with the optimizer's state."""
        vars(self).update(state_dict)


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each group.

    Raises
    ------
    ValueError
        `value` is a list of another length.
    """
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    values: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType]
    if len(values) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups: {groups}, not {len(values)}"
        )
    return values


def _copied(rate: Any) -> Any:
    return rate.clone() if isinstance(rate, Tensor) else rate


__getattr__, __dir__ = facade(__name__, "schedulers")
