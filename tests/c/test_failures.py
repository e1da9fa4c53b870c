"""What goes wrong in C is what goes wrong without, before anything is changed; and what is unusual still works."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner import nn

F = nn.functional


def test_a_target_that_is_no_class_changes_no_parameter() -> None:
    model = nn.Linear(4, 3)
    optimizer = dl.optim.SGD(model.parameters(), lr=0.1)

    def step(x: Any, targets: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), targets)
        loss.backward()
        optimizer.step()
        return loss

    compiled = dl.compile(step, executor="c", fullgraph=True)
    x = dl.randn(5, 4)
    for _ in range(3):
        compiled(x, dl.tensor([0, 1, 2, 0, 1]))
    before = model.weight.tolist()
    with pytest.raises(IndexError, match="index 3 is out of bounds for dimension 1 with size 3") as caught:
        compiled(x, dl.tensor([0, 1, 2, 3, 1]))
    assert "test_failures.py" in caught.value.__notes__[-1]
    assert model.weight.tolist() == before
    compiled(x, dl.tensor([0, 1, 2, 0, 1]))
    assert model.weight.tolist() != before


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (lambda x, at: F.embedding(at, x), "index 9 is out of bounds"),
        (lambda x, at: x[at], "index 9 is out of bounds"),
        (lambda x, at: x.index_add(0, at, x[:2]), "index 9 is out of bounds"),
    ],
)
def test_a_position_that_does_not_exist(operation: Any, message: str) -> None:
    compiled = dl.compile(operation, executor="c", fullgraph=True)
    x = dl.randn(4, 3)
    compiled(x, dl.tensor([0, 1]))
    assert compiled(x, dl.tensor([3, 2])).shape == operation(x, dl.tensor([3, 2])).shape
    with pytest.raises(IndexError, match=message):
        compiled(x, dl.tensor([0, 9]))


def test_a_division_of_numbers_by_zero() -> None:
    parameter = dl.zeros(3, requires_grad=True)
    optimizer = dl.optim.Adam([parameter], lr=0.1, betas=(0.9, 0.999))

    def step() -> None:
        parameter.grad = dl.ones(3)
        optimizer.step()

    compiled = dl.compile(step, executor="c", fullgraph=True)
    for _ in range(3):
        compiled()
    optimizer.state[parameter]["step"].zero_().sub_(1)
    with pytest.raises(ZeroDivisionError):
        compiled()


def test_a_number_may_become_an_integer() -> None:
    parameter = dl.zeros(3, requires_grad=True)
    optimizer = dl.optim.SGD([parameter], lr=0.5)

    def step() -> None:
        parameter.grad = dl.ones(3)
        optimizer.step()

    compiled = dl.compile(step, executor="c", fullgraph=True)
    for lr in (0.5, 0.5, 1):
        optimizer.param_groups[0]["lr"] = lr
        compiled()
    assert parameter.tolist() == [-2.0] * 3


def test_a_gradient_may_lie_otherwise_than_before() -> None:
    parameter = dl.zeros(3, 2, requires_grad=True)
    compiled = dl.compile(lambda: parameter.grad * 2, executor="c", fullgraph=True)
    whole = dl.arange(12.0).reshape(3, 4)
    for gradient in (
        whole[:, :2].clone(),
        whole[:, :2].clone(),
        whole[:, ::2],
        whole[:, :2].clone().T.clone().T,
    ):
        parameter.grad = gradient
        assert compiled().tolist() == (gradient * 2).tolist()


def test_an_array_that_cannot_be_written_is_not_written() -> None:
    frozen = np.zeros(3, np.float32)
    frozen.flags.writeable = False
    x = dl.zeros(3)
    compiled = dl.compile(lambda x, y: x.add_(y), executor="c", fullgraph=True)
    for _ in range(2):
        compiled(x, dl.ones(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = dl.from_numpy(frozen)
    with pytest.raises(ValueError, match="read-only"):
        compiled(other, dl.ones(3))
    assert frozen.tolist() == [0.0] * 3
