"""Writing to an output that a rule has saved: refused, unless the rule has all that it takes to compute it again."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.nn import functional as F

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers")

FUNCTIONS = {
    "max_pool2d": lambda x: F.max_pool2d(x, 2),
    "amax": lambda x: x.amax(dim=-1),
    "logsumexp": lambda x: x.logsumexp(dim=1),
    "std": lambda x: x.std(dim=0),
    "divide": lambda x: x / (x.detach() + 2),
    "divisor": lambda x: (x.detach() + 2) / (x + 3),
}


def gradient(run) -> dl.Tensor:
    dl.manual_seed(0)
    x = dl.rand(2, 3, 4, 4).requires_grad_()
    run(x).sum().backward()
    return x.grad


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_can_be_computed_again_may_be_written_over(name: str) -> None:
    function = FUNCTIONS[name]

    def apart(x: dl.Tensor) -> dl.Tensor:
        return function(x).clone().sub_(0.5).relu_()

    def in_place(x: dl.Tensor) -> dl.Tensor:
        return function(x).sub_(0.5).relu_()

    assert gradient(in_place).tolist() == gradient(apart).tolist()


def test_pooling_may_be_followed_by_a_rectifier_in_place() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    weight = torch.linspace(-1, 1, 27 * 2).reshape(2, 3, 3, 3)
    image = torch.linspace(-2, 2, 192).reshape(1, 3, 8, 8).sin()

    def loss(lib, weight, image):
        parts = (lib.nn.MaxPool2d(2), lib.nn.ReLU(inplace=True))
        out = lib.nn.Sequential(*parts)(lib.nn.functional.conv2d(image, weight))
        out.square().sum().backward()
        return weight.grad

    ours = loss(dl, dl.tensor(weight.numpy()).requires_grad_(), dl.tensor(image.numpy()))
    theirs = loss(torch, weight.requires_grad_(), image)
    assert dl.allclose(ours, dl.tensor(theirs.numpy()), rtol=1e-5, atol=1e-6)


def test_not_where_an_operand_was_written_too() -> None:
    x = dl.rand(4, requires_grad=True)
    y = x * 2
    z = y.amax(dim=0, keepdim=True)
    z.mul_(3)
    y.mul_(5)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_not_where_the_rule_kept_the_output_alone() -> None:
    y = dl.rand(4, requires_grad=True).sigmoid()
    y.mul_(3)
    with pytest.raises(RuntimeError, match="saved its output"):
        y.sum().backward()


def test_twice_where_the_graph_is_kept() -> None:
    x = dl.rand(3, 4, requires_grad=True)
    y = x.amax(dim=1)
    y.mul_(2)
    y.sum().backward(retain_graph=True)
    first = x.grad.clone()
    y.sum().backward()
    assert x.grad.tolist() == (first * 2).tolist()
