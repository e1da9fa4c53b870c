"""Compiled steps keep a bounded amount, and nothing of what they were given."""

from __future__ import annotations

import gc
import tracemalloc
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import nn


def measured(work: Callable[[], object]) -> tuple[int, int]:
    """Bytes that are held after some work and were not before, and those at the most during it."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        peak = tracemalloc.get_traced_memory()[1]
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before, peak - before
    finally:
        tracemalloc.stop()


def kept(work: Callable[[], object]) -> int:
    """Bytes that are held after some work and were not before."""
    return measured(work)[0]


def shapes(step: Callable[[Any], Any], count: int, times: int = 1) -> Callable[[], object]:
    def work() -> None:
        for size in range(1, count + 1):
            for _ in range(times):
                step(dl.ones(size))

    return work


@pytest.mark.parametrize(("count", "times"), [(1000, 1), (120, 3)])
def test_many_shapes_cost_no_more_than_some(count: int, times: int) -> None:
    def computes(x: Any) -> Any:
        return (x * 2 + 1).sin()

    few, many = dl.compile(computes, fullgraph=True), dl.compile(computes, fullgraph=True)
    shapes(few, 3, times)()
    assert kept(shapes(many, count, times)) < 2 * kept(shapes(few, 70, times)) + 1_000_000


def test_a_thousand_shapes_of_what_cannot_be_compiled() -> None:
    step = dl.compile(lambda x: x * 2 if x.sum() > 0 else x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes(step, 10)()
        assert kept(shapes(step, 1000)) < 200_000
    assert step.traces <= 10


def test_objects_that_come_and_go_are_not_collected_for_ever() -> None:
    def applied(x: Any, model: Any) -> Any:
        return model(x).detach()

    step = dl.compile(applied, fullgraph=True)
    x = dl.ones(1, 200)

    def work(count: int) -> Callable[[], object]:
        return lambda: [step(x, nn.Linear(200, 200)) for _ in range(count)]

    work(2)()
    assert kept(work(150)) < 100 * 200 * 200 * 4


def test_training_for_long_holds_no_more() -> None:
    model = nn.Sequential(nn.Linear(50, 50), nn.Tanh(), nn.Linear(50, 1))
    optimizer = dl.optim.Adam(model.parameters())
    forward = dl.compile(model, fullgraph=True)

    def steps(count: int) -> Callable[[], object]:
        def work() -> None:
            for _ in range(count):
                optimizer.zero_grad()
                forward(dl.ones(20, 50)).mean().backward()
                optimizer.step()

        return work

    steps(5)()
    assert kept(steps(50)) < 50_000


SIZE = 1_000_000  # elements


def test_memory_goes_with_the_last_of_its_views() -> None:
    """Of a softmax, which has memory of its own in each call, only views are read again."""

    def several(x: Any) -> Any:
        total = x.sum()
        for _ in range(6):
            made = nn.functional.softmax(x * total, 1).reshape(-1)
            total = total + made.max() + made.reshape(x.shape).T.sum()
        return total

    x = dl.rand(1000, SIZE // 1000)
    step = dl.compile(several, fullgraph=True)
    for _ in range(2):
        step(x)
    _, peak = measured(lambda: step(x))
    assert peak < 2.5 * 4 * SIZE


def trained(first: bool = True, fails: bool = False) -> tuple[Any, Any]:
    """A weight, and a step that trains it; gradients are let go first of all or after the forward pass."""
    weight = dl.rand(SIZE, requires_grad=True)
    optimizer = dl.optim.Adam([weight])

    def step(x: Any, classes: Any) -> Any:
        if first:
            optimizer.zero_grad()
        loss = nn.functional.cross_entropy(x, classes) + (weight * x.sum()).mean()
        if not first:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return weight, dl.compile(step, fullgraph=True)


def test_nothing_of_the_first_step_is_kept_for_others() -> None:
    """Which begins with an optimizer's zeros, and never comes again."""
    weight, step = trained()
    x, classes = dl.rand(3, 4), dl.tensor([1, 0, 3])

    def work() -> None:
        for _ in range(2):
            step(x, classes)

    held = 4 * SIZE
    assert kept(work) < 3.5 * held  # a gradient and two means
    assert weight.grad is not None


def test_a_trace_lets_go_of_the_gradients_before_it() -> None:
    weight, step = trained()
    x, classes = dl.rand(3, 4), dl.tensor([1, 0, 3])
    gc.collect()
    gc.disable()
    try:
        step(x, classes)
        old = weakref.ref(weight.grad)
        step(x, classes)
        assert old() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("first", [True, False])
def test_gradients_that_are_let_go_first_are_not_held_meanwhile(first: bool) -> None:
    weight, step = trained(first)
    x, classes = dl.rand(3, 4), dl.tensor([1, 0, 3])
    for _ in range(3):
        step(x, classes)
    gradient = weight.grad
    with pytest.raises(IndexError):
        step(x, dl.tensor([1, 0, 9]))
    assert (weight.grad is gradient) is not first  # as without compilation
    step(x, classes)
    assert weight.grad is not None
