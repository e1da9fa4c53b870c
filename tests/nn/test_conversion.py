"""Changing dtype, device and backend of a module in place."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import block, both, message


@pytest.fixture
def module():
    module = block(dl)
    module.register_buffer("count", dl.zeros(1, dtype=dl.int64))
    return module


def dtypes(module):
    return {name: str(tensor.dtype).split(".")[-1] for name, tensor in module.state_dict().items()}


@pytest.mark.parametrize(
    "change",
    [
        lambda m, lib: m.double(),
        lambda m, lib: m.double().float(),
        lambda m, lib: m.half(),
        lambda m, lib: m.to(lib.float64),
        lambda m, lib: m.to("cpu", lib.float64),
        lambda m, lib: m.to(device="cpu", dtype=lib.float64),
        lambda m, lib: m.to(lib.zeros(1, dtype=lib.float64)),
        lambda m, lib: m.type(lib.float64),
        lambda m, lib: m.cpu(),
    ],
)
def test_dtypes_change_as_in_pytorch(change):
    def after(library):
        module = block(library)
        module.register_buffer("count", library.zeros(1, dtype=library.int64))
        assert change(module, library) is module
        return dtypes(module)

    theirs, ours = both(after)
    assert ours == theirs


def test_parameters_remain_the_same_objects_and_keep_their_gradients(module):
    before = list(module.parameters())
    module(dl.ones(2, 3)).sum().backward()
    module.double()
    after = list(module.parameters())
    assert all(a is b for a, b in zip(before, after, strict=True))
    for parameter in after:
        assert parameter.requires_grad
        assert parameter.is_leaf
        assert parameter.grad.dtype is dl.float64
    module.zero_grad()
    module(dl.ones(2, 3, dtype=dl.float64)).sum().backward()
    assert module.scale.grad.dtype is dl.float64


def test_modules_move_between_backends_and_devices(module):
    x = np.ones((2, 3), "float32")
    expected = module(dl.tensor(x)).detach().numpy()
    module.to("strict:1")
    assert {str(tensor.device) for tensor in module.state_dict().values()} == {str(dl.Device("strict:1"))}
    moved = module(dl.tensor(x, device="strict:1"))
    np.testing.assert_allclose(moved.detach().numpy(), expected, rtol=1e-6)
    moved.sum().backward()
    module.to(backend="numpy")
    assert {tensor.backend for tensor in module.state_dict().values()} == {"numpy"}
    assert module.scale.grad.backend == "numpy"


def test_shared_parameters_stay_shared():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    model.double()
    assert model[1].weight is model[0].weight
    assert len(list(model.parameters())) == 3


def test_only_numbers_with_fractions_are_chosen_for_a_module():
    theirs, ours = both(lambda library: message(lambda: block(library).to(library.int64)))
    assert ours[0] == theirs[0] == "TypeError"
    with pytest.raises(TypeError, match="device, a dtype or a tensor"):
        block(dl).to(3.5)
