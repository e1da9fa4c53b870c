"""Optimizers' steps in C are those that their rules make, and are left to the rules where they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner import config
from deep_learner.testing.backend_parts.steps import StepTests, _variants
from deep_learner_c import optimizers

pytestmark = pytest.mark.needs("deep_learner_optimizers")
NAMES = ("SGD", "Adam", "AdamW")


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Whether each step that was tried could be made in C."""
    found: list[bool] = []
    real = optimizers._made

    def noting(*args: Any) -> bool:
        found.append(real(*args))
        return found[-1]

    monkeypatch.setattr(optimizers, "_made", noting)
    with config.using(executor="c"):
        yield found


class Contract(StepTests):
    """A step with the option ``fused=False`` is the rule's."""

    backend = "numpy"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_a_step_is_the_rule_s(name: str, dtype: str, made: list[bool]) -> None:
    kind = getattr(dl.optim, name)
    for options in _variants(kind):
        Contract()._compare(name, kind, options, dtype)
    assert made
    assert all(made)


@pytest.mark.parametrize("name", NAMES)
def test_large_parameters_are_shared_out(name: str, made: list[bool]) -> None:
    ends: list[list[Any]] = []
    for fused in (None, False):
        parameters = [
            dl.tensor(np.linspace(-1, 1, size, dtype=np.float32), requires_grad=True) for size in (100_003, 7)
        ]
        optimizer = getattr(dl.optim, name)(parameters, lr=1e-2, fused=fused)
        for _ in range(3):
            for one in parameters:
                one.grad = one.detach().sin()
            optimizer.step()
        ends.append([one.detach().numpy() for one in parameters])
    for received, expected in zip(*ends, strict=True):
        np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-7)
    assert made == [True] * 3


def _stepped(parameter: Any, gradient: Any, **options: Any) -> Any:
    optimizer = dl.optim.SGD([parameter], **{"lr": 0.5, "momentum": 0.9, **options})
    for _ in range(2):
        parameter.grad = gradient
        optimizer.step()
    return parameter.detach().numpy()


@pytest.mark.parametrize("dtype", ["float16", "complex64"])
def test_other_dtypes_are_left_to_the_rule(dtype: str, made: list[bool]) -> None:
    start = np.ones((3, 2), dtype)
    stepped = [
        _stepped(dl.tensor(start, requires_grad=True), dl.tensor(start), fused=fused)
        for fused in (None, False)
    ]
    np.testing.assert_array_equal(*stepped)
    assert not any(made)


def test_arrays_with_gaps_are_left_to_the_rule(made: list[bool]) -> None:
    gradient = dl.tensor(np.ones((3, 4), np.float32))[:, ::2]
    stepped = [
        _stepped(dl.tensor(np.ones((3, 2), np.float32), requires_grad=True), gradient, fused=fused)
        for fused in (None, False)
    ]
    np.testing.assert_array_equal(*stepped)
    assert made == [False, False]


def test_infinite_parameters_without_decay_stay_infinite(made: list[bool]) -> None:
    for name in NAMES:
        parameter = dl.tensor([float("inf"), 1.0], requires_grad=True)
        parameter.grad = dl.ones(2)
        getattr(dl.optim, name)([parameter], lr=0.1, weight_decay=0).step()
        assert parameter.tolist()[0] == float("inf")
    assert all(made)


def test_a_learning_rate_may_be_a_tensor(made: list[bool]) -> None:
    for rate in (dl.tensor(0.25), dl.tensor([0.25])):
        parameter = dl.tensor([1.0, 2.0], requires_grad=True)
        parameter.grad = dl.ones(2)
        dl.optim.SGD([parameter], lr=rate).step()
        assert parameter.tolist() == [0.75, 1.75]
    assert made == [True, True]


def test_a_step_is_a_write(made: list[bool]) -> None:
    """What was saved of a parameter before is stale, as after every other change."""
    weight = dl.ones(3, requires_grad=True)
    loss = (weight * weight).sum()
    weight.grad = dl.ones(3)
    dl.optim.SGD([weight], lr=0.1).step()
    assert made == [True]
    with pytest.raises(RuntimeError, match="inplace"):
        loss.backward()


def test_nothing_is_done_unless_it_is_configured(made: list[bool]) -> None:
    with config.using(executor=None):
        _stepped(dl.ones(3, requires_grad=True), dl.ones(3))
    assert not made
