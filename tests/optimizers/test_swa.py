"""Averaged models, their batch normalisation and the schedule that goes with them: as in PyTorch."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.optim import swa_utils
from tests.optimizers.oracle import assert_same_state, converted, torch

theirs = pytest.importorskip("torch.optim.swa_utils", reason="PyTorch is the oracle")

AVERAGES = {
    "by default": lambda library, swa: {},
    "of all": lambda library, swa: {"avg_fn": swa.get_swa_avg_fn()},
    "of all together": lambda library, swa: {"multi_avg_fn": swa.get_swa_multi_avg_fn()},
    "forgetting": lambda library, swa: {"avg_fn": swa.get_ema_avg_fn(0.75)},
    "forgetting together": lambda library, swa: {"multi_avg_fn": swa.get_ema_multi_avg_fn(0.75)},
    "with buffers": lambda library, swa: {"use_buffers": True},
    "forgetting with buffers": lambda library, swa: {
        "multi_avg_fn": swa.get_ema_multi_avg_fn(0.75), "use_buffers": True, "device": "cpu",
    },
    "by one's own": lambda library, swa: {"avg_fn": lambda average, current, n: average * n + current},
}  # fmt: skip


def model_of(library):
    nn = library.nn
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, momentum=0.3), nn.ReLU(), nn.Linear(4, 2))


def states(count):
    """States of the model, one for each step of a course."""
    random = np.random.default_rng(5)
    shapes = {name: (value.shape, value.dtype) for name, value in model_of(torch).state_dict().items()}
    return [
        {
            name: torch.tensor(random.uniform(1, 9, size=tuple(shape))).to(dtype)
            for name, (shape, dtype) in shapes.items()
        }
        for _ in range(count)
    ]


def averaged(library, swa, options, course):
    model = model_of(library)
    average = swa.AveragedModel(model, **options(library, swa))
    for state in course:
        model.load_state_dict(state if library is torch else converted(state, dl.from_numpy))
        average.update_parameters(model)
    return average


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_are_those_of_pytorch(name):
    course = states(4)
    there = averaged(torch, theirs, AVERAGES[name], course)
    here = averaged(dl, swa_utils, AVERAGES[name], course)
    assert_same_state(dict(there.state_dict()), dict(here.state_dict()), rtol=1e-6)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(
        here(dl.from_numpy(x)).detach().numpy(),
        there(torch.from_numpy(x)).detach().numpy(),
        rtol=1e-4,
        atol=1e-5,
    )
    again = swa_utils.AveragedModel(model_of(dl))
    again.load_state_dict(converted(dict(there.state_dict()), dl.from_numpy))
    assert again.n_averaged.item() == 4


def test_average_of_the_courses_mean_is_exact_in_float64():
    model = dl.nn.Linear(2, 1, dtype=dl.float64)
    average = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_swa_multi_avg_fn())
    weights = [[[1.0, 0.1]], [[2.0, 0.3]], [[4.0, -0.7]]]
    for weight in weights:
        with dl.no_grad():
            model.weight.copy_(dl.tensor(weight, dtype=dl.float64))
        average.update_parameters(model)
    np.testing.assert_allclose(average.module.weight.detach().numpy(), np.mean(weights, axis=0), rtol=1e-15)
    assert average.module.weight.requires_grad and average.module.weight is not model.weight


def test_averages_of_complex_parameters_move_in_both_parts():
    average, current = (dl.tensor([value], dtype=dl.complex64) for value in (1.0 + 2.0j, 3.0 - 2.0j))
    swa_utils.get_swa_multi_avg_fn()([average], [current], 3)
    assert average.tolist() == [1.5 + 1.0j]


def test_average_lives_where_it_is_told_to():
    average = swa_utils.AveragedModel(dl.nn.Linear(2, 1), device="strict:1")
    model = dl.nn.Linear(2, 1)
    for _ in range(2):
        average.update_parameters(model)
    assert average.module.weight.device == average.n_averaged.device == "strict:1"
    np.testing.assert_allclose(
        average.module.weight.to("cpu").detach().numpy(), model.weight.detach().numpy()
    )


@pytest.mark.parametrize("swa", [swa_utils, theirs], ids=["here", "there"])
def test_wrong_averages_are_refused(swa):
    library = dl if swa is swa_utils else torch
    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
        swa.AveragedModel(library.nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max)
    for make in (swa.get_ema_avg_fn, swa.get_ema_multi_avg_fn):
        for decay in (-0.1, 1.1):
            with pytest.raises(ValueError, match="Invalid decay value"):
                make(decay)


@pytest.mark.parametrize("form", ["tensors", "pairs"])
def test_batch_normalisation_is_measured_anew_as_in_pytorch(form):
    batches = np.random.default_rng(3).normal(2.0, 3.0, size=(3, 6, 3)).astype("float32")
    state = states(1)[0]
    found = []
    for library, swa, to in ((torch, theirs, torch.from_numpy), (dl, swa_utils, dl.from_numpy)):
        model = model_of(library).eval()
        model.load_state_dict(state if library is torch else converted(state, dl.from_numpy))
        loader = [to(batch) if form == "tensors" else (to(batch), 0) for batch in batches]
        swa.update_bn(loader, model, device="cpu")
        assert model[1].momentum == 0.3 and not model.training and not model[1].training
        found.append(dict(model.state_dict()))
    assert_same_state(*found, rtol=1e-5)


def test_model_without_batch_normalisation_is_not_run():
    model = dl.nn.Sequential(dl.nn.InstanceNorm1d(2, track_running_stats=True), dl.nn.Linear(2, 2))
    swa_utils.update_bn(iter([None]), model)
    assert model[0].momentum == 0.1 and model[0].num_batches_tracked.item() == 0


SCHEDULES = [
    {"swa_lr": 0.05},
    {"swa_lr": [0.05, 0.5], "anneal_epochs": 4},
    {"swa_lr": 0.05, "anneal_epochs": 3, "anneal_strategy": "linear"},
    {"swa_lr": 0.5, "anneal_epochs": 0},
]


def schedule_of(library, options, lr=0.1):
    first, second = (library.zeros(2, requires_grad=True) for _ in range(2))
    optimizer = library.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.3}], lr=lr)
    return optimizer, library.optim.swa_utils.SWALR(optimizer, **options)


def rates(optimizer, schedule, epochs):
    seen = []
    for _ in range(epochs):
        optimizer.step()
        schedule.step()
        seen += [float(group["lr"]) for group in optimizer.param_groups]
    return seen


@pytest.mark.parametrize("options", SCHEDULES)
def test_rates_and_state_are_those_of_pytorch(options):
    there, here = schedule_of(torch, options), schedule_of(dl, options)
    assert rates(*here, 7) == pytest.approx(rates(*there, 7), rel=1e-12)
    state = there[1].state_dict()
    assert set(here[1].state_dict()) == set(state) - {"_get_lr_called_within_step"}
    assert here[1].get_last_lr() == pytest.approx(there[1].get_last_lr())
    resumed, schedule = schedule_of(dl, {"swa_lr": 1.0})
    resumed.load_state_dict(copy.deepcopy(here[0].state_dict()))
    schedule.load_state_dict(
        {key: value for key, value in state.items() if key != "_get_lr_called_within_step"}
    )
    assert rates(resumed, schedule, 4) == pytest.approx(rates(*there, 4), rel=1e-12)


def test_rates_that_are_tensors_are_changed_in_place():
    rate = dl.tensor(0.1, dtype=dl.float64)
    optimizer, schedule = schedule_of(
        dl, {"swa_lr": 0.5, "anneal_epochs": 2, "anneal_strategy": "linear"}, lr=rate
    )
    rates(optimizer, schedule, 1)
    assert optimizer.param_groups[0]["lr"] is rate and math.isclose(rate.item(), 0.3)


@pytest.mark.parametrize("library", [torch, dl], ids=["there", "here"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"swa_lr": 0.1, "anneal_strategy": "square"}, "anneal_strategy"),
        ({"swa_lr": 0.1, "anneal_epochs": -1}, "anneal_epochs"),
        ({"swa_lr": 0.1, "anneal_epochs": 2.5}, "anneal_epochs"),
        ({"swa_lr": [0.1]}, "swa_lr"),
    ],
)
def test_wrong_schedules_are_refused(library, options, message):
    with pytest.raises(ValueError, match=message):
        schedule_of(library, options)


def test_module_is_found_where_pytorch_has_it_and_imported_when_asked_for():
    assert dl.optim.swa_utils is swa_utils and "swa_utils" in dir(dl.optim)
    assert set(theirs.__all__) == set(swa_utils.__all__)
