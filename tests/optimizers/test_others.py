"""The optimizers beside SGD and Adam: PyTorch's trajectories and states, also of complex parameters."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.optimizers.oracle import assert_same_state, check_interchange, check_options, pair, torch, train

CASES = [
    ("ASGD", {"lr": 0.1, "lambd": 0.1, "t0": 2, "weight_decay": 0.01}),
    ("ASGD", {"maximize": True}),
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adadelta", {"rho": 0.5, "maximize": True}),
    ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.3}),
    ("Adagrad", {"weight_decay": 0.1, "maximize": True}),
    ("Adamax", {"betas": (0.7, 0.8)}),
    ("Adamax", {"weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"weight_decay": 0.1}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {"betas": (0.9, 0.7)}),
    ("RAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("RMSprop", {"weight_decay": 0.1, "maximize": True}),
    ("Rprop", {"lr": 0.1, "step_sizes": (0.05, 0.2)}),
    ("Rprop", {"maximize": True}),
]
# PyTorch computes these with coefficients in single precision.
COARSE = {"ASGD": 1e-4, "NAdam": 1e-5}


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{len(case[1])}")
def case(request):
    return request.param


def test_trajectories_and_states_are_those_of_pytorch(case):
    name, options = case
    check_options(name, options, COARSE.get(name, 1e-9))


def test_a_saved_state_goes_on_in_the_other_library(case):
    name, options = case
    check_interchange(name, options, COARSE.get(name, 1e-9))


def test_a_step_that_is_captured_gives_the_same(case):
    name, options = case
    if name == "Adagrad":
        pytest.skip("Adagrad has no option capturable")
    theirs, ours = pair()
    there = getattr(torch.optim, name)(theirs, **options)
    here = getattr(dl.optim, name)(ours, capturable=True, **options)
    train(theirs, ours, there, here, rtol=1e-3)


@pytest.mark.parametrize("name", [*sorted({name for name, _ in CASES}), "Adam", "AdamW"])
def test_complex_parameters_are_pairs_of_real_ones(name):
    start = np.asarray([1 + 2j, -0.5 + 0.25j, 3.0])
    theirs, ours = torch.tensor(start, requires_grad=True), dl.tensor(start, requires_grad=True)
    there, here = getattr(torch.optim, name)([theirs]), getattr(dl.optim, name)([ours])
    for step in range(5):
        gradient = np.random.default_rng(step).normal(size=(3, 2)) @ np.asarray([1, 1j])
        theirs.grad, ours.grad = torch.tensor(gradient), dl.tensor(gradient)
        there.step()
        here.step()
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-6)
    assert_same_state(there.state_dict(), here.state_dict(), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Adadelta", {"rho": 1.5}),
        ("Adadelta", {"eps": -1.0}),
        ("Adagrad", {"lr_decay": -1.0}),
        ("Adagrad", {"initial_accumulator_value": -1.0}),
        ("Adamax", {"betas": (1.0, 0.9)}),
        ("ASGD", {"lr": -1.0}),
        ("NAdam", {"momentum_decay": -1.0}),
        ("RAdam", {"betas": (0.9, 2.0)}),
        ("RMSprop", {"alpha": -1.0}),
        ("Rprop", {"etas": (1.5, 1.2)}),
    ],
)
def test_what_pytorch_refuses_is_refused(name, options):
    for lib in (torch, dl):
        with pytest.raises(ValueError, match="Invalid"):
            getattr(lib.optim, name)([lib.zeros(2, requires_grad=True)], **options)


def test_a_recorded_step_can_be_differentiated():
    rate = dl.tensor([0.1, 0.2], requires_grad=True)
    parameter = rate * 1.0
    parameter.grad = dl.tensor([1.0, -1.0])
    dl.optim.RMSprop([parameter], lr=0.01, differentiable=True).step()
    parameter.sum().backward()
    assert rate.grad.tolist() == [1.0, 1.0]
