"""What the plugin registers is what it defines, found in nn and nn.functional under PyTorch's names."""

from __future__ import annotations

import importlib
import inspect

import pytest

import deep_learner as dl
import deep_learner_layers.functions
import deep_learner_layers.layers
from deep_learner import nn
from deep_learner.nn import functional
from deep_learner_layers.hooks import FUNCTIONS, LAYERS

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

LAYER_NAMES = [(module, name) for module, names in LAYERS.items() for name in names.split()]
FUNCTION_NAMES = [(module, name) for module, names in FUNCTIONS.items() for name in names.split()]


def public(module):
    return sorted(name for name in vars(module) if not name.startswith("_") and name != "annotations")


@pytest.mark.parametrize(("module", "name"), LAYER_NAMES)
def test_layers_are_found_documented_and_named_as_in_pytorch(module, name):
    layer = getattr(nn, name)
    assert layer is getattr(importlib.import_module(f"deep_learner_layers.{module}"), name)
    assert issubclass(layer, nn.Module) or name == "LinearCrossEntropyOptions"
    assert inspect.getdoc(layer)
    assert name in dir(nn)
    original = inspect.unwrap(getattr(torch.nn, name).__init__)  # below a decorator that warns
    theirs = [p for p in inspect.signature(original).parameters if p not in ("self", "args", "kwargs")]
    ours = [p for p in inspect.signature(layer).parameters if p not in ("args", "kwargs")]
    assert ours == theirs or "kwargs" in inspect.signature(original).parameters  # which hide them


@pytest.mark.parametrize(("module", "name"), FUNCTION_NAMES)
def test_functions_are_found_and_documented(module, name):
    function = getattr(functional, name)
    assert function is getattr(importlib.import_module(module), name)
    assert inspect.getdoc(function)
    assert name in dir(functional)
    assert hasattr(torch.nn.functional, name)


@pytest.mark.parametrize("name", [name for module, name in FUNCTION_NAMES if "layers" in module])
def test_functions_have_pytorchs_parameters(name):
    theirs = getattr(torch.nn.functional, name)
    if not inspect.isfunction(theirs) or "args" in inspect.signature(theirs).parameters:
        pytest.skip(
            "PyTorch does not tell the signature of a built-in function, nor of one that chooses another"
        )
    ours = inspect.signature(getattr(functional, name)).parameters
    expected = inspect.signature(theirs).parameters
    assert list(ours) == list(expected)
    for parameter in expected:
        assert ours[parameter].default == expected[parameter].default


def test_the_views_for_type_checkers_show_what_is_registered():
    assert public(deep_learner_layers.layers) == sorted(name for _, name in LAYER_NAMES)
    assert public(deep_learner_layers.functions) == sorted(name for _, name in FUNCTION_NAMES)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="Linear"):
        _ = nn.Liner
    with pytest.raises(AttributeError):
        _ = functional.no_such_function
    assert not hasattr(nn, "NoSuchLayer")


def test_layers_run_on_every_namespace_without_leaving_it():
    for place in ("strict", "strict:1"):
        model = nn.Sequential(
            nn.Embedding(5, 4), nn.LayerNorm(4), nn.Linear(4, 4), nn.GELU(), nn.Dropout(0.5), nn.Flatten()
        ).to(place)
        out = model(dl.tensor([[0, 1], [4, 4]], device=place))
        out.sum().backward()
        assert str(out.device) == str(dl.Device(place))
        assert {parameter.grad.device for parameter in model.parameters()} == {out.device}
