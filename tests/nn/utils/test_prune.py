"""Pruning: masks, their combination, and going back."""

from __future__ import annotations

import importlib

import pytest

from deep_learner import nn
from tests.layers.oracle import assert_refused, random
from tests.nn.utils.oracle import INPUTS, close, dl, made, same_state, torch

prune = nn.utils.prune
importlib.import_module("torch.nn.utils.prune")  # which torch.nn.utils does not import by itself
WAYS = {
    "identity": [("identity",)],
    "l1": [("l1_unstructured", 0.4)],
    "nothing": [("l1_unstructured", 0), ("random_structured", 0, 1)],
    "random": [("random_unstructured", 3)],
    "random slices": [("random_structured", 1, 0)],
    "norms of slices": [("ln_structured", 0.5, 2, 0)],
    "slices, then elements": [("ln_structured", 0.5, 1, 0), ("l1_unstructured", 0.3)],
    "three": [
        ("ln_structured", 1, float("inf"), 1),
        ("random_structured", 1, -1),
        ("random_unstructured", 0.3),
    ],
}


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("ways", WAYS.values(), ids=WAYS)
def test_pruned_layers_agree(kind, ways):
    layers, outs = {}, {}
    for lib in (dl, torch):
        layers[lib], x = made(lib, kind)
        for way, *options in ways:
            getattr(lib.nn.utils.prune, way)(layers[lib], "weight", *options)
        outs[lib] = layers[lib](x)
        outs[lib].sum().backward()
    close(outs[dl], outs[torch])
    same_state(layers[dl], layers[torch])
    assert prune.is_pruned(nn.Sequential(layers[dl]))
    for lib, layer in layers.items():
        lib.nn.utils.prune.remove(layer, "weight")
    same_state(layers[dl], layers[torch])
    assert not prune.is_pruned(layers[dl])


def test_importance_and_masks_may_be_given():
    layers = []
    for lib in (dl, torch):
        layer, _ = made(lib, "Linear")
        scores = lib.arange(20.0).reshape(5, 4)
        lib.nn.utils.prune.l1_unstructured(layer, "weight", 7, importance_scores=scores)
        lib.nn.utils.prune.ln_structured(layer, "weight", 1, 2, 1, importance_scores=-scores)
        lib.nn.utils.prune.custom_from_mask(layer, "bias", lib.tensor([1, 0, 1, 0, 1]))
        layers.append(layer)
    same_state(*layers)


def test_several_tensors_are_pruned_as_one():
    models = []
    for lib in (dl, torch):
        lib.manual_seed(1)
        model = lib.nn.Sequential(lib.nn.Linear(4, 5), lib.nn.Linear(5, 3))
        places = [(model[0], "weight"), (model[1], "weight"), (model[1], "bias")]
        way = lib.nn.utils.prune
        way.global_unstructured(places, way.L1Unstructured, amount=0.4)
        way.global_unstructured(places, way.RandomUnstructured, amount=3)
        way.global_unstructured(
            places[:1], way.L1Unstructured, {places[0]: lib.arange(20.0).reshape(5, 4)}, amount=2
        )
        models.append(model)
    same_state(*models)


def test_a_method_can_be_applied_to_a_tensor_alone():
    t = random(3, 4)
    ours = prune.L1Unstructured(5).prune(dl.tensor(t))
    theirs = torch.nn.utils.prune.L1Unstructured(5).prune(torch.tensor(t))
    close(ours, theirs)


def way(name, *options):
    return lambda lib, x: getattr(lib.nn.utils.prune, name)(lib.nn.Linear(4, 5), *options)


@pytest.mark.parametrize(
    "misuse",
    [
        way("l1_unstructured", "weight", -1),
        way("l1_unstructured", "weight", 1.5),
        way("l1_unstructured", "weight", 21),
        way("l1_unstructured", "weight", "much"),
        way("random_structured", "bias", 1, 0),
        way("ln_structured", "weight", 1, 2, 5),
        way("remove", "weight"),
        lambda lib, x: way("custom_from_mask", "weight", lib.ones(4, 4))(lib, x),
        lambda lib, x: way("l1_unstructured", "weight", 1, lib.ones(3))(lib, x),
        lambda lib, x: lib.nn.utils.prune.global_unstructured(3, lib.nn.utils.prune.L1Unstructured, amount=1),
        lambda lib, x: lib.nn.utils.prune.global_unstructured(
            [(lib.nn.Linear(4, 5), "weight")], lib.nn.utils.prune.LnStructured, amount=1, n=2
        ),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(1))


def test_a_refused_mask_leaves_the_parameter():
    layer, _ = made(dl, "Linear")
    weight = layer.weight
    with pytest.raises(AssertionError):
        prune.custom_from_mask(layer, "weight", dl.ones(2, 2))
    assert layer.weight is weight
    assert list(layer.state_dict()) == ["bias", "weight"]
