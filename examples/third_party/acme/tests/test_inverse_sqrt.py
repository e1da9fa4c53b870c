"""The schedule."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.testing import SchedulerContract


class TestInverseSqrtLR(SchedulerContract):
    scheduler = "InverseSqrtLR"
    arguments = {"warmup": 2}  # noqa: RUF012
    rates = (0.5, 1.0, (2 / 3) ** 0.5, 0.5**0.5)


def schedule(lr=2.0, warmup=4):
    optimizer = dl.optim.SGD([dl.nn.Parameter(dl.ones(1))], lr=lr)
    return optimizer, dl.optim.lr_scheduler.InverseSqrtLR(optimizer, warmup=warmup)


def test_the_rate_rises_in_a_line_and_falls_with_the_root():
    optimizer, scheduler = schedule()
    rates = []
    for _ in range(16):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates[:4] == [0.5, 1.0, 1.5, 2.0]
    assert rates[4:] == pytest.approx([2.0 * (4 / epoch) ** 0.5 for epoch in range(5, 17)])


def test_a_resumed_schedule_goes_on_where_it_was():
    optimizer, scheduler = schedule()
    for _ in range(6):
        optimizer.step()
        scheduler.step()
    other, resumed = schedule(lr=1.0)
    other.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(scheduler.state_dict())
    for one, its_schedule in ((optimizer, scheduler), (other, resumed)):
        one.step()
        its_schedule.step()
    assert other.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"] == 2.0 * (4 / 8) ** 0.5


def test_a_warm_up_of_no_epochs_is_refused():
    with pytest.raises(ValueError, match="Received: 0"):
        schedule(warmup=0)
