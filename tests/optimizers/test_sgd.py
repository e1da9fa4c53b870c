"""SGD follows PyTorch's, with every combination of its options."""

from __future__ import annotations

import itertools

import pytest

import deep_learner as dl
from tests.optimizers.oracle import check_interchange, check_options, pair, set_gradients, torch, train

OPTIONS = [
    {"lr": 0.1, "momentum": momentum, "dampening": dampening, "weight_decay": decay, "nesterov": nesterov,
     "maximize": maximize}
    for momentum, dampening, decay, nesterov, maximize in itertools.product(
        (0, 0.9), (0, 0.3), (0, 0.05), (False, True), (False, True)
    )
    if not (nesterov and (momentum == 0 or dampening != 0))
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(map(str, options.values())))
def test_parameters_and_state_follow_pytorch(options):
    check_options("SGD", options)


@pytest.mark.parametrize("options", [{"lr": 0.1}, {"lr": 0.1, "momentum": 0.9, "nesterov": True}])
def test_states_can_be_exchanged_with_pytorch(options):
    check_interchange("SGD", options)


def test_defaults_are_those_of_pytorch():
    theirs, ours = pair()
    assert dl.optim.SGD(ours).defaults == torch.optim.SGD(theirs).defaults
    assert repr(dl.optim.SGD(ours)) == repr(torch.optim.SGD(theirs))


def test_float32_parameters_stay_float32():
    theirs, ours = pair("float32")
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}
    here = dl.optim.SGD(ours, **options)
    train(theirs, ours, torch.optim.SGD(theirs, **options), here, rtol=2e-6)
    assert {p.dtype for p in ours} == {dl.float32}
    assert {state["momentum_buffer"].dtype for state in here.state.values()} == {dl.float32}


def test_a_learning_rate_may_be_a_tensor():
    theirs, ours = pair()
    there = torch.optim.SGD(theirs, lr=0.1)
    train(theirs, ours, there, dl.optim.SGD(ours, lr=dl.tensor([0.1], dtype=dl.float64)))


def test_gradients_stay_as_they_were():
    theirs, ours = pair()
    set_gradients(theirs, ours, 0)
    before = [p.grad.tolist() for p in ours]
    dl.optim.SGD(ours, lr=0.1, momentum=0.9, weight_decay=0.1, maximize=True).step()
    assert [p.grad.tolist() for p in ours] == before


def test_the_momentum_is_no_view_of_the_gradient():
    _, ours = pair()
    set_gradients(*pair()[:1], ours, 0)
    optimizer = dl.optim.SGD(ours, lr=0.1, momentum=0.9)
    optimizer.step()
    kept = optimizer.state[ours[0]]["momentum_buffer"].tolist()
    ours[0].grad.zero_()
    assert optimizer.state[ours[0]]["momentum_buffer"].tolist() == kept


def test_complex_parameters_are_updated():
    there = torch.tensor([1 + 2j, -1j], dtype=torch.complex128, requires_grad=True)
    here = dl.tensor([1 + 2j, -1j], dtype=dl.complex128, requires_grad=True)
    there.grad = torch.tensor([1j, 2 - 1j], dtype=torch.complex128)
    here.grad = dl.tensor([1j, 2 - 1j], dtype=dl.complex128)
    torch.optim.SGD([there], lr=0.5, weight_decay=0.1).step()
    dl.optim.SGD([here], lr=0.5, weight_decay=0.1).step()
    assert here.tolist() == pytest.approx(there.tolist())


def test_a_differentiable_step_is_recorded():
    """d/dx of (x - lr * 2x)**2 is 2 x (1 - 2 lr)**2."""
    source = dl.tensor(3.0, dtype=dl.float64, requires_grad=True)
    parameter = source.clone()
    parameter.retain_grad()
    (parameter.clone() ** 2).backward(create_graph=True)
    dl.optim.SGD([parameter], lr=0.1, differentiable=True).step()
    (gradient,) = dl.autograd.grad(parameter**2, source)
    assert gradient.item() == pytest.approx(2 * 3.0 * (1 - 0.2) ** 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -1.0}, "Invalid learning rate: -1.0"),
        ({"lr": float("nan")}, "Invalid learning rate: nan"),
        ({"momentum": -0.1}, "Invalid momentum value"),
        ({"weight_decay": -0.1}, "Invalid weight_decay value"),
        ({"nesterov": True}, "Nesterov momentum requires a momentum and zero dampening"),
        ({"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "zero dampening"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        dl.optim.SGD([dl.zeros(2, requires_grad=True)], **options)


def test_a_learning_rate_of_several_numbers_is_refused():
    with pytest.raises(ValueError, match="1-element"):
        dl.optim.SGD([dl.zeros(2, requires_grad=True)], lr=dl.tensor([0.1, 0.2]))


@pytest.mark.parametrize(
    "options", [{"fused": True, "foreach": True}, {"fused": True, "differentiable": True}]
)
def test_implementations_that_exclude_each_other_are_refused(options):
    with pytest.raises(RuntimeError, match="fused"):
        dl.optim.SGD([dl.zeros(2, requires_grad=True)], **options)


@pytest.mark.parametrize("rate", [None, "fast"])
def test_a_learning_rate_that_is_no_number_is_refused(rate):
    with pytest.raises(TypeError, match="learning rate must be a number"):
        dl.optim.SGD([dl.ones(2)], lr=rate)
