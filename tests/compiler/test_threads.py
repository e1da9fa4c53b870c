"""Threads share compiled steps, and steps do not wait for one another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import deep_learner as dl
from deep_learner import nn
from deep_learner.compiler.turns import turns


def at_once(*works: Callable[[], object]) -> None:
    """Run all at once; what one of them raises is raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def test_threads_with_shapes_of_their_own() -> None:
    weight = dl.full((1,), 3.0)
    step = dl.compile(lambda x: (x * weight).sin().sum(), fullgraph=True)

    def work(size: int) -> None:
        x = dl.full((size,), float(size))
        expected = step.step(x).item()
        assert [step(x).item() for _ in range(30)] == [expected] * 30

    at_once(*(lambda size=size: work(size) for size in range(1, 7)))
    assert step.traces <= 6


def test_a_trace_waits_for_runs_and_they_for_it() -> None:
    """One thread traces a step again and again; others run steps on the same model meanwhile."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1))
    options = {"scale": 1.0}
    changing = dl.compile(lambda x: model(x).detach() * options["scale"])
    steady = dl.compile(lambda x: model(x).detach() + 1, fullgraph=True)
    outside = dl.compile(model, fullgraph=True)
    x = dl.ones(2, 3)
    expected = model(x).detach()

    def traces() -> None:
        for scale in range(1, 8):
            options["scale"] = float(scale)
            for _ in range(3):
                assert changing(x).tolist() == (expected * scale).tolist()

    def runs(step: Callable[[Any], Any], wanted: Sequence[Any]) -> None:
        for _ in range(150):
            result = step(x)
            assert result.tolist() == wanted
            if result.requires_grad:
                assert all(map(dl.is_tensor, dl.autograd.grad(result.sum(), [*model.parameters()])))

    at_once(traces, lambda: runs(steady, (expected + 1).tolist()), lambda: runs(outside, expected.tolist()))
    assert not turns.tracing


def test_a_step_does_not_wait_for_another() -> None:
    slow, quick = dl.compile(lambda x: x * 2), dl.compile(lambda x: x + 1)
    x = dl.ones(2)
    for _ in range(2):
        slow(x)
        quick(x)
    scope = slow._latest[-1].__globals__
    run, started, finish = scope["run"], threading.Event(), threading.Event()

    def waits(*inputs: Any) -> Any:
        started.set()
        assert finish.wait(30)
        return run(*inputs)

    scope["run"] = waits
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(slow(x).tolist()))
    thread.start()
    assert started.wait(30)
    assert quick(x).tolist() == [2.0, 2.0]
    assert not results
    finish.set()
    thread.join()
    assert results == [[2.0, 2.0]]
