"""Values that a step reaches by ways less plain, and steps that leave something behind."""

from __future__ import annotations

import collections
import functools
import itertools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.compiler.programs import made, momentum


class Options:
    """Class attributes, read by the class."""

    scale = 2.0


class Made(NamedTuple):
    """A result of its own type."""

    first: Any
    second: Any


class Box:
    """A result that is no tree."""

    def __init__(self, value: Any) -> None:
        self.value = value


def agree(step: Callable[..., Any], compiled: Callable[..., Any], *arguments: Any) -> None:
    """Twice the same, since the first call is a trace."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            assert compiled(*arguments).tolist() == step(*arguments).tolist()


def test_attributes_of_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(x: Any) -> Any:
        return x * Options.scale

    compiled = dl.compile(step, fullgraph=True)
    agree(step, compiled, dl.ones(2))
    monkeypatch.setattr(Options, "scale", 3.0)
    agree(step, compiled, dl.ones(2))


def test_decorated_and_partial_functions() -> None:
    scales = collections.deque([2.0])

    @dl.no_grad()
    def inner(x: Any, shift: float) -> Any:
        return x * scales[0] + shift

    step = functools.partial(dl.compile(inner), shift=1.0)
    compiled = dl.compile(step, fullgraph=True)
    agree(step, compiled, dl.ones(2))
    scales[0] = 5.0
    agree(step, compiled, dl.ones(2))


def test_iterators_are_refused() -> None:
    numbers = itertools.count()
    compiled = dl.compile(lambda x: x * next(numbers))
    with pytest.warns(UserWarning, match="iterator"):
        assert compiled(dl.ones(1)).item() == 0.0
    assert [compiled(dl.ones(1)).item() for _ in range(2)] == [1.0, 2.0]


def test_objects_that_a_step_makes_are_new_each_time() -> None:
    compiled = dl.compile(lambda x: Box(x * 2))
    with pytest.warns(UserWarning, match="Box"):
        assert compiled(dl.ones(1)).value.item() == 2.0
    assert [compiled(dl.full((1,), float(one))).value.item() for one in range(3)] == [0.0, 2.0, 4.0]


def test_named_tuples_are_trees() -> None:
    compiled = dl.compile(lambda x: Made(x + 1, second={"x": x * 2}), fullgraph=True)
    for one in range(3):
        result = compiled(dl.full((1,), float(one)))
        assert (result.first.item(), result.second["x"].item()) == (one + 1.0, one * 2.0)


def test_a_graph_that_another_backward_left_alone_leaves_the_step() -> None:
    weight, other = dl.ones(2, requires_grad=True), dl.ones(2, requires_grad=True)

    def step() -> Any:
        weight.square().sum().backward()
        return (other * other).sum()

    compiled = dl.compile(step, fullgraph=True)
    for _ in range(3):
        other.grad = None
        compiled().backward()
        assert other.grad.tolist() == [2.0, 2.0]
    assert weight.grad.tolist() == [6.0, 6.0]


def test_a_tensor_that_enters_a_graph_is_noticed() -> None:
    weight, state = dl.ones(2, requires_grad=True), dl.zeros(2)

    def step() -> None:
        state.add_(weight)

    with pytest.warns(UserWarning, match="graph after the step"):
        dl.compile(step)()
    state.sum().backward()
    assert weight.grad.tolist() == [1.0, 1.0]


def test_a_failed_trace_leaves_gradients_as_they_were() -> None:
    model = nn.Linear(2, 2)

    def step(x: Any) -> None:
        model(x).sum().backward()
        raise KeyError("stop")

    with pytest.raises(KeyError):
        dl.compile(step, fullgraph=True)(dl.ones(1, 2))
    assert not model.weight.has_grad
    assert type(model.weight._array).__name__ == "ndarray"


def test_clipping_and_momentum_that_changes() -> None:
    eager, compiled = made(momentum), made(momentum)

    def clipped(program: Any) -> Callable[[], Any]:
        def step() -> Any:
            program.optimizer.zero_grad()
            loss = program.model(program.arguments[0]).square().mean()
            loss.backward()
            nn.utils.clip_grad_norm_(program.model.parameters(), 0.01)
            program.optimizer.step()
            return loss

        return step

    step = dl.compile(clipped(compiled), fullgraph=True)
    for share in (0.9, 0.8, 0.7, 0.6, 0.5):
        for program, run in ((eager, clipped(eager)), (compiled, step)):
            program.optimizer.param_groups[0]["momentum"] = share
            run()
    for mine, theirs in zip(compiled.model.parameters(), eager.model.parameters(), strict=True):
        assert mine.flatten().tolist() == pytest.approx(theirs.flatten().tolist(), rel=1e-5)
    assert step.traces == 2


def test_transforms_within_a_step() -> None:
    def step(x: Any) -> Any:
        return dl.func.vmap(dl.func.grad(lambda row: row.sin().sum()))(x)

    agree(step, dl.compile(step, fullgraph=True), dl.randn(3, 2))


def test_autocast_within_a_step() -> None:
    model = nn.Linear(4, 4)

    def step(x: Any) -> Any:
        with dl.autocast("cpu", dtype=dl.float16):
            out = model(x)
        return out.detach()

    agree(step, dl.compile(step, fullgraph=True), dl.randn(3, 4))


def test_autocast_around_a_step() -> None:
    model = nn.Linear(4, 4)
    compiled = dl.compile(model, fullgraph=True)
    x = dl.randn(3, 4)
    for lower in (dl.float16, None, dl.float16, None):
        with dl.autocast("cpu", dtype=lower or dl.float16, enabled=lower is not None):
            for _ in range(2):
                mine, theirs = compiled(x), model(x)
                assert mine.dtype is theirs.dtype is (lower or dl.float32)
                assert mine.tolist() == theirs.tolist()
    assert compiled.traces == 2
