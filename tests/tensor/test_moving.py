"""Backends and devices: moving between them, and what is refused when they meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import Device, Tensor, autograd
from deep_learner.errors import BackendUnavailableError, UnknownNameError


def leaf(*values: float) -> Tensor:
    return dl.tensor(values, requires_grad=True)


def test_to_moves_by_device_backend_and_example() -> None:
    x = dl.ones(2)
    for moved in (x.to("strict"), x.to(Device("strict")), x.to(device="strict"), x.to(backend="strict")):
        assert moved.backend == "strict" and moved.device == "strict" and moved.tolist() == [1, 1]
    other = x.to("strict:1")
    assert other.device == Device("strict:1") and other.device.index == 1
    assert other.to(backend="numpy").device == "cpu" and other.cpu().backend == "numpy"
    assert x.to(other).device == "strict:1" and x.to(other).dtype is dl.float32


def test_to_converts_and_moves_at_once() -> None:
    for moved in (dl.ones(2).to("strict:1", dl.float64), dl.ones(2).to(dtype="float64", device="strict:1")):
        assert moved.dtype is dl.float64 and moved.device == "strict:1"
    assert (
        dl.ones(2).to(dl.int32).dtype is dl.ones(2).int().dtype is dl.ones(2).type_as(dl.ones(1).int()).dtype
    )


def test_nothing_to_do_gives_the_tensor_itself_unless_a_copy_is_wanted() -> None:
    x = dl.ones(2)
    assert x.to("cpu") is x and x.to(dl.float32) is x and x.to(backend="numpy") is x and x.cpu() is x
    copied = x.to(dl.float32, copy=True)
    copied.zero_()
    assert x.tolist() == [1, 1]


def test_gradient_travels_back() -> None:
    x = leaf(1.0, 2.0)
    y = (x.to("strict:1") * 3).to("strict").to(backend="numpy")
    (y * y).sum().backward()
    assert x.grad.backend == "numpy" and x.grad.tolist() == [18, 36]


def test_second_gradient_travels_back() -> None:
    x = leaf(2.0)
    y = x.to("strict:1") ** 3
    [first] = autograd.grad(y.to("cpu"), x, create_graph=True)
    [second] = autograd.grad(first, x)
    assert first.item() == 12 and second.item() == 12


def test_leaf_on_another_device_gathers_there() -> None:
    x = dl.tensor([1.0, 2.0], device="strict:1", requires_grad=True)
    (x * x).sum().backward()
    (x * 3).sum().backward()
    assert x.grad.device == "strict:1" and x.grad.tolist() == [5, 7]


MEETINGS: dict[str, Callable[[Tensor, Tensor], Any]] = {
    "add": lambda x, y: x + y,
    "multiply": lambda x, y: x * y,
    "matmul": lambda x, y: x @ y,
    "where": lambda x, y: dl.where(x > 0, x, y),
    "concat": lambda x, y: dl.cat([x, y]),
    "maximum": lambda x, y: dl.maximum(x, y),
    "less": lambda x, y: x < y,
}


@pytest.mark.parametrize(
    "places", [("cpu", "strict"), ("strict", "cpu"), ("strict", "strict:1"), ("strict:1", "cpu")]
)
@pytest.mark.parametrize("name", MEETINGS)
@pytest.mark.parametrize("requires_grad", [False, True])
def test_backends_and_devices_do_not_mix(name: str, places: tuple[str, str], requires_grad: bool) -> None:
    x = dl.ones(2, 2, device=places[0], requires_grad=requires_grad)
    y = dl.ones(2, 2, device=places[1])
    with pytest.raises(RuntimeError) as caught:
        MEETINGS[name](x, y)
    message = str(caught.value)
    assert f"{name}()" in message and ".to(" in message
    assert message.count("shape (2, 2), float32") >= 2
    for place in places:
        assert repr(Device(place)) in message


def test_zero_dimensional_tensors_travel_between_backends() -> None:
    x, number = (
        dl.tensor([1.0, 2.0], device="strict:1", requires_grad=True),
        dl.tensor(3.0, requires_grad=True),
    )
    y = x * number
    assert y.device == "strict:1"
    y.sum().backward()
    assert x.grad.tolist() == [3, 3] and number.grad.item() == 3 and number.grad.backend == "numpy"


def test_start_of_a_backward_pass_must_live_where_the_output_does() -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"STRICT.*CPU.*\.to\("):
        (x * 2).backward(dl.ones(2, device="strict"))


def test_new_tensors_follow_the_chosen_backend() -> None:
    with dl.backend("strict", "strict:1"):
        x = dl.ones(2, requires_grad=True)
        y = dl.rand(3)
        (x * 2).sum().backward()
    assert x.device == y.device == x.grad.device == "strict:1"
    assert dl.ones(2).device == "cpu"


def test_unknown_places_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="nonsense"):
        dl.ones(2).to(backend="nonsense")
    with pytest.raises(BackendUnavailableError, match="METAL"):
        dl.ones(2).to("metal")
    with pytest.raises(RuntimeError, match="STRICT:7"):
        dl.ones(2).to("strict:7")
    with pytest.raises(TypeError, match="nonsense"):
        dl.ones(2).to(nonsense=1)
