"""Compiled steps keep a bounded amount, and nothing of what they were given."""

from __future__ import annotations

import gc
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import nn


def kept(work: Callable[[], object]) -> int:
    """Bytes that are held after some work and were not before."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


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
