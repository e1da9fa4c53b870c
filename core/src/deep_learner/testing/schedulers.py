"""The contract of a schedule of the learning rate."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from ..optim import Optimizer
from ..optim.lr_scheduler import LRScheduler
from ..plugins import registry
from ..tensor import Tensor
from .samples import normal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["SchedulerContract"]


class _Descent(Optimizer):
    """Plain descent, with the options that schedules look for."""

    def __init__(self, params: Any, lr: Any) -> None:
        super().__init__(params, {"lr": lr, "momentum": 0.9, "betas": (0.9, 0.999)})

    def rule(
        self, xp: Any, parameter: Any, gradient: Any, state: dict[str, Any], group: dict[str, Any]
    ) -> Any:
        return parameter - gradient * group["lr"]


class SchedulerContract:
    """What every schedule keeps to; a test file is a subclass that says which one, how made, and its first rates.

    Attributes
    ----------
    scheduler : str
        The name it is registered under.
    arguments : Mapping
        The arguments it is made with, but for the optimizer.
    rates : sequence of float
        The learning rates of the first epochs, from the one that it sets at once, for a base rate of 1.
    metrics : sequence of float
        What `step` is given after each epoch, where it wants a measurement.
    proportional : bool
        False where rates do not grow with the base rate.

    Examples
    --------
    >>> class TestHalving(SchedulerContract):
    ...     scheduler = "Halving"
    ...     arguments = {"every": 2}
    ...     rates = [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    scheduler: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]] = {}
    rates: ClassVar[Sequence[float]]
    metrics: ClassVar[Sequence[float]] = ()
    proportional: ClassVar[bool] = True

    def optimizer(self, *rates: Any) -> Optimizer:
        """An optimizer with a group for each rate."""
        groups = [{"params": [normal((2,), seed=seed)], "lr": rate} for seed, rate in enumerate(rates)]
        return _Descent(groups, lr=1.0)

    def make(self, optimizer: Optimizer) -> Any:
        """A new schedule of the optimizer's rates."""
        return registry.get("schedulers", self.scheduler)(optimizer, **copy.deepcopy(dict(self.arguments)))

    def test_it_is_registered_as_a_documented_schedule(self) -> None:
        kind = registry.get("schedulers", self.scheduler)
        assert issubclass(kind, LRScheduler), f"{kind} is no deep_learner.optim.lr_scheduler.LRScheduler"
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"

    def test_its_rates_are_those_stated(self) -> None:
        optimizer = self.optimizer(1.0)
        _near(self._course(optimizer, self.make(optimizer)), list(self.rates))

    def test_each_group_goes_its_own_way(self) -> None:
        optimizer = self.optimizer(1.0, 0.5)
        scheduler = self.make(optimizer)
        for place, rate in enumerate(self.rates):
            first, second = (group["lr"] for group in optimizer.param_groups)
            _near([first], [rate])
            if self.proportional:
                _near([second], [0.5 * rate])
            self._go_on(optimizer, scheduler, place)

    def test_it_tells_the_rates_that_it_set(self) -> None:
        optimizer = self.optimizer(1.0, 0.5)
        scheduler = self.make(optimizer)
        for place in range(len(self.rates)):
            assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
            self._go_on(optimizer, scheduler, place)

    def test_it_changes_nothing_but_the_rates(self) -> None:
        optimizer = self.optimizer(1.0)
        [group] = optimizer.param_groups
        before = {name: group[name] for name in ("momentum", "betas", "params")}
        if "momentum" in " ".join(self.arguments):
            return
        self._course(optimizer, self.make(optimizer))
        assert {name: group[name] for name in before} == before
        assert group["initial_lr"] == 1.0 or not self.proportional

    def test_a_rate_that_is_a_tensor_is_changed_in_place(self) -> None:
        rate: Any = Tensor(1.0)
        optimizer = self.optimizer(rate)
        [group] = optimizer.param_groups
        _near([float(one) for one in self._course(optimizer, self.make(optimizer))], list(self.rates), 1e-5)
        assert group["lr"] is rate, "the tensor was replaced, and whoever else holds it hears of nothing"

    def test_a_course_resumed_from_its_state_is_identical(self) -> None:
        whole = self.optimizer(1.0)
        expected = self._course(whole, self.make(whole))
        for stop in range(1, len(self.rates)):
            first = self.optimizer(1.0)
            scheduler = self.make(first)
            for place in range(stop):
                self._go_on(first, scheduler, place)
            second = self.optimizer(1.0)
            resumed = self.make(second)
            second.load_state_dict(copy.deepcopy(first.state_dict()))
            resumed.load_state_dict(copy.deepcopy(scheduler.state_dict()))
            received = self._course(second, resumed, start=stop)
            assert received == expected[stop:], (
                f"resumed after {stop} epochs: {received}, not {expected[stop:]}"
            )

    def test_its_state_is_without_the_optimizer(self) -> None:
        optimizer = self.optimizer(1.0)
        state = self.make(optimizer).state_dict()
        assert not any(value is optimizer for value in state.values())

    def _course(self, optimizer: Optimizer, scheduler: Any, start: int = 0) -> list[Any]:
        """The rates from one epoch on."""
        rates: list[Any] = []
        for place in range(start, len(self.rates)):
            rate = optimizer.param_groups[0]["lr"]
            rates.append(float(rate) if isinstance(rate, Tensor) else rate)
            self._go_on(optimizer, scheduler, place)
        return rates

    def _go_on(self, optimizer: Optimizer, scheduler: Any, place: int) -> None:
        """To the next epoch."""
        optimizer.step()
        scheduler.step(*self.metrics[place : place + 1])


def _near(received: list[Any], expected: list[float], tolerance: float = 1e-9) -> None:
    assert len(received) == len(expected)
    for epoch, (one, other) in enumerate(zip(received, expected, strict=True)):
        assert abs(one - other) <= tolerance * max(1.0, abs(other)), (
            f"the rate of epoch {epoch} is {one}, where {other} was expected; all: {received}"
        )
