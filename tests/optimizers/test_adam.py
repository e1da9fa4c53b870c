"""Adam and AdamW follow PyTorch's, with every combination of their options."""

from __future__ import annotations

import itertools

import pytest

import deep_learner as dl
from tests.optimizers.oracle import (
    assert_same,
    check_interchange,
    check_options,
    converted,
    pair,
    set_gradients,
    torch,
    train,
)

OPTIONS = [
    {"lr": 0.05, "betas": betas, "eps": eps, "weight_decay": decay, "amsgrad": amsgrad, "maximize": maximize}
    for betas, eps, decay, amsgrad, maximize in itertools.product(
        ((0.9, 0.999), (0.0, 0.5)), (1e-8, 0.1), (0, 0.1), (False, True), (False, True)
    )
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(map(str, options.values())))
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_parameters_and_state_follow_pytorch(name, options):
    check_options(name, options)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@pytest.mark.parametrize("options", [{"lr": 0.1}, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}])
def test_states_can_be_exchanged_with_pytorch(name, options):
    check_interchange(name, options)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_defaults_are_those_of_pytorch(name):
    theirs, ours = pair()
    there, here = getattr(torch.optim, name)(theirs), getattr(dl.optim, name)(ours)
    assert here.defaults == there.defaults
    assert repr(here) == repr(there)


def test_adam_with_decoupled_decay_is_adamw():
    theirs, ours = pair()
    there = torch.optim.AdamW(theirs, lr=0.1, weight_decay=0.2)
    train(theirs, ours, there, dl.optim.Adam(ours, lr=0.1, weight_decay=0.2, decoupled_weight_decay=True))


def test_float32_parameters_stay_float32():
    theirs, ours = pair("float32")
    here = dl.optim.AdamW(ours, lr=0.01)
    train(theirs, ours, torch.optim.AdamW(theirs, lr=0.01), here, rtol=1e-5)
    kept = [state[key].dtype for state in here.state.values() for key in ("exp_avg", "exp_avg_sq")]
    assert {*kept, *(p.dtype for p in ours)} == {dl.float32}


def test_the_first_step_is_the_learning_rate_whatever_the_gradient():
    parameter = dl.zeros(3, dtype=dl.float64, requires_grad=True)
    parameter.grad = dl.tensor([1e-3, -5.0, 1e6], dtype=dl.float64)
    dl.optim.Adam([parameter], lr=0.25, eps=0).step()
    assert parameter.tolist() == pytest.approx([-0.25, 0.25, -0.25])


def test_a_step_counted_as_a_number_is_loaded():
    theirs, ours = pair()
    there, here = torch.optim.Adam(theirs), dl.optim.Adam(ours)
    train(theirs, ours, there, here, range(3))
    state = converted(there.state_dict(), dl.from_numpy)
    for kept in state["state"].values():
        kept["step"] = int(kept["step"].item())
    again = dl.optim.Adam(ours)
    again.load_state_dict(state)
    train(theirs, ours, there, again, range(3, 6))


def test_a_state_of_adam_loaded_into_adamw_decays_the_weights():
    _, ours = pair()
    optimizer = dl.optim.AdamW(ours)
    optimizer.load_state_dict(dl.optim.Adam(ours).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


def test_gradients_stay_as_they_were():
    theirs, ours = pair()
    set_gradients(theirs, ours, 0)
    before = [p.grad.tolist() for p in ours]
    dl.optim.Adam(ours, weight_decay=0.1, maximize=True, amsgrad=True).step()
    assert [p.grad.tolist() for p in ours] == before


def test_a_learning_rate_and_betas_may_be_tensors():
    theirs, ours = pair()
    betas = dl.tensor(0.9, dtype=dl.float64), dl.tensor(0.99, dtype=dl.float64)
    here = dl.optim.Adam(ours, lr=dl.tensor(0.1, dtype=dl.float64), betas=betas)
    train(theirs, ours, torch.optim.Adam(theirs, lr=0.1, betas=(0.9, 0.99)), here)


def test_a_differentiable_step_gives_the_gradient_of_pytorch():
    def trained(library):
        source = library.tensor([3.0, -1.0], dtype=library.float64, requires_grad=True)
        parameter = source.clone()
        parameter.retain_grad()
        optimizer = library.optim.Adam([parameter], lr=0.1, differentiable=True, weight_decay=0.1)
        for _ in range(2):
            parameter.grad = None
            parameter.grad = library.autograd.grad(
                (parameter.clone() ** 3).sum(), parameter, create_graph=True
            )[0]
            optimizer.step()
        return library.autograd.grad((parameter**2).sum(), source)

    assert_same(
        trained(torch), trained(dl), rtol=1e-5
    )  # there, the bias corrections are float32 in this mode


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -1.0}, "Invalid learning rate"),
        ({"eps": -1e-8}, "Invalid epsilon value"),
        ({"betas": (1.0, 0.9)}, "Invalid beta parameter at index 0: 1.0"),
        ({"betas": (0.9, -0.1)}, "Invalid beta parameter at index 1"),
        ({"weight_decay": -1}, "Invalid weight_decay value"),
    ],
)
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_wrong_options_are_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(dl.optim, name)([dl.zeros(2, requires_grad=True)], **options)


@pytest.mark.parametrize("options", [{}, {"amsgrad": True, "weight_decay": 0.1}, {"maximize": True}])
@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_a_capturable_step_gives_what_pytorch_gives(name, options):
    theirs, ours = pair()
    here = getattr(dl.optim, name)(ours, lr=dl.tensor(0.01), capturable=True, **options)
    train(theirs, ours, getattr(torch.optim, name)(theirs, lr=0.01, **options), here, rtol=1e-5)
    counts = {state["step"].item() for state in here.state.values()}
    assert counts == {5.0, 8.0}
