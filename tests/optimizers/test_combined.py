"""Schedules made of schedules, those that move the momentum, and the one that watches a metric: as in PyTorch."""

from __future__ import annotations

import copy

import pytest

import deep_learner as dl
from tests.optimizers.oracle import torch

METRICS = [1.0, 0.9, 0.95, 0.96, 0.97, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1]


def optimizer_of(library, kind="SGD", **options):
    first, second = (library.zeros(2, requires_grad=True) for _ in range(2))
    return getattr(library.optim, kind)(
        [{"params": [first]}, {"params": [second], "lr": 0.3}], lr=0.1, **options
    )


def chained(lr, o):
    return lr.ChainedScheduler([lr.ConstantLR(o, 0.1, 3), lr.ExponentialLR(o, 0.9)])


def sequential(lr, o):
    return lr.SequentialLR(o, [lr.ConstantLR(o, 0.1, 3), lr.ExponentialLR(o, 0.9), lr.StepLR(o, 2)], [4, 9])


def plateau(lr, o):
    return lr.ReduceLROnPlateau(o, "min", 0.5, 1, threshold=0.05, cooldown=1, min_lr=[0.02, 0.2])


def highest(lr, o):
    return lr.ReduceLROnPlateau(o, "max", 0.5, 0, 0.2, "abs", eps=0.01)


BUILDS = [chained, sequential, plateau, highest]


def course(library, build, optimizer, schedule, places):
    seen = []
    for place in places:
        optimizer.step()
        schedule.step(*([METRICS[place]] if build in (plateau, highest) else []))
        seen += [float(group["lr"]) for group in optimizer.param_groups]
    return seen


@pytest.mark.parametrize("build", BUILDS)
def test_the_rates_and_the_state_are_those_of_pytorch(build):
    results = []
    for library in (torch, dl):
        optimizer = optimizer_of(library)
        schedule = build(library.optim.lr_scheduler, optimizer)
        results.append((course(library, build, optimizer, schedule, range(12)), schedule))
    assert results[1][0] == pytest.approx(results[0][0], rel=1e-12)
    theirs = results[0][1].state_dict()
    assert set(results[1][1].state_dict()) == set(theirs) - {"_get_lr_called_within_step"}


@pytest.mark.parametrize("build", BUILDS)
def test_a_saved_course_goes_on_the_same(build):
    optimizer = optimizer_of(dl)
    schedule = build(dl.optim.lr_scheduler, optimizer)
    course(dl, build, optimizer, schedule, range(6))
    saved = copy.deepcopy((optimizer.state_dict(), schedule.state_dict()))
    expected = course(dl, build, optimizer, schedule, range(6, 12))
    again = optimizer_of(dl)
    resumed = build(dl.optim.lr_scheduler, again)
    again.load_state_dict(saved[0])
    resumed.load_state_dict(saved[1])
    assert course(dl, build, again, resumed, range(6, 12)) == expected


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
@pytest.mark.parametrize(("name", "options"), [("OneCycleLR", {"max_lr": 1.0, "total_steps": 12}), ("CyclicLR", {
    "base_lr": 0.01, "max_lr": 0.5, "step_size_up": 3})])  # fmt: skip
def test_the_momentum_goes_against_the_rate(kind, name, options):
    results = []
    for library in (torch, dl):
        optimizer = optimizer_of(library, kind, **({"momentum": 0.9} if kind == "SGD" else {}))
        schedule = getattr(library.optim.lr_scheduler, name)(optimizer, **options)
        seen = []
        for _ in range(12):
            optimizer.step()
            schedule.step()
            seen += [
                group["betas"][0] if kind == "AdamW" else group["momentum"]
                for group in optimizer.param_groups
            ]
        results.append(seen)
    assert results[1] == pytest.approx(results[0], rel=1e-14)


@pytest.mark.parametrize(
    "make",
    [
        lambda lr, o: lr.ChainedScheduler([]),
        lambda lr, o: lr.ChainedScheduler([lr.ReduceLROnPlateau(o)]),
        lambda lr, o: lr.SequentialLR(o, [lr.ConstantLR(o)], [3]),
        lambda lr, o: lr.SequentialLR(o, [], []),
        lambda lr, o: lr.ReduceLROnPlateau(o, factor=1.5),
        lambda lr, o: lr.ReduceLROnPlateau(o, mode="most"),
        lambda lr, o: lr.ReduceLROnPlateau(o, min_lr=[0.1]),
        lambda lr, o: lr.CyclicLR(o, 0.1, 0.2, mode="square"),
        lambda lr, o: lr.CyclicLR(o, [0.1], 0.2),
        lambda lr, o: lr.OneCycleLR(o, 0.1),
        lambda lr, o: lr.OneCycleLR(o, 0.1, total_steps=-1),
        lambda lr, o: lr.OneCycleLR(o, 0.1, total_steps=5, pct_start=2.0),
        lambda lr, o: lr.CosineAnnealingWarmRestarts(o, 0),
        lambda lr, o: lr.CosineAnnealingWarmRestarts(o, 3, 0),
        lambda lr, o: lr.MultiplicativeLR(o, [lambda epoch: 1.0]),
    ],
)
def test_what_pytorch_refuses_is_refused(make):
    for library in (torch, dl):
        with pytest.raises(ValueError, match=r"."):
            make(library.optim.lr_scheduler, optimizer_of(library))


def test_a_cycle_needs_a_momentum_to_move():
    for library in (torch, dl):
        with pytest.raises(ValueError, match="cycle_momentum"):
            library.optim.lr_scheduler.OneCycleLR(optimizer_of(library, "Adagrad"), 0.1, total_steps=5)


def test_a_metric_may_be_a_tensor():
    optimizer = optimizer_of(dl)
    schedule = dl.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    for metric in (1.0, 2.0):
        schedule.step(dl.tensor(metric))
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.01, 0.03])
