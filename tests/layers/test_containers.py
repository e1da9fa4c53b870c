"""Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict."""

from __future__ import annotations

import copy
from collections import OrderedDict

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import both, message


def layers(library, count=4):
    return [library.nn.Linear(i + 1, i + 2) for i in range(count)]


def shrunk(model):
    del model[1:3]
    return model


def without(model, key):
    model.pop(key)
    return model


def changed(model, index, module):
    model[index] = module
    return model


SEQUENTIALS = {
    "empty": lambda lib: lib.nn.Sequential(),
    "plain": lambda lib: lib.nn.Sequential(*layers(lib)),
    "named": lambda lib: lib.nn.Sequential(OrderedDict(a=lib.nn.ReLU(), b=lib.nn.Tanh())),
    "slice": lambda lib: lib.nn.Sequential(*layers(lib))[1:3],
    "step": lambda lib: lib.nn.Sequential(*layers(lib))[::2],
    "item": lambda lib: lib.nn.Sequential(*layers(lib))[-1],
    "deleted": lambda lib: shrunk(lib.nn.Sequential(*layers(lib))),
    "popped": lambda lib: without(lib.nn.Sequential(*layers(lib)), -2),
    "replaced": lambda lib: changed(lib.nn.Sequential(*layers(lib)), 2, lib.nn.ReLU()),
    "replaced by name": lambda lib: changed(
        lib.nn.Sequential(OrderedDict(a=lib.nn.ReLU())), 0, lib.nn.Tanh()
    ),
    "appended": lambda lib: lib.nn.Sequential(*layers(lib)).append(lib.nn.ReLU()),
    "inserted": lambda lib: lib.nn.Sequential(*layers(lib)).insert(1, lib.nn.ReLU()),
    "inserted from the end": lambda lib: lib.nn.Sequential(*layers(lib)).insert(-1, lib.nn.ReLU()),
    "extended": lambda lib: lib.nn.Sequential(*layers(lib)).extend([lib.nn.ReLU(), lib.nn.Tanh()]),
    "added": lambda lib: lib.nn.Sequential(*layers(lib, 2)) + lib.nn.Sequential(lib.nn.ReLU()),
    "multiplied": lambda lib: lib.nn.Sequential(lib.nn.ReLU(), lib.nn.Tanh()) * 2,
    "multiplied from the left": lambda lib: 2 * lib.nn.Sequential(lib.nn.ReLU()),
}
LISTS = {
    "empty": lambda lib: lib.nn.ModuleList(),
    "plain": lambda lib: lib.nn.ModuleList(layers(lib)),
    "repeated": lambda lib: lib.nn.ModuleList(
        [lib.nn.Linear(2, 2)] * 3 + [lib.nn.ReLU()] + [lib.nn.Sequential()] * 2
    ),
    "nested": lambda lib: lib.nn.ModuleList([lib.nn.Sequential(lib.nn.ReLU()) for _ in range(2)]),
    "slice": lambda lib: lib.nn.ModuleList(layers(lib))[1:],
    "item": lambda lib: lib.nn.ModuleList(layers(lib))[-1],
    "deleted": lambda lib: shrunk(lib.nn.ModuleList(layers(lib))),
    "popped": lambda lib: without(lib.nn.ModuleList(layers(lib)), 0),
    "added": lambda lib: lib.nn.ModuleList(layers(lib)) + [lib.nn.ReLU()],  # noqa: RUF005
    "replaced": lambda lib: changed(lib.nn.ModuleList(layers(lib)), -1, lib.nn.ReLU()),
}
DICTS = {
    "empty": lambda lib: lib.nn.ModuleDict(),
    "mapping": lambda lib: lib.nn.ModuleDict({"a": lib.nn.ReLU(), "b": lib.nn.Linear(2, 2)}),
    "pairs": lambda lib: lib.nn.ModuleDict([("a", lib.nn.ReLU()), ["b", lib.nn.Tanh()]]),
    "popped": lambda lib: without(lib.nn.ModuleDict({"a": lib.nn.ReLU(), "b": lib.nn.Tanh()}), "a"),
    "replaced": lambda lib: changed(
        lib.nn.ModuleDict({"a": lib.nn.ReLU(), "b": lib.nn.Tanh()}), "a", lib.nn.Tanh()
    ),
}
CONTAINERS = {
    f"{kind} {name}": make
    for kind, table in (("sequential", SEQUENTIALS), ("list", LISTS), ("dict", DICTS))
    for name, make in table.items()
}


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_containers_print_and_name_their_parts_as_in_pytorch(make):
    theirs, ours = both(lambda library: (repr(make(library)), list(make(library).state_dict())))
    assert ours == theirs


MISUSES = {
    "index too large": lambda lib: lib.nn.Sequential(lib.nn.ReLU())[1],
    "slot too large": lambda lib: lib.nn.ModuleList()[0],
    "function as layer": lambda lib: lib.nn.Sequential(lambda x: x),
    "adding a list": lambda lib: lib.nn.Sequential() + [lib.nn.ReLU()],  # noqa: RUF005
    "multiplying by zero": lambda lib: lib.nn.Sequential() * 0,
    "multiplying by a fraction": lambda lib: lib.nn.Sequential() * 1.5,
    "inserting too far": lambda lib: lib.nn.Sequential().insert(2, lib.nn.ReLU()),
    "extending a list by a number": lambda lib: lib.nn.ModuleList().extend(3),
    "calling a list": lambda lib: lib.nn.ModuleList()(1),
    "calling a dict": lambda lib: lib.nn.ModuleDict()(1),
    "missing key": lambda lib: lib.nn.ModuleDict()["a"],
    "updating by a number": lambda lib: lib.nn.ModuleDict(3),
    "updating by singles": lambda lib: lib.nn.ModuleDict([[lib.nn.ReLU()]]),
    "key that is a method": lambda lib: lib.nn.ModuleDict({"forward": lib.nn.ReLU()}),
    "calling parameters": lambda lib: lib.nn.ParameterList()(1),
    "calling a dict of parameters": lambda lib: lib.nn.ParameterDict()(1),
    "extending parameters by a tensor": lambda lib: lib.nn.ParameterList(lib.ones(2)),
    "parameter too far": lambda lib: lib.nn.ParameterList()[0],
    "missing parameter": lambda lib: lib.nn.ParameterDict()["a"],
    "parameter's name that is no text": lambda lib: lib.nn.ParameterDict({1: lib.ones(1)}),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_raises_what_pytorch_raises(misuse):
    theirs, ours = both(lambda library: message(lambda: misuse(library)))
    assert ours[0] == theirs[0]


def test_a_chain_passes_its_input_on():
    model = nn.Sequential(nn.Flatten(0), nn.ReLU())
    assert model(dl.tensor([[-1.0], [2.0]])).tolist() == [0.0, 2.0]
    assert nn.Sequential()(3) == 3


def test_a_slice_shares_its_modules():
    model = nn.Sequential(*layers(dl))
    assert model[1:][0] is model[1]
    assert isinstance(model[1:], nn.Sequential)


def test_chains_grow_in_place():
    model = nn.Sequential(nn.ReLU())
    same = model
    same += nn.Sequential(nn.Tanh())
    same *= 2
    assert same is model
    assert [type(module).__name__ for module in model] == ["ReLU", "Tanh", "ReLU", "Tanh"]


def test_dictionaries_of_modules_behave_like_dictionaries():
    choices = nn.ModuleDict({"a": nn.ReLU()})
    choices.update({"b": nn.Tanh()})
    assert list(choices) == list(choices.keys()) == ["a", "b"]
    assert "a" in choices
    assert len(choices) == 2
    assert [type(module).__name__ for module in choices.values()] == ["ReLU", "Tanh"]
    assert dict(choices.items())["b"] is choices["b"]
    del choices["a"]
    assert choices.pop("b").__class__ is nn.Tanh
    choices.clear()
    assert len(choices) == 0


def parameters(library):
    return library.nn.ParameterList([library.ones(2), library.nn.Parameter(library.ones(2, 3)), 3])


def test_lists_of_parameters_print_and_name_their_parts_as_in_pytorch():
    theirs, ours = both(lambda lib: (repr(parameters(lib)), list(parameters(lib).state_dict())))
    assert (ours[0].replace("deep_learner.", "torch."), ours[1]) == theirs


def test_lists_of_parameters_behave_like_lists():
    values = parameters(dl)
    assert len(values) == 3
    assert all(isinstance(value, nn.Parameter) for value in values[:2])
    assert values[-1] == 3
    values[0] = dl.zeros(1)
    values += [dl.ones(4)]
    assert [name for name, _ in values.named_parameters()] == ["0", "1", "3"]
    assert isinstance(values[0], nn.Parameter)
    assert len(list(values)) == 4


def test_dictionaries_of_parameters_behave_like_dictionaries():
    values = nn.ParameterDict({"a": dl.ones(1), "b": 3})
    assert isinstance(values["a"], nn.Parameter)
    assert list(values) == ["a", "b"]
    assert list(reversed(values)) == ["b", "a"]
    assert values.get("c", 5) == 5
    assert values.setdefault("c", 6) == 6
    assert (values | {"d": 7})["d"] == 7
    assert "d" not in values
    values |= {"d": dl.ones(2)}
    assert list(values.state_dict()) == ["a", "d"]
    assert values.pop("b") == 3
    assert values.popitem()[0] == "d"
    assert list(values.copy().keys()) == ["a", "c"]
    assert list(values.fromkeys(["x"], 1).items()) == [("x", 1)]
    assert "Parameter containing: [deep_learner.float32 of size 1]" in repr(values)
    with pytest.raises(KeyError):
        values["update"] = dl.ones(1)
    values.clear()
    assert list(values.values()) == []
    with pytest.raises(KeyError):
        values.popitem()


def test_copied_containers_are_independent():
    values = nn.ParameterList([dl.ones(2)])
    other = copy.deepcopy(values)
    with dl.no_grad():
        other[0] += 1
    np.testing.assert_array_equal(values[0].detach().numpy(), [1.0, 1.0])
    assert len(other) == 1
