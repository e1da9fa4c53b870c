"""A GPU gives what the CPU gives. Skipped where no installed backend serves one."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import backends, nn
from deep_learner.errors import BackendUnavailableError


@pytest.fixture(scope="module")
def device() -> dl.Device:
    try:
        backends.for_device("cuda")
    except BackendUnavailableError as error:
        pytest.skip(f"no GPU can be used here: {error}")
    return dl.Device("cuda")


def test_a_gpu_gives_the_gradients_of_the_cpu(device: dl.Device) -> None:
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(20, 30), nn.GELU(), nn.LayerNorm(30), nn.Linear(30, 5))
    inputs, targets = dl.randn(16, 20), dl.randint(5, (16,))
    nn.functional.cross_entropy(model(inputs), targets).backward()
    expected = [parameter.grad.tolist() for parameter in model.parameters()]
    model.zero_grad()
    model.to(device)
    nn.functional.cross_entropy(model(inputs.to(device)), targets.to(device)).backward()
    for parameter, values in zip(model.parameters(), expected, strict=True):
        assert parameter.grad.device == device
        difference = (parameter.grad.cpu() - dl.tensor(values)).abs().max().item()
        assert difference < 1e-5
