"""Steps of all parameters in one launch are PyTorch's steps."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch says what is right")

pytestmark = pytest.mark.usefixtures("gpu")
RANDOM = np.random.default_rng(0)
SHAPES = [(3, 4), (), (40000,), (5,), (0,), (2, 3, 2)]  # one of several chunks, one of none
OPTIONS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.01, "amsgrad": True}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.3, "amsgrad": True}),
]
TOLERANCES = {"float64": 1e-12, "float32": 2e-6, "float16": 4e-3, "bfloat16": 3e-2}


def leaves(dtype: str) -> tuple[list[dl.Tensor], list[torch.Tensor]]:
    """The same parameters here and in PyTorch."""
    ours, theirs = [], []
    for shape in SHAPES:
        other = torch.tensor(RANDOM.normal(size=shape), dtype=getattr(torch, dtype))
        own = dl.tensor(other.double().numpy(), dtype=dl.float64).to("cuda").to(getattr(dl, dtype))
        ours.append(own.requires_grad_())
        theirs.append(other.requires_grad_())
    return ours, theirs


def give_gradients(ours: list[dl.Tensor], theirs: list[torch.Tensor]) -> None:
    for own, other in zip(ours, theirs, strict=True):
        other.grad = torch.tensor(RANDOM.normal(size=tuple(other.shape))).to(other.dtype)
        own.grad = dl.tensor(other.grad.double().numpy(), dtype=dl.float64).to("cuda").to(own.dtype)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_steps_are_those_of_pytorch(name, options, dtype):
    ours, theirs = leaves(dtype)
    own = getattr(dl.optim, name)(ours, **options)
    # PyTorch's fused Adam computes in float32 where its other form rounds to 16 bits in between.
    fused = name != "SGD" and dtype in ("float16", "bfloat16")
    other = getattr(torch.optim, name)(theirs, fused=fused, **options)
    for _ in range(4):
        give_gradients(ours, theirs)
        own.step()
        other.step()
    for received, wanted in zip(ours, theirs, strict=True):
        assert received.dtype.name == dtype
        np.testing.assert_allclose(
            received.detach().to(dl.float64).cpu().numpy(), wanted.detach().double().numpy(),
            rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype],
        )  # fmt: skip
    for received, wanted in zip(ours, theirs, strict=True):
        for key, value in other.state[wanted].items():
            if value is not None:
                kept = own.state[received][key]
                np.testing.assert_allclose(
                    kept.to(dl.float64).cpu().numpy(), value.double().numpy(),
                    rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype],
                )  # fmt: skip


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_counts_and_rates_may_live_on_the_device(name):
    ours, theirs = leaves("float32")
    rate = dl.tensor(0.05, device="cuda")
    own = getattr(dl.optim, name)(ours, lr=rate, capturable=True)
    other = getattr(torch.optim, name)(theirs, lr=0.05)
    for step in range(3):
        rate.fill_(0.05 / (step + 1))
        other.param_groups[0]["lr"] = 0.05 / (step + 1)
        give_gradients(ours, theirs)
        own.step()
        other.step()
    for received, wanted in zip(ours, theirs, strict=True):
        assert own.state[received]["step"].device == "cuda:0"
        assert own.state[received]["step"].tolist() == 3.0
        np.testing.assert_allclose(
            received.detach().cpu().numpy(), wanted.detach().numpy(), rtol=2e-6, atol=2e-6
        )


def test_gradients_may_have_gaps_and_parameters_join_later():
    ours, theirs = leaves("float64")
    own, other = dl.optim.SGD(ours, lr=0.1, momentum=0.9), torch.optim.SGD(theirs, lr=0.1, momentum=0.9)
    for round_ in range(3):
        for received, wanted in zip(ours, theirs, strict=True):
            if round_ == 0 and received.ndim == 1:
                continue
            received.grad = None
            wanted.grad = None
            (received.T * 2 if received.ndim == 2 else received.sum() * 2).sum().backward()
            (wanted.T * 2 if wanted.ndim == 2 else wanted.sum() * 2).sum().backward()
        own.step()
        other.step()
    for received, wanted in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(received.detach().cpu().numpy(), wanted.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize(("name", "launches"), [("SGD", 1), ("Adam", 1), ("AdamW", 1)])
def test_all_parameters_take_one_launch(machine, name, launches):
    ours, theirs = leaves("float32")
    optimizer = getattr(dl.optim, name)(ours, lr=0.1)
    give_gradients(ours, theirs)
    optimizer.step()  # lays down the state, and sends where all arrays lie
    waits, before = machine.synchronizations, machine.launches
    optimizer.step()
    assert machine.launches - before == launches
    assert machine.synchronizations == waits


def test_a_complex_parameter_is_left_to_the_rule():
    parameter = dl.tensor([1 + 2j, 3 - 1j], device="cuda").requires_grad_()
    parameter.grad = dl.tensor([1j, 2.0 + 0j], device="cuda")
    dl.optim.SGD([parameter], lr=0.5).step()
    assert parameter.tolist() == [1 + 1.5j, 2 - 1j]
