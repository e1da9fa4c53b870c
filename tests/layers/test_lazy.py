"""Layers that learn their sizes from the first batch behave as PyTorch's."""

from __future__ import annotations

import copy
import pickle

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.nn.parameter import is_lazy

pytest.importorskip("deep_learner_layers", reason="the layers are not installed")

from tests.layers.oracle import assert_refused, torch


def network(lib):
    return lib.nn.Sequential(lib.nn.LazyConv1d(3, 2), lib.nn.Flatten(), lib.nn.LazyLinear(2))


def told(lib, module):
    """A module as text, and which of its parameters have which shape."""
    return repr(module), [
        (name, "Uninitialized" in repr(value) or tuple(value.shape))
        for name, value in module.state_dict().items()
    ]


def test_sizes_are_found_in_the_first_batch_and_values_drawn_as_pytorch_draws_them():
    outcomes = []
    for lib in (torch, dl):
        lib.manual_seed(5)
        module = network(lib)
        before = told(lib, module)
        module(lib.ones(2, 4, 5))
        values = [value.tolist() for value in module.parameters()]
        outcomes.append((before, told(lib, module), values))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("filled", [True, False], ids=["initialized", "not"])
@pytest.mark.parametrize("filling", [True, False], ids=["from initialized", "from not"])
def test_states_are_loaded_where_pytorch_loads_them(filled, filling):
    def load(lib):
        target, source = network(lib), network(lib)
        for module, is_filled in ((target, filled), (source, filling)):
            if is_filled:
                module(lib.ones(2, 4, 5))
        try:
            target.load_state_dict(source.state_dict())
        except RuntimeError:
            return "refused"
        return told(lib, target), filling and [value.tolist() for value in target.state_dict().values()] == [
            value.tolist() for value in source.state_dict().values()
        ]

    assert load(dl) == load(torch)


REFUSED = {
    "shape": lambda lib: network(lib)[2].weight.shape,
    "arithmetic": lambda lib: network(lib)[2].weight + 1,
    "initialization": lambda lib: lib.nn.init.ones_(network(lib)[2].weight),
    "another size than in the state": lambda lib: loaded(lib)(lib.ones(2, 5)),
    "a state without a part": lambda lib: lib.nn.LazyLinear(2).load_state_dict({"weight": lib.ones(2, 3)}),
    "dimensions": lambda lib: lib.nn.LazyConv2d(2, 3)(lib.ones(2, 3)),
    "groups": lambda lib: lib.nn.LazyConv1d(4, 1, groups=2)(lib.ones(1, 3, 2)),
}


def loaded(lib):
    layer = lib.nn.LazyLinear(2)
    layer.load_state_dict(lib.nn.Linear(3, 2).state_dict())
    return layer


@pytest.mark.parametrize("case", REFUSED)
def test_what_pytorch_refuses_is_refused(case):
    assert_refused(REFUSED[case])


def test_a_loaded_layer_goes_on_with_the_loaded_values():
    layer = loaded(dl)
    weight = layer.weight.tolist()
    assert is_lazy(layer.weight) is False
    layer(dl.ones(1, 3))
    assert type(layer) is nn.Linear
    assert (layer.in_features, layer.weight.tolist()) == (3, weight)


def test_a_layer_can_be_cast_copied_and_pickled_before_its_first_batch():
    layer = nn.LazyLinear(2).to(dl.float64)
    for other in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert isinstance(other.weight, nn.UninitializedParameter)
        assert other(dl.ones(1, 3, dtype=dl.float64)).dtype is dl.float64
        assert type(other.weight) is nn.Parameter
        assert other.weight.requires_grad


def test_an_optimizer_made_before_the_first_batch_trains_the_layer():
    pytest.importorskip("deep_learner_optimizers", reason="the optimizers are not installed")
    layer = nn.LazyLinear(1, bias=False)
    optimizer = dl.optim.SGD(layer.parameters(), lr=1.0)
    layer(dl.ones(1, 2)).sum().backward()
    before = layer.weight.detach().clone()
    optimizer.step()
    assert (before - layer.weight).tolist() == [[1.0, 1.0]]


def test_a_layer_of_ones_own_may_stay_what_it_is():
    class Scale(nn.LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.UninitializedParameter()
            self.register_buffer("seen", nn.UninitializedBuffer(dtype=dl.int64))
            self.calls = 0

        def initialize_parameters(self, input):
            self.calls += 1
            for tensor in (self.factor, self.seen):
                tensor.materialize(input.shape[-1:])
            nn.init.ones_(self.factor)

        def forward(self, input):
            return input * self.factor

    layer = Scale()
    assert layer.has_uninitialized_params()
    assert [layer(dl.ones(2)).tolist() for _ in range(2)] == [[1.0, 1.0]] * 2
    assert layer.calls == 1
    assert (type(layer), type(layer.seen), layer.seen.dtype) == (Scale, nn.Buffer, dl.int64)


def test_a_layer_that_leaves_a_parameter_out_is_refused():
    class Forgetful(nn.LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = nn.UninitializedParameter()

        def initialize_parameters(self, input):
            pass

    with pytest.raises(RuntimeError, match="has not been fully initialized"):
        Forgetful()(dl.ones(1))
