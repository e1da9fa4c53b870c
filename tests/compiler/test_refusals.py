"""What cannot be compiled runs as it is, and says why."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.compiler import CannotTrace

NUMBERS = np.ones(2, np.float32)
HISTORY: list[Any] = []


def branches(x: Any) -> Any:
    return x * 2 if x.sum() > 0 else x - 1


def looks(x: Any) -> Any:
    return x * x.sum().item()


def counts(x: Any) -> Any:
    return x[: int(x.sum())]


def copies(x: Any) -> Any:
    return x + dl.tensor(x.detach().numpy())


def mixes(x: Any) -> Any:
    return x + dl.from_numpy(NUMBERS)


def remembers(x: Any) -> Any:
    HISTORY.append(x.shape)
    return x * 2


def seeds(x: Any) -> Any:
    dl.manual_seed(0)
    return x + dl.rand(2)


def gambles(x: Any) -> Any:
    return x * (2 if random.random() < 2 else 1)


REFUSED: tuple[tuple[Callable[..., Any], str], ...] = (
    (branches, "bool"),
    (looks, "item"),
    (counts, "item"),
    (copies, "numpy"),
    (mixes, "array of a library"),
    (remembers, "has changed"),
    (seeds, "manual_seed"),
    (gambles, "Python's random numbers"),
)


@pytest.mark.parametrize(("step", "reason"), REFUSED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_step_that_cannot_be_traced_runs_as_it_is(step: Callable[..., Any], reason: str) -> None:
    compiled = dl.compile(step)
    with pytest.warns(UserWarning, match=reason):
        assert compiled(dl.ones(2)).tolist() == step(dl.ones(2)).tolist()
    for sign in (1.0, -1.0, 2.0):
        x = dl.full((2,), sign)
        if step is not counts or sign > 0:
            assert compiled(x).tolist() == step(x).tolist()


@pytest.mark.parametrize(("step", "reason"), REFUSED, ids=lambda one: getattr(one, "__name__", ""))
def test_fullgraph_makes_it_an_error(step: Callable[..., Any], reason: str) -> None:
    x, length = dl.ones(2), len(HISTORY)
    with pytest.raises(CannotTrace, match=reason):
        dl.compile(step, fullgraph=True)(x)
    assert x.tolist() == [1.0, 1.0]
    assert isinstance(x._array, np.ndarray)
    assert len(HISTORY) <= length + 1


def test_tensors_of_several_backends_are_named() -> None:
    with dl.backend("strict"):
        weight = dl.ones(2)
    compiled = dl.compile(lambda x: (x * 2, weight * 2))
    with pytest.warns(UserWarning, match=r"several backends \(.* on 'strict', .* on 'numpy'\).*\.to\("):
        compiled(dl.ones(2))
    one, other = compiled(dl.ones(2))
    assert (one.backend, other.backend) == ("numpy", "strict")


def test_the_warning_names_the_line() -> None:
    compiled = dl.compile(branches)
    with pytest.warns(UserWarning, match=rf"{__file__}:{branches.__code__.co_firstlineno + 1}"):
        compiled(dl.ones(2))


def test_counters_are_no_reason_to_trace_for_ever() -> None:
    holder = type("Holder", (), {"calls": 0})()
    holder.calls = 0

    def step(x: Any) -> Any:
        holder.calls += 1
        return x * holder.calls

    compiled = dl.compile(step)
    with pytest.warns(UserWarning, match="calls"):
        assert [compiled(dl.ones(1)).item() for _ in range(20)] == [*range(1, 21)]
    assert compiled.traces < 12


def test_errors_of_the_step_are_its_own_and_leave_everything_as_it_was() -> None:
    model = nn.Linear(3, 2)
    compiled = dl.compile(model, fullgraph=True)
    before = model.weight.tolist()
    with pytest.raises(RuntimeError, match="shape"):
        compiled(dl.ones(2, 4))
    assert model.weight.tolist() == before
    assert isinstance(model.weight._array, np.ndarray)


def test_errors_of_a_compiled_step_name_the_line() -> None:
    table = dl.ones(3, 2)

    def step(places: Any) -> Any:
        return table[places] * 2

    compiled = dl.compile(step, fullgraph=True)
    compiled(dl.tensor([0, 1]))
    with pytest.raises(IndexError) as caught:
        compiled(dl.tensor([0, 7]))
    assert f"{__file__}:{step.__code__.co_firstlineno + 1}" in "".join(caught.value.__notes__)


def test_explain_prints_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    dl.compile(lambda x: (x * 2).sum(), explain=True)(dl.ones(3))
    assert "multiply(" in capsys.readouterr().out
