"""Parameters, buffers and children as attributes: the same as in PyTorch, down to the errors."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import block, both, message, tower


@pytest.fixture
def module():
    return block(dl)


def test_assigned_parameters_are_found_and_plain_tensors_are_not():
    module = nn.Module()
    module.weight = nn.Parameter(dl.ones(2))
    module.constant = dl.ones(2)
    assert [name for name, _ in module.named_parameters()] == ["weight"]
    assert module.constant.shape == (2,)


def test_assigning_moves_a_name_from_one_kind_to_another(module):
    module.mean = nn.Parameter(dl.ones(3))
    assert "mean" in dict(module.named_parameters())
    assert "mean" not in dict(module.named_buffers())
    module.scale = None
    assert module.scale is None
    module.inner = nn.Identity()
    assert [name for name, _ in module.named_parameters()] == ["mean"]
    module.plain = 3
    module.plain = nn.Parameter(dl.ones(1))
    assert "plain" not in vars(module)
    assert "plain" in dict(module.named_parameters())


def test_a_module_takes_the_name_of_a_parameter():
    def names(library):
        module = block(library)
        del module.scale
        module.scale = library.nn.Linear(1, 1)
        return sorted(module.state_dict())

    theirs, ours = both(names)
    assert ours == theirs


def test_a_buffer_is_replaced_by_assignment_and_keeps_its_persistence(module):
    module.mean = dl.ones(3)
    module.cache = dl.ones(1)
    assert dict(module.named_buffers())["mean"].tolist() == [1.0, 1.0, 1.0]
    assert "cache" not in module.state_dict()
    module.mean = None
    assert "mean" not in module.state_dict()


def test_assigned_buffers_are_registered():
    module = nn.Module()
    module.kept = nn.Buffer(dl.ones(2))
    module.passing = nn.Buffer(dl.ones(2), persistent=False)
    assert [name for name, _ in module.named_buffers()] == ["kept", "passing"]
    assert list(module.state_dict()) == ["kept"]


def test_deleted_members_are_gone(module):
    del module.scale, module.cache, module.inner
    assert [name for name, _ in module.named_parameters()] == []
    assert [name for name, _ in module.named_children()] == []
    with pytest.raises(AttributeError):
        _ = module.scale
    with pytest.raises(AttributeError):
        del module.scale


def test_dir_lists_members_but_not_numbers():
    assert {"scale", "mean", "inner", "forward"} <= set(dir(block(dl)))
    assert not [name for name in dir(tower(dl)) if name.isdigit()]


MISUSES = {
    "tensor for a parameter": lambda lib: setattr(block(lib), "scale", lib.ones(3)),
    "number for a child": lambda lib: setattr(block(lib), "inner", 3),
    "number for a buffer": lambda lib: setattr(block(lib), "mean", 3),
    "taken parameter name": lambda lib: block(lib).register_parameter("forward", None),
    "taken buffer name": lambda lib: block(lib).register_buffer("scale", None),
    "taken module name": lambda lib: block(lib).add_module("scale", None),
    "dotted name": lambda lib: block(lib).register_parameter("a.b", None),
    "empty name": lambda lib: block(lib).register_buffer("", None),
    "name that is no text": lambda lib: block(lib).add_module(3, None),
    "tensor registered as parameter": lambda lib: block(lib).register_parameter("new", lib.ones(1)),
    "number registered as buffer": lambda lib: block(lib).register_buffer("new", 3),
    "number registered as module": lambda lib: block(lib).add_module("new", 3),
    "missing attribute": lambda lib: block(lib).missing,
    "path that leads nowhere": lambda lib: block(lib).get_submodule("inner.missing"),
    "path to a parameter": lambda lib: block(lib).get_submodule("scale"),
    "parameter that is a module": lambda lib: block(lib).get_parameter("inner"),
    "parameter that is missing": lambda lib: block(lib).get_parameter("inner.missing"),
    "buffer that is a parameter": lambda lib: block(lib).get_buffer("scale"),
    "replacing the root": lambda lib: block(lib).set_submodule("", lib.nn.Identity()),
    "replacing a parameter": lambda lib: block(lib).set_submodule("scale", lib.nn.Identity()),
    "no forward": lambda lib: lib.nn.Module()(1),
    "training mode that is no truth value": lambda lib: block(lib).train(1),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_raises_what_pytorch_raises(misuse):
    theirs, ours = both(lambda library: message(lambda: misuse(library)))
    assert ours[0] == theirs[0]


@pytest.mark.parametrize(
    "name", ["taken parameter name", "empty name", "missing attribute", "path to a parameter", "no forward"]
)
def test_messages_are_pytorchs_where_there_is_nothing_to_add(name):
    theirs, ours = both(lambda library: message(lambda: MISUSES[name](library)))
    assert ours == theirs


def test_members_before_init_are_refused_with_the_cure():
    class Early(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(dl.ones(1))

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Early()


def test_a_parameter_must_be_a_leaf():
    weight = nn.Parameter(dl.ones(1))
    weight.requires_grad_(False)
    module = nn.Module()
    module.register_parameter("fine", weight)
    result = nn.Parameter(dl.ones(1))
    result._node = (dl.ones(1, requires_grad=True) * 2)._node
    with pytest.raises(ValueError, match="non-leaf"):
        module.register_parameter("bad", result)


def test_paths_lead_to_members():
    model = tower(dl)
    assert model.get_submodule("1.inner") is model[1].inner
    assert model.get_submodule("") is model
    assert model.get_parameter("0.inner.weight") is model[0].inner.weight
    assert model.get_buffer("1.mean") is model[1].mean
    new = nn.Identity()
    model.set_submodule("1.inner", new)
    assert model[1].inner is new
    model.set_submodule("1.extra", new)
    assert model[1].extra is new
    with pytest.raises(AttributeError):
        model.set_submodule("1.other", new, strict=True)


def test_parameters_share_the_memory_of_their_data():
    data = dl.zeros(2)
    parameter = nn.Parameter(data)
    with dl.no_grad():
        parameter += 1
    assert data.tolist() == [1.0, 1.0]
    assert parameter.requires_grad
    assert not data.requires_grad
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    assert nn.Parameter().shape == (0,)
    assert isinstance(parameter, dl.Tensor)
    assert repr(parameter).startswith("Parameter containing:\nTensor(")


def test_a_module_whose_init_was_forgotten_says_so():
    class Forgetful(dl.nn.Module):
        def __init__(self):
            self.size = 3

    with pytest.raises(AttributeError, match=r"no attribute '_.*; begin its __init__ with super"):
        list(Forgetful().parameters())
