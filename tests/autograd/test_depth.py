"""A chain of a million operations: no recursion, and memory freed by reference counting alone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd
from deep_learner.autograd.graph import Node

DEPTH = 1_000_000


@pytest.fixture
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def nodes_alive() -> int:
    return sum(issubclass(type(thing), Node) for thing in gc.get_objects())


def chain(x: Tensor, depth: int) -> Tensor:
    for _ in range(depth):
        x = -x
    return x


@pytest.mark.usefixtures("_no_collector")
def test_a_million_operations_backward_and_freed_without_recursion() -> None:
    x = dl.tensor([3.0], requires_grad=True)
    before = nodes_alive()
    y = chain(x, DEPTH)
    end = weakref.ref(y._node)
    y.backward()
    assert x.grad.item() == 1.0
    del y
    assert end() is None
    assert nodes_alive() == before


@pytest.mark.usefixtures("_no_collector")
def test_a_million_operations_never_differentiated_are_freed_without_recursion() -> None:
    x = dl.tensor([3.0], requires_grad=True)
    before = nodes_alive()
    y = chain(x, DEPTH)
    del y
    assert nodes_alive() == before


@pytest.mark.usefixtures("_no_collector")
def test_recorded_pass_over_a_long_chain_needs_no_recursion() -> None:
    x = dl.tensor([3.0], requires_grad=True)
    before = nodes_alive()
    [gradient] = autograd.grad(chain(x, 100_000), x, create_graph=True)
    assert gradient.item() == 1.0
    del gradient
    assert nodes_alive() == before


@pytest.mark.usefixtures("_no_collector")
def test_long_chain_of_in_place_operations_is_freed() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    before = nodes_alive()
    y = x * 1
    for _ in range(20_000):
        y.neg_()
    y.backward()
    assert x.grad.item() == 1.0
    del y
    assert nodes_alive() == before


@pytest.mark.usefixtures("_no_collector")
def test_long_chain_of_views_is_freed() -> None:
    y = dl.ones(2, 3)
    first = weakref.ref(y)
    for _ in range(200_000):
        y = y.T
    del y
    assert first() is None


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("create_graph", [False, True])
def test_tensors_and_saved_arrays_are_freed_by_reference_counting(create_graph: bool) -> None:
    x = dl.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    before = nodes_alive()
    y = (x @ x.T).exp()
    z = (y.softmax(1) * x[0]).sum() + x.unbind()[1].sum()
    arrays = [weakref.ref(y._array), weakref.ref(y), weakref.ref(z._node)]
    gradients = autograd.grad(z, x, create_graph=create_graph)
    del y, z, gradients
    assert [array() for array in arrays] == [None, None, None]
    assert nodes_alive() == before


@pytest.mark.usefixtures("_no_collector")
def test_hooks_and_retained_gradients_keep_nothing_alive() -> None:
    x = dl.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: g * 2)
    x.register_post_accumulate_grad_hook(lambda t: None)
    y = x.exp()
    y.retain_grad()
    y.sum().backward()
    tensors = [weakref.ref(x), weakref.ref(y)]
    del x, y
    assert [tensor() for tensor in tensors] == [None, None]
