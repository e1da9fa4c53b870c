"""Single parts of networks and other programs, for Deep Learner and PyTorch, whose random numbers are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..given import Given
from ..program import Program, differentiation
from .way import Way, trained


def adam_mlp(way: Way, given: Given) -> Program:
    """A small network with GELU, layer norm and dropout, trained by Adam."""
    lib, nn = way.lib, way.lib.nn
    lib.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(64, 128), nn.LayerNorm(128), nn.GELU(), nn.Dropout(0.1), nn.Linear(128, 64), nn.GELU(),
        nn.Linear(64, 10),
    )  # fmt: skip
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-3)
    return trained(
        way, model, optimizer, nn.CrossEntropyLoss(), (lib.randn(32, 64), lib.randint(0, 10, (32,)))
    )


def _differentiated(
    way: Way, function: Callable[[Any], Any], inputs: Any, weights: list[Any], gradient: Any = None
) -> Program:
    leaves = [*weights, *([inputs] if inputs.requires_grad else [])]

    @way.compile
    def step(inputs: Any) -> Any:
        for leaf in leaves:
            leaf.grad = None
        value = function(inputs)
        value.backward(gradient)
        return value.detach()

    return differentiation(lambda: step(inputs), lambda: [leaf.grad for leaf in leaves])


def attention(way: Way, given: Given) -> Program:
    """Causal attention of 12 heads on 4 sequences, 768 wide."""
    lib, length = way.lib, given.sizes["length"]
    lib.manual_seed(0)
    model = lib.nn.MultiheadAttention(768, 12, batch_first=True)
    inputs = lib.randn(4, length, 768)
    mask = lib.nn.Transformer.generate_square_subsequent_mask(length)

    def loss(x: Any) -> Any:
        return model(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0].square().mean()

    return _differentiated(way, loss, inputs, list(model.parameters()))


def layer_norm(way: Way, given: Given) -> Program:
    """A layer norm of 4 sequences, 768 wide."""
    lib = way.lib
    lib.manual_seed(0)
    model = lib.nn.LayerNorm(768)
    inputs = lib.randn(4, given.sizes["length"], 768, requires_grad=True)
    gradient = lib.randn(*inputs.shape)
    return _differentiated(way, model, inputs, list(model.parameters()), gradient)


def convolution(way: Way, given: Given) -> Program:
    """A convolution by 3 × 3, from 32 to 64 channels of 26 × 26."""
    lib, batch = way.lib, given.sizes["batch"]
    lib.manual_seed(0)
    model = lib.nn.Conv2d(32, 64, 3)
    inputs = lib.randn(batch, 32, 26, 26, requires_grad=True)
    gradient = lib.randn(batch, 64, 24, 24)
    return _differentiated(way, model, inputs, list(model.parameters()), gradient)


def max_pool(way: Way, given: Given) -> Program:
    """Max-pooling by 2 × 2 of 64 channels of 24 × 24."""
    lib, batch = way.lib, given.sizes["batch"]
    lib.manual_seed(0)
    inputs = lib.randn(batch, 64, 24, 24, requires_grad=True)
    gradient = lib.randn(batch, 64, 12, 12)
    pool = lib.nn.functional.max_pool2d
    return _differentiated(way, lambda x: pool(x, 2), inputs, [], gradient)


PARTS: dict[str, Callable[[Way, Given], Program]] = {
    "adam_mlp": adam_mlp,
    "attention": attention,
    "layer_norm": layer_norm,
    "convolution": convolution,
    "max_pool": max_pool,
}
