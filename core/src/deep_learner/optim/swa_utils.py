"""Averages of a model's parameters over the course of training: of all states alike, or forgetting the old.

``torch.optim.swa_utils``: https://pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .. import nn
from ..autograd.modes import no_grad
from ..dtypes import int64
from ..ops.creation import tensor
from ..plugins import registry
from .lr_scheduler import LRScheduler, per_group

if TYPE_CHECKING:
    from ..tensor import Tensor
    from ..typing import DeviceLike
    from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average: TypeAlias = "Callable[[Tensor, Tensor, Tensor | int], Tensor]"
Averages: TypeAlias = "Callable[[Sequence[Tensor], Sequence[Tensor], Tensor | int], None]"


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The step of an exponential moving average: ``decay * average + (1 - decay) * current``.

    Raises ValueError for a `decay` outside of [0, 1].
    """
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Tensor | int) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> Averages:
    """As :func:`get_ema_avg_fn`, of several parameters of one dtype, which are changed in place."""
    _check_decay(decay)

    @no_grad()
    def ema_update(
        ema_param_list: Sequence[Tensor], current_param_list: Sequence[Tensor], num_averaged: Tensor | int
    ) -> None:
        for average, current in zip(ema_param_list, current_param_list, strict=True):
            _move(average, current, 1 - decay)

    return ema_update


def get_swa_avg_fn() -> Average:
    """The step of a mean of all: ``average + (current - average) / (num_averaged + 1)``."""

    @no_grad()
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Tensor | int) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_swa_multi_avg_fn() -> Averages:
    """As :func:`get_swa_avg_fn`, of several parameters of one dtype, which are changed in place."""

    @no_grad()
    def swa_update(
        averaged_param_list: Sequence[Tensor],
        current_param_list: Sequence[Tensor],
        num_averaged: Tensor | int,
    ) -> None:
        for average, current in zip(averaged_param_list, current_param_list, strict=True):
            _move(average, current, 1 / (int(num_averaged) + 1))

    return swa_update


def _check_decay(decay: float) -> None:
    if not 0 <= decay <= 1:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _move(average: Tensor, current: Tensor, weight: float) -> None:
    if average.is_floating_point() or average.is_complex():
        average.lerp_(current, weight)
    else:  # rounded towards zero
        average.copy_(average * (1 - weight) + current * weight)


class AveragedModel(nn.Module):
    """A copy of a model whose parameters are averages of those that the model had.

    Parameters
    ----------
    model : Module
        It is copied.
    device : Device, optional
        Where the copy is kept.
    avg_fn : callable, optional
        Of an average, the current parameter and the number averaged so far: the new average.
    multi_avg_fn : callable, optional
        Of lists of averages and of current parameters, all of one device and one dtype, and the number averaged so
        far: changes the averages in place.
    use_buffers : bool
        Whether buffers are averaged, too; they are the model's current ones otherwise.

    Attributes
    ----------
    module : Module
        The copy.
    n_averaged : Tensor
        int64, (): how many states were averaged.

    Raises
    ------
    AssertionError
        Both functions are given. With neither, it is the mean of all.

    References
    ----------
    Izmailov, Podoprikhin, Garipov, Vetrov, Wilson: Averaging Weights Leads to Wider Optima and Better
    Generalization, UAI 2018. https://arxiv.org/abs/1803.05407
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: nn.Module,
        device: DeviceLike = None,
        avg_fn: Average | None = None,
        multi_avg_fn: Averages | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=int64, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model gives."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Take in the current parameters of a model. The first are copied."""
        pairs = [
            (average, current.detach().to(average.device))
            for average, current in zip(self._averaged(self.module), self._averaged(model), strict=False)
        ]
        if int(self.n_averaged) == 0:
            for average, current in pairs:
                average.copy_(current)
        elif self.multi_avg_fn is not None:
            for averages, currents in _grouped(pairs):
                self.multi_avg_fn(averages, currents, self.n_averaged.to(averages[0].device))
        else:
            avg_fn = self.avg_fn or get_swa_avg_fn()
            for average, current in pairs:
                average.copy_(avg_fn(average.detach(), current, self.n_averaged.to(average.device)))
        if not self.use_buffers:
            for kept, current in zip(self.module.buffers(), model.buffers(), strict=True):
                kept.copy_(current)
        self.n_averaged += 1

    def _averaged(self, model: nn.Module) -> Iterable[Tensor]:
        return chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()


def _grouped(pairs: Iterable[tuple[Tensor, Tensor]]) -> list[tuple[list[Tensor], list[Tensor]]]:
    """The first and the second of pairs, by the device and the dtype of the first."""
    groups: dict[Any, tuple[list[Tensor], list[Tensor]]] = {}
    for average, current in pairs:
        averages, currents = groups.setdefault((average.device, average.dtype), ([], []))
        averages.append(average)
        currents.append(current)
    return list(groups.values())


@no_grad()
def update_bn(loader: Iterable[Any], model: nn.Module, device: DeviceLike = None) -> None:
    """Find the running statistics of batch normalisation anew, as means over all batches.

    Parameters
    ----------
    loader : iterable
        Inputs of the model; of a list or tuple the first entry is one.
    model : Module
        Called in training mode with each.
    device : Device, optional
        Where inputs are moved first.
    """
    classes = _batch_norms()
    layers: list[Any] = [layer for layer in model.modules() if isinstance(layer, classes)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean of all batches
    for batch in loader:
        input = cast("Tensor", batch[0] if isinstance(batch, list | tuple) else batch)
        model(input if device is None else input.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


def _batch_norms() -> tuple[type, ...]:
    """The classes of batch normalisation that plugins have registered."""
    return tuple(getattr(nn, name) for name in registry.names("layers") if "BatchNorm" in name)


def _cosine(part: float) -> float:
    return (1 - math.cos(math.pi * part)) / 2


def _linear(part: float) -> float:
    return part


_ANNEALING = {"cos": _cosine, "linear": _linear}


class SWALR(LRScheduler):
    """From the groups' rates to `swa_lr` within `anneal_epochs`, where the rate stays.

    Parameters
    ----------
    optimizer : Optimizer
    swa_lr : float or list of float
        The last rate, or that of each group.
    anneal_epochs : int
        0 for at once.
    anneal_strategy : str
        The way: half a wave of a cosine, ``"cos"``, or ``"linear"``.
    last_epoch : int
        See :class:`LRScheduler`.

    Raises
    ------
    ValueError
        `anneal_strategy` is another, `anneal_epochs` is negative or no integer, or `swa_lr` has not as many
        entries as there are groups.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for rate, group in zip(per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in _ANNEALING:
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy!r}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(
                f"anneal_epochs must be an integer equal or greater than 0, got {anneal_epochs!r}"
            )
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    @property
    def anneal_func(self) -> Callable[[float], float]:
        """How much of the way is gone after a part of the epochs, both from 0 to 1."""
        return _ANNEALING[self._anneal_strategy]

    def get_lr(self) -> list[Any]:
        """The current rates, moved one epoch along the way, so that changes made by others stay."""
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (
            self.anneal_func(max(0, min(1, count / max(1, self.anneal_epochs)))) for count in (step - 1, step)
        )
        rates: list[Any] = []
        for group in self.optimizer.param_groups:
            rate, last = group["lr"], group["swa_lr"]
            first = last if before == 1 else (rate - before * last) / (1 - before)
            rates.append(last * now + first * (1 - now))
        return rates
