"""Pickle, copy and deepcopy."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import Tensor
from deep_learner.nn import Parameter


@pytest.mark.parametrize("again", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy])
@pytest.mark.parametrize("device", ["cpu", "strict", "strict:1"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "float32", "float64", "complex64"])
def test_values_dtype_device_and_flag_survive(again: Any, device: str, dtype: str) -> None:
    x = dl.tensor([[1, 0], [1, 1]], dtype=dtype, device=device, requires_grad=dtype != "bool")
    y = again(x)
    assert y is not x and y.tolist() == x.tolist() and y.dtype is x.dtype and y.device == x.device
    assert y.requires_grad == x.requires_grad and y.is_leaf and y.backend == x.backend
    with dl.no_grad():
        y.zero_()
    assert x.tolist() == dl.tensor([[1, 0], [1, 1]], dtype=dtype).tolist()


@pytest.mark.parametrize("again", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_only_leaves_are_copied(again: Any) -> None:
    y = dl.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match=r"leaf.*MultiplyBackward.*detach"):
        again(y)
    assert again(y.detach()).tolist() == [2, 2]


def test_deepcopy_copies_the_gradient_too() -> None:
    x = dl.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    y = copy.deepcopy(x)
    y.grad.zero_()
    assert x.grad.tolist() == [3, 3] and y.has_grad
    assert not copy.deepcopy(dl.ones(2, requires_grad=True)).has_grad


def test_deepcopy_keeps_what_is_shared_shared() -> None:
    x = dl.ones(2)
    first, second = copy.deepcopy([x, x])
    assert first is second


def test_subclasses_survive() -> None:
    x = Parameter(dl.ones(2))
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert type(y) is Parameter and y.requires_grad and y.tolist() == [1, 1]


def test_dtypes_sizes_and_devices_are_pickled_as_themselves() -> None:
    for thing in (dl.float32, dl.Device("strict:1"), dl.zeros(2, 3).shape):
        assert pickle.loads(pickle.dumps(thing)) == thing
    assert pickle.loads(pickle.dumps(dl.float32)) is dl.float32


def test_clone_has_its_own_memory_and_stays_in_the_graph() -> None:
    x = dl.ones(2, requires_grad=True)
    y = x.clone()
    y.mul_(5)
    assert x.tolist() == [1, 1]
    y.sum().backward()
    assert x.grad.tolist() == [5, 5]


def test_tensor_of_a_tensor_is_a_copy_outside_the_graph() -> None:
    x = dl.ones(2, requires_grad=True)
    y = Tensor(x)
    assert y.is_leaf and not y.requires_grad
    y.zero_()
    assert x.tolist() == [1, 1]
