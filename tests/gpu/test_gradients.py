"""A GPU gives what the CPU gives."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.testing import assert_close
from tests.swap.places import PLACES as SWAP_PLACES


def test_every_operation_is_tested_on_the_gpu(device: dl.Device) -> None:
    from tests.ops.test_properties import PLACES

    assert str(device).removeprefix("Device.").lower() in PLACES


def test_whole_programs_are_tested_on_the_gpu(device: dl.Device) -> None:
    backend = dl.zeros(1, device=device).backend
    assert backend in [place.backend for place in SWAP_PLACES]


def test_a_model_has_the_gradients_of_the_cpu(device: dl.Device) -> None:
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 30), nn.GELU(), nn.LayerNorm(30), nn.Linear(30, 5))
    inputs, targets = dl.randn(16, 20), dl.randint(5, (16,))
    nn.functional.cross_entropy(model(inputs), targets).backward()
    expected = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    model.to(device)
    nn.functional.cross_entropy(model(inputs.to(device)), targets.to(device)).backward()
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert parameter.grad.device == device
        assert_close(parameter.grad.cpu(), gradient, rtol=1e-4, atol=1e-6)


def test_second_derivatives_are_those_of_the_cpu(device: dl.Device) -> None:
    def curvature(x: dl.Tensor) -> dl.Tensor:
        (slope,) = dl.autograd.grad((x.sin() * x.exp()).sum(), x, create_graph=True)
        (bend,) = dl.autograd.grad(slope.sum(), x)
        return bend

    x = dl.linspace(-1, 1, 7, dtype=dl.float64)
    expected = curvature(x.clone().requires_grad_())
    assert_close(curvature(x.to(device).requires_grad_()).cpu(), expected)


def test_gradients_agree_with_differences(device: dl.Device) -> None:
    x = dl.randn(3, 4, dtype=dl.float64).to(device).requires_grad_()
    weight = dl.randn(5, 4, dtype=dl.float64).to(device).requires_grad_()
    assert dl.autograd.gradcheck(lambda x, w: nn.functional.linear(x, w).softmax(-1), (x, weight))
    assert dl.autograd.gradgradcheck(lambda x, w: nn.functional.linear(x, w).tanh(), (x, weight))


def test_random_numbers_are_those_of_the_cpu(device: dl.Device) -> None:
    dl.manual_seed(0)
    expected = [dl.rand(100), dl.randn(100), dl.randint(10, (100,)), dl.randperm(100)]
    dl.manual_seed(0)
    found = [
        dl.rand(100, device=device), dl.randn(100, device=device), dl.randint(10, (100,), device=device),
        dl.randperm(100, device=device),
    ]  # fmt: skip
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.device == device
        assert mine.tolist() == theirs.tolist()


@pytest.mark.parametrize("dtype", [dl.float16, dl.float32, dl.float64])
def test_tensors_come_and_go(device: dl.Device, dtype: dl.DType) -> None:
    x = dl.arange(6, dtype=dtype).reshape(2, 3)
    there = x.to(device, non_blocking=True)
    assert (there.device, there.dtype) == (device, dtype)
    assert x.cuda().device == device
    assert there.cpu().tolist() == x.tolist()
    assert there.to(device) is there
