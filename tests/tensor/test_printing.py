"""How tensors print."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import Tensor


def test_example_of_the_readme() -> None:
    x = Tensor([1, 2, 3], requires_grad=True)
    y = Tensor([4, 5, 6])
    z = x * y
    assert (
        repr(z) == str(z) == "Tensor(\n       [ 4 10 18],\ngrad_func=<MultiplyBackward>, device=Device.CPU)"
    )
    assert str(x.grad) == "Tensor(\n       [0. 0. 0.],\ndevice=Device.CPU)"
    z.backward()
    assert str(x.grad) == "Tensor(\n       [4. 5. 6.],\ndevice=Device.CPU)"
    (x * x).backward()
    assert str(x.grad) == "Tensor(\n       [ 6.  9. 12.],\ndevice=Device.CPU)"


def test_leaf_that_requires_a_gradient_says_so() -> None:
    assert (
        str(dl.ones(1, requires_grad=True)) == "Tensor(\n       [1.],\nrequires_grad=True, device=Device.CPU)"
    )


def test_rows_are_indented_alike() -> None:
    assert str(dl.tensor([[1, 2], [3, 4]])) == "Tensor(\n       [[1 2]\n        [3 4]],\ndevice=Device.CPU)"


def test_zero_dimensions_and_no_elements() -> None:
    assert str(dl.tensor(2.5)) == "Tensor(\n       2.5,\ndevice=Device.CPU)"
    assert str(dl.zeros(0)) == "Tensor(\n       [],\ndevice=Device.CPU)"


def test_other_devices_are_named() -> None:
    assert str(dl.ones(2).to("strict:1")) == "Tensor(\n       [1. 1.],\ndevice=Device.STRICT:1)"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda x: x + x, "AddBackward"),
        (lambda x: x.log_softmax(0), "LogSoftmaxBackward"),
        (lambda x: x.unbind()[0], "UnstackBackward"),
        (lambda x: x.view(4), "ReshapeBackward"),
    ],
)
def test_grad_func_names_the_operation(make, name: str) -> None:
    assert f"grad_func=<{name}>, device" in str(make(dl.ones(2, 2, requires_grad=True)))


def test_format_is_the_numbers_for_zero_dimensions() -> None:
    assert f"{dl.tensor(3.14159):.2f}" == "3.14"
    assert f"{dl.tensor(7):>4d}" == "   7"
    assert f"{dl.tensor(1.5)}" == "1.5"
    x = dl.ones(2)
    assert f"{x}" == str(x)
    with pytest.raises(TypeError, match="format"):
        f"{x:.2f}"
