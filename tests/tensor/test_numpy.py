"""Tensors beside NumPy arrays: shared memory, DLPack, operators and refusals."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def test_numpy_shares_memory() -> None:
    x = dl.zeros(3)
    x.numpy()[1] = 5
    assert x.tolist() == [0, 5, 0]
    x.add_(1)
    assert np.shares_memory(x.numpy(), x.detach().numpy()) and x.numpy().tolist() == [1, 6, 1]


def test_from_numpy_shares_memory() -> None:
    values = np.zeros(3)
    x = dl.from_numpy(values)
    values[0] = 7
    x[1] = 8
    assert x.tolist() == [7, 8, 0] == values.tolist()


def test_numpy_refuses_to_lose_the_graph() -> None:
    x = dl.ones(2, requires_grad=True)
    for call in (lambda: x.numpy(), lambda: np.asarray(x), lambda: (x * 2).numpy()):
        with pytest.raises(RuntimeError, match=r"requires grad.*detach\(\)"):
            call()
    assert x.detach().numpy().tolist() == x.numpy(force=True).tolist() == [1, 1]


def test_arrays_are_made_of_tensors() -> None:
    x = dl.tensor([[1, 2], [3, 4]])
    assert np.asarray(x).dtype == np.int64 and np.shares_memory(np.asarray(x), x.numpy())
    assert not np.shares_memory(np.array(x), x.numpy())
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype=np.float32, copy=False)
    assert np.asarray(x.to("strict:1")).tolist() == [[1, 2], [3, 4]]


def test_dlpack_shares_memory_both_ways() -> None:
    x = dl.zeros(3)
    np.from_dlpack(x)[0] = 4
    assert x.tolist() == [4, 0, 0]
    values = torch.ones(3)
    assert dl.from_dlpack(values).tolist() == [1, 1, 1]
    assert torch.from_dlpack(x).tolist() == [4, 0, 0]
    assert x.__dlpack_device__()[0] == 1
    with pytest.raises(BufferError, match="requires gradient"):
        dl.ones(2, requires_grad=True).__dlpack__()


@pytest.mark.parametrize(
    "symbol", ["add", "sub", "mul", "truediv", "pow", "matmul", "lt", "eq", "ge", "floordiv", "mod"]
)
def test_operators_beside_arrays_give_tensors_from_either_side(symbol: str) -> None:
    apply = getattr(operator, symbol)
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 5.0])
    x, y = dl.tensor(a), dl.tensor(b)
    for result in (apply(x, b), apply(a, y)):
        assert isinstance(result, dl.Tensor)
        np.testing.assert_array_equal(result.numpy(), apply(a, b))


def test_gradient_flows_beside_an_array() -> None:
    x = dl.tensor([1.0, 2.0], dtype=dl.float64, requires_grad=True)
    (np.array([3.0, 4.0]) * x).sum().backward()
    assert x.grad.tolist() == [3, 4]


@pytest.mark.parametrize("number", [np.float64(2.0), np.float32(2.0), np.int64(2), np.bool_(True)])
def test_numpy_scalars_are_numbers_from_either_side(number: np.generic) -> None:
    x = dl.tensor([1.0, 2.0])
    for result in (x * number, number * x, x + number, number - x):
        assert isinstance(result, dl.Tensor) and result.dtype is dl.float32 and result.shape == (2,)
    assert (x * number).tolist() == [float(number), 2 * float(number)]


def test_operators_leave_strangers_to_themselves() -> None:
    class Stranger:
        def __radd__(self, other: object) -> str:
            return "mine"

        def __lt__(self, other: object) -> str:
            return "mine too"

    assert dl.ones(2) + Stranger() == "mine"
    assert (dl.ones(2) > Stranger()) == "mine too"
    with pytest.raises(TypeError):
        dl.ones(2) + "word"
    with pytest.raises(TypeError):
        [1, 2] * dl.ones(2) + None


def test_numpy_functions_take_tensors_as_arrays() -> None:
    assert np.concatenate([dl.ones(2), dl.zeros(1)]).tolist() == [1, 1, 0]
