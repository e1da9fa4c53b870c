"""Walking over modules, parameters and buffers in PyTorch's order."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import both, tower

WALKS = {
    "parameters": lambda m: [name for name, _ in m.named_parameters()],
    "parameters with duplicates": lambda m: [n for n, _ in m.named_parameters(remove_duplicate=False)],
    "parameters below a prefix": lambda m: [name for name, _ in m.named_parameters(prefix="model")],
    "own parameters": lambda m: [name for name, _ in m[0].named_parameters("own", recurse=False)],
    "number of parameters": lambda m: len(list(m.parameters())),
    "buffers": lambda m: [name for name, _ in m.named_buffers()],
    "buffers with duplicates": lambda m: [n for n, _ in m.named_buffers("x", remove_duplicate=False)],
    "own buffers": lambda m: len(list(m[0].buffers(recurse=False))),
    "modules": lambda m: [name for name, _ in m.named_modules()],
    "modules with duplicates": lambda m: [n for n, _ in m.named_modules(prefix="x", remove_duplicate=False)],
    "number of modules": lambda m: len(list(m.modules())),
    "children": lambda m: [name for name, _ in m.named_children()],
    "number of children": lambda m: len(list(m.children())),
    "keys": lambda m: list(m.state_dict()),
    "keys below a prefix": lambda m: list(m.state_dict(prefix="model.")),
}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_walks_give_pytorchs_names_in_pytorchs_order(walk):
    theirs, ours = both(lambda library: walk(tower(library)))
    assert ours == theirs


def test_apply_visits_children_first():
    def visited(library):
        seen = []
        tower(library).apply(lambda module: seen.append(type(module).__name__))
        return seen

    theirs, ours = both(visited)
    assert ours == theirs


def test_modes_reach_every_descendant():
    model = tower(dl)
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    model[0].train()
    assert [module.training for module in model] == [True, False, True]


def test_freezing_and_zeroing_reach_every_parameter():
    model = tower(dl)
    model[0](dl.ones(1, 3)).sum().backward()
    assert model[0].scale.has_grad
    model.zero_grad(set_to_none=False)
    assert model[0].scale.has_grad
    assert model[0].scale.grad.tolist() == [0.0, 0.0, 0.0]
    assert not model[1].scale.has_grad
    model.zero_grad()
    assert not model[0].scale.has_grad
    assert model.requires_grad_(False) is model
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_a_plain_call_is_the_forward():
    class Two(nn.Module):
        def forward(self, a, *, b):
            return a, b

    assert Two()(1, b=2) == (1, 2)
