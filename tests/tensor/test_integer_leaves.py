"""Integer tensors may require a gradient, which is floating; gradients begin as zeros."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd


def test_integers_stay_integers_and_their_gradient_is_floating() -> None:
    x = Tensor([1, 2, 3], requires_grad=True)
    z = x * Tensor([4, 5, 6])
    assert x.dtype is z.dtype is dl.int64
    assert z.requires_grad and z.tolist() == [4, 10, 18]
    z.backward()
    assert x.grad.dtype is dl.float32 and x.grad.tolist() == [4, 5, 6]
    assert x.dtype is dl.int64 and x.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("function", "gradient"),
    [
        (lambda x: x * x, [2, 4, 6]),
        (lambda x: x + 2 * x - 5, [3, 3, 3]),
        (lambda x: x**3, [3, 12, 27]),
        (lambda x: x / 4, [0.25] * 3),
        (lambda x: (x * x).sum() * x, [14 + 2 * 6, 14 + 4 * 6, 14 + 6 * 6]),
        (lambda x: x * 0.5, [0.5] * 3),
        (lambda x: x.float() ** 2, [2, 4, 6]),
        (lambda x: x[1:] * x[:-1], [2, 4, 2]),
        (lambda x: x.reshape(3, 1) * x, [12, 12, 12]),
        (lambda x: dl.stack([x, x * x]), [3, 5, 7]),
        (lambda x: -x.flip(0), [-1] * 3),
        (lambda x: x.float().exp().log(), [1] * 3),
    ],
)
def test_gradients_through_integers(function, gradient: list[float]) -> None:
    x = Tensor([1, 2, 3], requires_grad=True)
    function(x).backward()
    assert x.grad.tolist() == pytest.approx(gradient, rel=1e-6)


def test_parts_of_integers_carry_gradients() -> None:
    x = Tensor([[1, 2], [3, 4]], requires_grad=True)
    first, second = x
    (first * second).backward()
    assert x.grad.tolist() == [[3, 4], [1, 2]]
    x.grad = None
    (x.split(1)[1] * 2).backward()
    assert x.grad.tolist() == [[0, 0], [2, 2]]


def test_second_derivative_of_integers() -> None:
    x = Tensor([1, 2, 3], requires_grad=True)
    [first] = autograd.grad(x * x * x, x, create_graph=True)
    [second] = autograd.grad(first, x)
    assert first.tolist() == [3, 12, 27] and second.tolist() == [6, 12, 18]


def test_gradients_accumulate_over_graphs() -> None:
    x = Tensor([1, 2, 3], requires_grad=True)
    (x * 2).backward()
    (x * x).backward()
    assert x.grad.tolist() == [4, 6, 8]


def test_backward_starts_from_ones() -> None:
    x = Tensor([[1.0, 2.0]], requires_grad=True)
    (x * 3).backward()
    assert x.grad.tolist() == [[3, 3]]


def test_gradient_is_zeros_before_any_backward_and_nothing_has_reached_it() -> None:
    x = Tensor([[1, 2], [3, 4]], requires_grad=True)
    assert x.grad.tolist() == [[0, 0], [0, 0]] and x.grad.dtype is dl.float32 and not x.has_grad
    (x * 2).backward()
    assert x.has_grad
    x.grad = None
    assert not x.has_grad and x.grad.tolist() == [[0, 0], [0, 0]]
    (x * 2).backward()
    del x.grad
    assert not x.has_grad


def test_tensor_without_a_gradient_has_none() -> None:
    assert Tensor([1, 2]).grad is None


def test_gradient_keeps_the_dtype_and_device_of_floats() -> None:
    x = dl.ones(2, dtype=dl.float64, device="strict:1", requires_grad=True)
    assert x.grad.dtype is dl.float64 and x.grad.device == "strict:1"


def test_booleans_cannot_require_a_gradient() -> None:
    with pytest.raises(RuntimeError, match="boolean"):
        Tensor([True, False], requires_grad=True)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (lambda: dl.ones(3), RuntimeError),
        (lambda: dl.ones(2, dtype=dl.float64), RuntimeError),
        (lambda: dl.ones(2).to("strict"), RuntimeError),
        (lambda: [1.0, 2.0], TypeError),
    ],
)
def test_assigned_gradient_must_fit(value, error: type[Exception]) -> None:
    x = dl.ones(2, requires_grad=True)
    with pytest.raises(error, match="grad"):
        x.grad = value()
    x.grad = dl.tensor([1.0, 2.0])
    assert x.has_grad and x.grad.tolist() == [1, 2]


def test_only_leaves_change_requires_grad() -> None:
    x = dl.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf"):
        (x * 2).requires_grad = False
    x.requires_grad = False
    assert not (x * 2).requires_grad
    assert (x.requires_grad_() * 2).requires_grad
