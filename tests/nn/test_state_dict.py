"""Taking state out and putting it back: PyTorch's keys, versions and errors."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import block, both, message, torch, tower, values


def test_state_comes_back_in_another_module():
    first, second = tower(dl), tower(dl)
    with dl.no_grad():
        first[0].scale += 1
        first[1].mean += 2
    result = second.load_state_dict(first.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    assert result == ([], [])
    for (name, ours), (other, theirs) in zip(
        first.state_dict().items(), second.state_dict().items(), strict=True
    ):
        assert name == other
        np.testing.assert_array_equal(values(ours), values(theirs))


def test_loading_copies_into_the_same_parameters():
    module, other = block(dl), block(dl)
    weight = module.inner.weight
    module.load_state_dict(other.state_dict())
    assert module.inner.weight is weight
    with dl.no_grad():
        other.inner.weight += 1
    assert not np.array_equal(values(module.inner.weight), values(other.inner.weight))


def test_state_shares_memory_outside_the_graph_unless_variables_are_kept():
    module = block(dl)
    state = module.state_dict()
    assert not state["scale"].requires_grad
    with dl.no_grad():
        module.scale += 1
    assert state["scale"].tolist() == [2.0, 2.0, 2.0]
    assert module.state_dict(keep_vars=True)["scale"] is module.scale


def test_state_goes_into_a_given_dictionary():
    target = OrderedDict(first=1)
    assert block(dl).state_dict(destination=target, prefix="b.") is target
    assert list(target) == ["first", "b.scale", "b.mean", "b.inner.weight", "b.inner.bias"]


def test_versions_are_kept_beside_the_state():
    theirs, ours = both(lambda library: dict(block(library).state_dict()._metadata))
    assert ours == theirs


def spoiled(library, change):
    def load():
        state = block(library).state_dict()
        change(state, library)
        block(library).load_state_dict(state)

    return load


SPOILED = {
    "missing": lambda state, lib: state.pop("scale"),
    "unexpected": lambda state, lib: state.update({"new": lib.ones(1), "inner.new": lib.ones(1)}),
    "below nothing": lambda state, lib: state.update({"other.weight": lib.ones(1)}),
    "wrong shape": lambda state, lib: state.update({"scale": lib.ones(4), "inner.bias": lib.ones(2, 1)}),
    "everything": lambda state, lib: (state.pop("mean"), state.update(scale=lib.ones(4), new=lib.ones(1))),
}


@pytest.mark.parametrize("change", SPOILED.values(), ids=SPOILED.keys())
def test_a_state_that_does_not_fit_is_told_in_pytorchs_words(change):
    theirs, ours = both(lambda library: message(spoiled(library, change)))
    assert ours == theirs


def test_values_that_are_no_tensors_are_refused():
    with pytest.raises(RuntimeError, match=r'parameter named "scale", expected deep_learner\.Tensor'):
        spoiled(dl, lambda state, lib: state.update(scale=[1.0, 1.0, 1.0]))()
    with pytest.raises(TypeError, match="dict-like"):
        block(dl).load_state_dict([("scale", dl.ones(3))])


def test_without_strictness_the_answer_tells_what_was_left():
    def load(library):
        state = block(library).state_dict()
        del state["scale"]
        state["new"] = library.ones(1)
        return tuple(block(library).load_state_dict(state, strict=False))

    theirs, ours = both(load)
    assert ours == theirs == (["scale"], ["new"])


def test_a_single_number_fits_a_scalar():
    module = nn.Module()
    module.scale = nn.Parameter(dl.zeros(()))
    module.load_state_dict({"scale": dl.ones(1)})
    assert module.scale.item() == 1.0


def test_assigning_puts_the_given_tensors_in_place():
    module = block(dl)
    module.scale.requires_grad_(False)
    state = {name: tensor.to(dl.float64) for name, tensor in block(dl).state_dict().items()}
    module.load_state_dict(state, assign=True)
    assert module.inner.weight.dtype is dl.float64
    assert isinstance(module.inner.weight, nn.Parameter)
    assert module.inner.weight.requires_grad
    assert not module.scale.requires_grad
    assert module.mean is state["mean"]


def with_extra(library):
    class Extra(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.count = 1

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    return Extra()


def test_extra_state_travels_along():
    first, second = with_extra(dl), with_extra(dl)
    first.count = 7
    second.load_state_dict(first.state_dict())
    assert second.count == 7
    theirs, ours = both(lambda library: list(with_extra(library).state_dict()))
    assert ours == theirs
    theirs, ours = both(lambda library: message(lambda: with_extra(library).load_state_dict({})))
    assert ours == theirs


def test_hooks_see_the_state_come_and_go():
    module, seen = block(dl), []
    handles = [
        module.register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(("pre", prefix))),
        module.register_state_dict_post_hook(lambda m, state, prefix, _: state.update({prefix + "more": 1})),
        module.register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: state.pop(prefix + "more")),
        module.register_load_state_dict_post_hook(lambda m, keys: seen.append(keys)),
    ]
    state = module.state_dict(prefix="x.")
    assert state["x.more"] == 1
    module.load_state_dict({name.removeprefix("x."): value for name, value in state.items()})
    assert seen == [("pre", "x."), ([], [])]
    for handle in handles:
        handle.remove()
    assert "more" not in module.state_dict()


def test_a_hook_after_loading_may_forgive_but_not_answer():
    module = block(dl)
    handle = module.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    module.load_state_dict({})
    handle.remove()
    module.register_load_state_dict_post_hook(lambda m, keys: keys)
    with pytest.raises(AssertionError):
        module.load_state_dict(module.state_dict())


def test_states_of_pytorch_fit_by_name_and_shape():
    there, here = tower(torch), tower(dl)
    here.load_state_dict({name: dl.tensor(values(tensor)) for name, tensor in there.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(
        values(here[1](dl.tensor(x))), values(there[1](torch.tensor(x))), rtol=1e-6, atol=1e-6
    )


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(2, 2)
        self.right = self.left
        self.register_buffer("steps", dl.zeros(1))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_are_whole_and_independent(duplicate):
    module = Pair().eval()
    other = duplicate(module)
    assert other.left is other.right
    assert not other.training
    assert isinstance(other.left.weight, nn.Parameter)
    assert [name for name, _ in other.named_buffers()] == ["steps"]
    np.testing.assert_array_equal(values(other.left.weight), values(module.left.weight))
    with dl.no_grad():
        other.left.weight += 1
    assert not np.array_equal(values(other.left.weight), values(module.left.weight))
