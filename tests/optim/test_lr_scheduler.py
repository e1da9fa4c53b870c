"""The base class of learning-rate schedules."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.optim.lr_scheduler import LRScheduler


class Idle(Optimizer):
    """Changes nothing."""

    def __init__(self, *rates):
        groups = [{"params": [dl.tensor([1.0], requires_grad=True)], "lr": rate} for rate in rates]
        super().__init__(groups, {})

    def update(self, parameter, gradient, group):
        return None


class Doubling(LRScheduler):
    """lr = base_lr * 2**epoch."""

    def get_lr(self):
        return [base * 2**self.last_epoch for base in self.base_lrs]


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def test_a_schedule_sets_the_rate_of_every_group():
    optimizer = Idle(1.0, 3.0)
    schedule = Doubling(optimizer)
    assert rates(optimizer) == [1.0, 3.0]
    optimizer.step()
    schedule.step()
    schedule.step()
    assert rates(optimizer) == schedule.get_last_lr() == [4.0, 12.0]
    assert (schedule.last_epoch, schedule.base_lrs) == (2, [1.0, 3.0])


def test_the_rate_before_the_schedule_is_kept_in_the_group():
    optimizer = Idle(1.0)
    Doubling(optimizer)
    assert optimizer.param_groups[0]["initial_lr"] == 1.0


def test_a_rate_that_is_a_tensor_stays_the_same_tensor():
    rate = dl.tensor(1.0)
    optimizer = Idle(rate)
    schedule = Doubling(optimizer)
    optimizer.step()
    schedule.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == 2.0
    last = schedule.get_last_lr()
    schedule.step()
    assert last[0].item() == 2.0
    assert schedule.base_lrs[0].item() == 1.0


def test_stepping_the_schedule_before_the_optimizer_is_warned_of():
    schedule = Doubling(Idle(1.0))
    with pytest.warns(UserWarning, match=r"call optimizer\.step\(\) first"):
        schedule.step()


def test_an_epoch_given_is_deprecated_and_works():
    optimizer = Idle(1.0)
    schedule = Doubling(optimizer)
    optimizer.step()
    with pytest.warns(UserWarning, match="deprecated"):
        schedule.step(5)
    assert rates(optimizer) == [32.0]


def test_going_on_without_an_initial_rate_is_refused():
    with pytest.raises(KeyError, match="initial_lr"):
        Doubling(Idle(1.0), last_epoch=3)


def test_going_on_at_an_epoch_takes_the_initial_rate_of_the_group():
    optimizer = Idle(8.0)
    optimizer.param_groups[0]["initial_lr"] = 1.0
    Doubling(optimizer, last_epoch=2)
    assert rates(optimizer) == [8.0]


def test_something_else_than_an_optimizer_is_refused():
    with pytest.raises(TypeError, match="int is not an Optimizer"):
        Doubling(3)


def test_a_schedule_without_get_lr_says_so():
    with pytest.raises(NotImplementedError, match="must define get_lr"):
        LRScheduler(Idle(1.0))


def test_a_saved_schedule_goes_on_where_it_was():
    optimizer = Idle(1.0)
    schedule = Doubling(optimizer)
    optimizer.step()
    schedule.step()
    state = schedule.state_dict()
    assert "optimizer" not in state

    resumed_optimizer = Idle(1.0)
    resumed = Doubling(resumed_optimizer)
    resumed.load_state_dict(state)
    resumed_optimizer.load_state_dict(optimizer.state_dict())
    assert resumed.get_last_lr() == [2.0]
    resumed.step()
    assert rates(resumed_optimizer) == [4.0]


@pytest.mark.needs("deep_learner_optimizers")
def test_schedules_are_found_in_the_module_and_listed():
    listed = set(dir(dl.optim.lr_scheduler))
    assert {"LRScheduler", "StepLR", "CosineAnnealingLR", "LambdaLR"} <= listed
    assert issubclass(dl.optim.lr_scheduler.StepLR, LRScheduler)
