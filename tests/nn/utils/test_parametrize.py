"""Parametrizations: modules that compute another module's tensors."""

from __future__ import annotations

import copy
import pickle

import pytest

from deep_learner import nn
from tests.layers.oracle import assert_refused, random
from tests.nn.utils.oracle import close, dl, made, same_state, torch

parametrize = nn.utils.parametrize


def symmetric(library):
    class Symmetric(library.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).T

        def right_inverse(self, a):
            return a.triu()

    return Symmetric()


def doubled(library):
    class Doubled(library.nn.Module):
        def forward(self, x):
            return x * 2

        def right_inverse(self, a):
            return a / 2

    return Doubled()


def summed(library):
    class Summed(library.nn.Module):
        def forward(self, x, y):
            return x + y

        def right_inverse(self, a):
            return a * 0.25, a * 0.75

    return Summed()


def square(library):
    library.manual_seed(3)
    return library.nn.Linear(4, 4)


@pytest.mark.parametrize("chain", [(symmetric,), (doubled, symmetric), (summed, doubled), (summed,)])
def test_chains_agree(chain):
    layers = {}
    for lib in (dl, torch):
        layers[lib] = layer = square(lib)
        register = lib.nn.utils.parametrize.register_parametrization
        for part in chain:
            register(layer, "weight", part(lib))
        register(layer, "bias", doubled(lib))
        layer.weight = lib.ones(4, 4) + lib.eye(4)
        (layer(lib.ones(2, 4)) ** 2).sum().backward()
    ours, theirs = layers[dl], layers[torch]
    same_state(ours, theirs)
    close(ours.weight, theirs.weight)
    assert type(ours).__name__ == type(theirs).__name__ == "ParametrizedLinear"
    for lib, layer in layers.items():
        lib.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        lib.nn.utils.parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    assert type(ours) is nn.Linear
    same_state(ours, theirs)
    assert repr(ours) == repr(theirs)


def test_the_original_stays_the_same_parameter():
    layer = square(dl)
    weight, optimizer = layer.weight, dl.optim.SGD(layer.parameters(), lr=0.1)
    parametrize.register_parametrization(layer, "weight", doubled(dl))
    assert layer.parametrizations.weight.original is weight
    layer(dl.ones(1, 4)).sum().backward()
    before = layer.weight.detach().clone()
    optimizer.step()
    assert (before - layer.weight).abs().sum().item() > 0
    parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight is weight


def test_within_cached_a_value_is_computed_once():
    class Counting(nn.Module):
        calls = 0

        def forward(self, x):
            Counting.calls += 1
            return x

    layer = square(dl)
    parametrize.register_parametrization(layer, "weight", Counting())
    Counting.calls = 0
    with parametrize.cached(), parametrize.cached():
        assert layer.weight is layer.weight
    assert Counting.calls == 1
    assert layer.weight.shape == (4, 4)
    assert Counting.calls == 2


def test_what_is_parametrized_is_told():
    layer = square(dl)
    assert not parametrize.is_parametrized(layer)
    parametrize.register_parametrization(layer, "weight", doubled(dl))
    assert parametrize.is_parametrized(layer)
    assert parametrize.is_parametrized(layer, "weight")
    assert not parametrize.is_parametrized(layer, "bias")
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert "weight" in layer.parametrizations
    assert [type(part).__name__ for part in layer.parametrizations.weight] == ["Doubled"]


def test_parametrizations_are_handed_on():
    source, target = square(dl), nn.Linear(4, 4)
    parametrize.register_parametrization(source, "weight", summed(dl))
    parametrize.transfer_parametrizations_and_params(source, target)
    close(target.weight, source.weight)
    assert target.parametrizations.weight.original0 is source.parametrizations.weight.original0


def test_buffers_and_lazily_changed_shapes_can_be_parametrized():
    layer = nn.BatchNorm1d(3)
    parametrize.register_parametrization(layer, "running_mean", doubled(dl))
    assert "parametrizations.running_mean.original" in layer.state_dict()
    assert dict(layer.named_buffers())["parametrizations.running_mean.original"].tolist() == [0.0] * 3


def test_a_parametrized_module_is_copied_but_not_pickled():
    layer, x = made(dl, "Linear")
    parametrize.register_parametrization(layer, "weight", doubled(dl))
    other = copy.deepcopy(layer)
    close(other(x), layer(x))
    assert other.parametrizations.weight.original is not layer.parametrizations.weight.original
    with pytest.raises(RuntimeError, match="state_dict"):
        pickle.dumps(layer)


def wrong(result, inverse=None):
    def make(lib):
        class Wrong(lib.nn.Module):
            def forward(self, *x):
                return result(lib, *x)

            if inverse is not None:

                def right_inverse(self, a):
                    return inverse(lib, a)

        return Wrong()

    return make


def register(*parts, name="weight"):
    def misuse(lib, x):
        layer = square(lib)
        for part in parts:
            lib.nn.utils.parametrize.register_parametrization(layer, name, part(lib))
        return layer

    return misuse


@pytest.mark.parametrize(
    "misuse",
    [
        register(doubled, name="wait"),
        register(wrong(lambda lib, x: x[0])),
        register(wrong(lambda lib, x: x.double())),
        register(wrong(lambda lib, x: 3)),
        register(wrong(lambda lib, x: x, lambda lib, a: 3)),
        register(wrong(lambda lib, x: x, lambda lib, a: a.double())),
        register(wrong(lambda lib, x, y: x, lambda lib, a: (a, 3))),
        register(doubled, wrong(lambda lib, x: x[0])),
        register(doubled, wrong(lambda lib, x: x, lambda lib, a: a.double())),
        lambda lib, x: lib.nn.utils.parametrize.ParametrizationList([], x),
        lambda lib, x: lib.nn.utils.parametrize.remove_parametrizations(square(lib), "weight"),
        lambda lib, x: lib.nn.utils.parametrize.remove_parametrizations(
            register(summed)(lib, x), "weight", False
        ),
        lambda lib, x: setattr(register(wrong(lambda lib, x: x))(lib, x), "weight", lib.ones(4, 4)),
        lambda lib, x: setattr(register(doubled)(lib, x), "weight", lib.ones(4, 4).double()),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(4, 4))
