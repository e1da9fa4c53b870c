"""Results of layers and losses may be written in place where PyTorch allows it, and the gradients are the same."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import Tensor, nn
from deep_learner.nn import functional as F

pytestmark = pytest.mark.needs("deep_learner_layers", "deep_learner_numpy")

FUNCTIONS = {
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "batch_norm in evaluation": lambda x: F.batch_norm(x, dl.zeros(4), dl.ones(4)),
    "instance_norm": lambda x: F.instance_norm(x),
    "group_norm": lambda x: F.group_norm(x, 2),
    "layer_norm": lambda x: F.layer_norm(x, (6,)),
    "max_pool2d with indices": lambda x: F.max_pool2d(x, 2, return_indices=True)[0],
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 4, return_indices=True)[0],
    "cross_entropy": lambda x: F.cross_entropy(x, dl.zeros(3, 6, 6, dtype=dl.int64)),
    "conv2d": lambda x: F.conv2d(x, dl.ones(2, 4, 3, 3)),
    "max": lambda x: dl.max(x, dim=1).values,
    "sort": lambda x: dl.sort(x, dim=1).values,
    "topk": lambda x: dl.topk(x, 2, dim=1).values,
    "cummax": lambda x: dl.cummax(x, dim=1).values,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_result_may_be_written(name: str) -> None:
    """Accumulated losses are divided, `ReLU(inplace=True)` stands after each normalisation."""
    gradients: list[Tensor] = []
    for write in (False, True):
        dl.manual_seed(0)
        x = dl.randn(3, 4, 6, 6, requires_grad=True)
        result = FUNCTIONS[name](x * 1.0)
        if write:
            F.relu(result, inplace=True)
            result /= 3.0
        else:
            result = F.relu(result) / 3.0
        (result * dl.arange(1.0, result.numel() + 1.0).reshape(result.shape)).sum().backward()
        assert x.grad is not None
        gradients.append(x.grad)
    assert dl.allclose(*gradients, rtol=1e-5, atol=1e-6)
    assert dl.any(gradients[0] != 0)


def test_a_block_of_a_residual_network_trains() -> None:
    dl.manual_seed(0)
    block = nn.Sequential(
        nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2)
    )
    block(dl.randn(2, 3, 8, 8)).sum().backward()
    assert all(dl.isfinite(parameter.grad).all() for parameter in block.parameters())
