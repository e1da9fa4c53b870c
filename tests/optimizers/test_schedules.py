"""Every schedule gives PyTorch's learning rates, digit for digit, also after it was saved."""

from __future__ import annotations

import copy
import functools
import operator

import pytest

import deep_learner as dl
from tests.optimizers.oracle import torch

schedules = dl.optim.lr_scheduler

CASES = [
    ("StepLR", {"step_size": 3}),
    ("StepLR", {"step_size": 1, "gamma": 0.7}),
    ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 3}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 7}),
    ("CosineAnnealingLR", {"T_max": 5}),
    ("CosineAnnealingLR", {"T_max": 4, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3}),
    ("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 2, "eta_min": 0.01}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.5, "step_size_up": 4}),
    (
        "CyclicLR",
        {
            "base_lr": [0.01, 0.02],
            "max_lr": 0.5,
            "step_size_up": 2,
            "step_size_down": 5,
            "mode": "triangular2",
        },
    ),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.5, "mode": "exp_range", "gamma": 0.9, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 3, "scale_fn": lambda x: 0.5**x}),
    ("MultiplicativeLR", {"lr_lambda": lambda epoch: 0.9 if epoch % 2 else 1.1}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 25}),
    ("OneCycleLR", {"max_lr": [1.0, 0.3], "epochs": 5, "steps_per_epoch": 5, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.7, "total_steps": 25, "pct_start": 0.2, "three_phase": True}),
    ("PolynomialLR", {}),
    ("PolynomialLR", {"total_iters": 12, "power": 2.0}),
    ("LambdaLR", {"lr_lambda": lambda epoch: 0.95**epoch}),
    ("LambdaLR", {"lr_lambda": [lambda epoch: 1 / (1 + epoch), lambda epoch: epoch % 3]}),
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{len(case[1])}")
def case(request):
    return request.param


def optimizer_of(library):
    first, second = (library.zeros(2, requires_grad=True) for _ in range(2))
    return library.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.3}], lr=0.1)


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def run(library, name, options, steps):
    """Optimizer, schedule, and the rates at the start and after each step."""
    optimizer = optimizer_of(library)
    schedule = getattr(library.optim.lr_scheduler, name)(optimizer, **options)
    seen = [rates(optimizer)]
    for _ in range(steps):
        optimizer.step()
        schedule.step()
        seen.append(rates(optimizer))
    return optimizer, schedule, seen


def test_the_learning_rates_are_those_of_pytorch(case):
    *_, expected = run(torch, *case, 20)
    *_, seen = run(dl, *case, 20)
    assert seen == expected


def test_the_state_holds_what_that_of_pytorch_holds(case):
    _, there, _ = run(torch, *case, 4)
    _, here, _ = run(dl, *case, 4)
    theirs = there.state_dict()
    theirs.pop("_get_lr_called_within_step")
    assert here.state_dict() == theirs


def test_a_saved_schedule_goes_on_to_the_same_rates(case):
    *_, expected = run(dl, *case, 12)
    optimizer, schedule, _ = run(dl, *case, 5)
    saved = copy.deepcopy((optimizer.state_dict(), schedule.state_dict()))
    resumed_optimizer, resumed, _ = run(dl, *case, 0)
    resumed_optimizer.load_state_dict(saved[0])
    resumed.load_state_dict(saved[1])
    for epoch in range(5, 12):
        assert rates(resumed_optimizer) == expected[epoch]
        resumed.step()


def test_a_state_of_pytorch_is_loaded(case):
    their_optimizer, theirs, _ = run(torch, *case, 5)
    _, _, expected = run(torch, *case, 8)
    optimizer, schedule, _ = run(dl, *case, 0)
    optimizer.load_state_dict({**their_optimizer.state_dict(), "state": {}})
    schedule.load_state_dict(theirs.state_dict())
    for epoch in range(5, 8):
        assert rates(optimizer) == expected[epoch]
        schedule.step()


@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("epoch", [0, 1, 4, 5, 11])
def test_going_to_an_epoch_gives_the_rates_of_pytorch(case, epoch):
    results = []
    for library in (torch, dl):
        optimizer, schedule, _ = run(library, *case, 1)
        schedule.step(epoch)
        results.append(rates(optimizer))
    assert results[1] == pytest.approx(results[0], rel=1e-15)


def test_a_schedule_made_for_a_later_epoch_gives_the_rates_of_pytorch(case):
    results = []
    for library in (torch, dl):
        optimizer, _, _ = run(library, *case, 6)
        schedule = getattr(library.optim.lr_scheduler, case[0])(optimizer, **case[1], last_epoch=6)
        seen = [rates(optimizer)]
        for _ in range(4):
            optimizer.step()
            schedule.step()
            seen.append(rates(optimizer))
        results.append(seen)
    assert results[1] == results[0]


def test_milestones_survive_as_a_plain_dictionary():
    optimizer = optimizer_of(dl)
    schedule = schedules.MultiStepLR(optimizer, [1, 1, 3], gamma=0.5)
    schedule.load_state_dict({**schedule.state_dict(), "milestones": {1: 2, 3: 1}})
    optimizer.step()
    schedule.step()
    assert rates(optimizer) == [0.1 * 0.25, 0.3 * 0.25]
    with pytest.warns(UserWarning, match="deprecated"):
        schedule.step(3)
    assert rates(optimizer) == [0.1 * 0.125, 0.3 * 0.125]


class Fading:
    """A callable with a state."""

    def __init__(self, rate):
        self.rate = rate

    def __call__(self, epoch):
        return self.rate**epoch


def test_the_attributes_of_a_callable_object_are_saved_and_loaded():
    schedule = schedules.LambdaLR(optimizer_of(dl), [Fading(0.5), lambda _: 1.0])
    state = schedule.state_dict()
    assert state["lr_lambdas"] == [{"rate": 0.5}, None]
    other = schedules.LambdaLR(optimizer_of(dl), [Fading(0.9), lambda _: 1.0])
    other.load_state_dict(state)
    assert other.lr_lambdas[0].rate == 0.5


def test_a_function_without_attributes_is_no_obstacle_to_saving():
    schedule = schedules.LambdaLR(optimizer_of(dl), functools.partial(operator.add, 1))
    assert len(schedule.state_dict()["lr_lambdas"]) == 2
    schedule = schedules.LambdaLR(optimizer_of(dl), abs)
    schedule.load_state_dict(schedule.state_dict())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("ConstantLR", {"factor": 1.5}, "between 0 and 1. Received: 1.5"),
        ("LinearLR", {"start_factor": 0}, "greater than 0"),
        ("LinearLR", {"end_factor": -1}, "between 0 and 1"),
        ("LambdaLR", {"lr_lambda": [abs]}, "Expected 2 lr_lambdas"),
    ],
)
def test_wrong_options_are_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(schedules, name)(optimizer_of(dl), **options)


@pytest.mark.parametrize(
    ("name", "options"), [("StepLR", {"step_size": 0}), ("CosineAnnealingLR", {"T_max": 0})]
)
def test_a_period_of_no_epochs_is_refused_at_once(name, options):
    with pytest.raises(ValueError, match="Received: 0"):
        getattr(schedules, name)(optimizer_of(dl), **options)
