"""``out=``: results written into tensors that the caller brings."""

from __future__ import annotations

from typing import Any

import pytest

import deep_learner as dl
from deep_learner.ops.out import with_out

pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")

X = [[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]]


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (dl.exp, ()),
        (dl.add, (1.0,)),
        (dl.multiply, (2.0,)),
        (dl.sum, (1,)),
        (dl.addmm, (dl.eye(2), dl.ones(2, 3))),
        (dl.div, (2.0,)),
        (dl.cumsum, (0,)),
        (dl.where, (dl.tensor(1.0), dl.tensor(2.0))),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_result_is_written_and_returned(function: Any, args: tuple[Any, ...]) -> None:
    x = dl.tensor(X) > 3 if function is dl.where else dl.tensor(X)
    expected = function(x, *args)
    out = dl.empty_like(expected)
    memory = out.detach()
    assert function(x, *args, out=out) is out
    assert memory.tolist() == expected.tolist()


def test_two_results_are_written_into_two_tensors() -> None:
    values, indices = dl.empty(2, 3), dl.empty(2, 3, dtype=dl.int64)
    result = dl.sort(dl.tensor(X), out=(values, indices))
    assert result.values is values
    assert result.indices is indices
    assert values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert indices.tolist() == [[1, 2, 0], [2, 1, 0]]


def test_an_operand_may_be_the_target() -> None:
    x = dl.tensor([1.0, 2.0])
    dl.multiply(x, x, out=x)
    assert x.tolist() == [1.0, 4.0]


def test_an_empty_target_takes_the_shape() -> None:
    out = dl.empty(0)
    dl.exp(dl.tensor([0.0, 0.0]), out=out)
    assert out.tolist() == [1.0, 1.0]


def test_a_target_of_another_shape_is_resized_with_a_warning() -> None:
    out = dl.empty(3)
    with pytest.warns(UserWarning, match=r"resized since it had shape \[3\]"):
        dl.exp(dl.tensor([0.0]), out=out)
    assert out.tolist() == [1.0]


def test_a_wider_target_keeps_its_dtype_and_factories_take_it() -> None:
    out = dl.empty(2, dtype=dl.float64)
    assert dl.exp(dl.tensor([0.0, 0.0]), out=out).dtype is dl.float64
    assert dl.ones(2, out=dl.empty(2, dtype=dl.int64)).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: dl.exp(dl.ones(2), out=3), TypeError, "must be Tensor, not int"),
        (lambda: dl.sort(dl.ones(2), out=dl.ones(2)), TypeError, "a tuple of 2 Tensors"),
        (lambda: dl.exp(dl.ones(2), out=dl.ones(2, dtype=dl.int64)), RuntimeError, "float32 can't be cast"),
        (
            lambda: dl.exp(dl.ones(2).requires_grad_(), out=dl.ones(2)),
            RuntimeError,
            "automatic differentiation",
        ),
        (
            lambda: dl.exp(dl.ones(2), out=dl.ones(2).requires_grad_()),
            RuntimeError,
            "automatic differentiation",
        ),
    ],
)
def test_a_wrong_target_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_target_that_is_written_after_it_was_saved_is_noticed() -> None:
    x = dl.tensor([2.0], requires_grad=True)
    factor = dl.tensor([3.0])
    y = x * factor
    dl.exp(dl.tensor([0.0]), out=factor)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_a_plain_function_takes_out_too() -> None:
    @with_out
    def doubled(x: dl.Tensor) -> dl.Tensor:
        return x + x

    out = dl.empty(1)
    assert doubled(dl.tensor([2.0]), out=out) is out
    assert out.tolist() == [4.0]
