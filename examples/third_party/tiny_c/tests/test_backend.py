"""The library as a backend."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from acme_tiny_c._tiny import lib

import deep_learner as dl
from deep_learner import Tensor
from deep_learner.errors import MissingFunctionError
from deep_learner.testing import BackendContract

ARITHMETIC = ("add", "subtract", "multiply", "divide", "__add__", "__sub__", "__mul__", "__truediv__")


class TestTiny(BackendContract):
    backend = "tiny_c"
    dtypes = ("int32", "float32")
    exempt = {f"{name}(* (*, 1), *)": "the library does not broadcast" for name in ARITHMETIC} | {
        "asarray(*True*)": "the library has no bool: it makes integers of booleans"
    }


@pytest.fixture(autouse=True)
def _on_tiny_c():
    with dl.backend("tiny_c"):
        yield


def test_the_first_example_of_the_readme_runs_and_prints_as_there():
    x = Tensor([1, 2, 3], requires_grad=True)
    y = Tensor([4, 5, 6])
    z = x * y
    assert str(z) == "Tensor(\n       [ 4 10 18],\ngrad_func=<MultiplyBackward>, device=Device.CPU)"
    assert str(x.grad) == "Tensor(\n       [0. 0. 0.],\ndevice=Device.CPU)"
    z.backward()
    assert str(x.grad) == "Tensor(\n       [4. 5. 6.],\ndevice=Device.CPU)"
    assert (x.dtype, z.dtype, x.grad.dtype) == (dl.int32, dl.int32, dl.float32)


def test_gradients_are_those_of_numpy():
    def gradients(backend):
        with dl.backend(backend):
            x = Tensor([0.5, -2.0, 3.0], requires_grad=True)
            y = Tensor([4.0, 0.25, -1.0], requires_grad=True)
            z = x * y / (x + y) - x * x * 2 + 1 / y
            z.backward(Tensor([1.0, -3.0, 0.5]))
            return z.tolist(), x.grad.tolist(), y.grad.tolist()

    pytest.importorskip("deep_learner_numpy", reason="the reference is NumPy")
    for ours, theirs in zip(gradients("tiny_c"), gradients("numpy"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_second_derivatives_need_no_more():
    x = Tensor([2.0, 3.0], requires_grad=True)
    ones = Tensor([1.0, 1.0])
    (first,) = dl.autograd.grad(x * x * x, x, ones, create_graph=True)
    (second,) = dl.autograd.grad(first, x, ones)
    assert first.tolist() == [12.0, 27.0] and second.tolist() == [12.0, 18.0]


def test_gradient_descent_finds_the_root_of_two():
    x = Tensor([1.0], requires_grad=True)
    for _ in range(100):
        error = x * x - 2.0
        (gradient,) = dl.autograd.grad(error * error, x, Tensor([1.0]))
        x = (x - gradient * 0.1).detach().requires_grad_()
    assert x.tolist() == pytest.approx([2.0**0.5], rel=1e-6)


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize(
    ("call", "operation", "function"),
    [
        (lambda x: x.sin(), "sin", "sin"),
        (lambda x: x.sum(), "sum", "sum"),
        (lambda x: x.softmax(0), "softmax", "exp"),
        (lambda x: x.reshape(1, 2), "reshape", "reshape"),
        (lambda x: x @ x, "matmul", "matmul"),
        (lambda x: x == x, "equal", "equal"),
        (lambda x: x.double(), "astype", "float64"),
    ],
)
def test_what_is_missing_is_told(call, operation, function, requires_grad):
    with pytest.raises(MissingFunctionError) as caught:
        call(Tensor([1.0, 2.0], requires_grad=requires_grad))
    message = str(caught.value)
    assert f"{operation}() cannot run here: backend 'tiny_c' has no function '{function}'" in message
    assert "shape (2,), float32, Device.CPU" in message


def test_a_gradient_that_must_be_summed_is_told():
    number = Tensor(2.0, requires_grad=True)
    product = number * Tensor([1.0, 2.0])
    with pytest.raises(MissingFunctionError, match="no function 'sum'"):
        product.backward()


def test_shapes_that_would_have_to_be_broadcast_are_told():
    with pytest.raises(RuntimeError, match="does not broadcast"):
        Tensor([1.0, 2.0]) * Tensor([[1.0, 2.0]])


def test_no_array_is_left_behind():
    def work():
        x = Tensor([1.0, 2.0], requires_grad=True)
        y = Tensor([3, 4])
        ((x * y + 1) / x - x).backward()
        return x.grad.tolist()

    work()
    before = lib.tiny_count()
    gc.disable()  # reference counting alone must do
    try:
        for _ in range(10_000):
            work()
        assert lib.tiny_count() == before
    finally:
        gc.enable()
