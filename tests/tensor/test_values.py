"""Values for Python: numbers, lists, truth, lengths, iteration, sizes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import Size, Tensor

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


@pytest.mark.parametrize(
    ("data", "dtype", "value"),
    [
        (3, "int64", 3), ([[2.5]], "float32", 2.5), (True, "bool", True), (1 + 2j, "complex64", 1 + 2j),
        ([7], "uint8", 7), (float("inf"), "float64", float("inf")),
    ],
)  # fmt: skip
def test_item_is_a_python_number(data: Any, dtype: str, value: Any) -> None:
    for device in ("cpu", "strict:1"):
        found = dl.tensor(data, dtype=dtype, device=device).item()
        assert found == value and type(found) is type(value)


def test_item_needs_exactly_one_element() -> None:
    for shape in ((2,), (0,)):
        with pytest.raises(RuntimeError, match=r"cannot be converted to Scalar.*shape"):
            dl.zeros(shape).item()


def test_one_element_becomes_each_kind_of_python_number() -> None:
    x = dl.tensor([2.75])
    assert (int(x), float(x), complex(x), bool(x)) == (2, 2.75, 2.75 + 0j, True)
    assert not dl.tensor([[0]]) and dl.tensor(True)


@pytest.mark.parametrize("shape", [(2,), (0,)])
def test_truth_of_several_or_no_elements_is_ambiguous(shape: tuple[int, ...]) -> None:
    for library in (dl, torch):
        with pytest.raises(RuntimeError, match="ambiguous"):
            bool(library.zeros(shape))


def test_integers_are_indices() -> None:
    assert [10, 20, 30][dl.tensor(1)] == 20
    assert operator.index(dl.tensor([[2]])) == 2 and range(5)[dl.tensor(True)] == 1
    for bad in (dl.tensor(1.0), dl.tensor([1, 2])):
        with pytest.raises(TypeError, match="converted to an index"):
            operator.index(bad)


def test_lists_are_nested_python_numbers() -> None:
    for device in ("cpu", "strict:1"):
        x = dl.tensor([[1, 2], [3, 4]], device=device, requires_grad=True)
        assert x.tolist() == [[1, 2], [3, 4]] and type(x.tolist()[0][0]) is int
    assert (
        dl.tensor(2.5).tolist() == 2.5
        and dl.zeros(0, 3).tolist() == []
        and dl.zeros(2, 0).tolist() == [[], []]
    )


def test_length_and_iteration_go_over_the_first_dimension() -> None:
    x = dl.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert len(x) == 2 and [row.tolist() for row in x] == [[1, 2], [3, 4]]
    first, second = x
    (first * second).sum().backward()
    assert x.grad.tolist() == [[3, 4], [1, 2]]
    for call in (len, iter):
        with pytest.raises(TypeError, match="0-d tensor"):
            call(dl.tensor(1.0))


def test_membership_is_equality_with_any_element() -> None:
    x = dl.tensor([1.0, 2.0])
    assert 2 in x and 3 not in x and dl.tensor(1.0) in x


def test_tensors_hash_by_identity_and_compare_by_element() -> None:
    x, y = dl.ones(2), dl.ones(2)
    assert {x: 1, y: 2}[x] == 1 and hash(x) != hash(y)
    assert (x == y).tolist() == [True, True] and (x != y).tolist() == [False, False]
    assert (x == None) is False and (x != "word") is True  # noqa: E711


def test_size_is_the_number_of_elements_and_a_method() -> None:
    x = dl.zeros(2, 3)
    assert x.size == 6 and x.size + 1 == 7
    assert x.size() == Size([2, 3]) == (2, 3) and x.size(0) == 2 and x.size(-1) == 3 and x.size(dim=1) == 3
    with pytest.raises(IndexError, match=r"2.*\(2, 3\)"):
        x.size(2)
    assert (x.numel(), x.nelement(), x.ndim, x.dim(), x.itemsize, x.nbytes) == (6, 6, 2, 2, 4, 24)
    assert (x / x.size).dtype is dl.float32 and (dl.ones(2, dtype=dl.int8) * x.size).dtype is dl.int8


def test_shape_is_a_tuple_that_counts() -> None:
    shape = dl.zeros(2, 3, 4).shape
    assert isinstance(shape, tuple) and shape.numel() == 24 and isinstance(shape[1:], Size)
    longer = shape + (5,)  # noqa: RUF005
    assert repr(shape) == "Size([2, 3, 4])" and longer == (2, 3, 4, 5) and isinstance(longer, Size)
    assert dl.zeros(()).shape.numel() == 1
    assert dl.zeros(shape).shape == shape


def test_what_a_tensor_is() -> None:
    x = dl.ones(2, dtype=dl.complex64)
    assert x.is_complex() and not x.is_floating_point() and x.element_size() == 8
    assert x.is_cpu and not x.is_cuda and x.backend == "numpy" and x.device == dl.Device("cpu") == "cpu"
    assert dl.is_tensor(x) and not dl.is_tensor(np.ones(2))
    assert x.real.dtype is dl.float32 and x.imag.tolist() == [0, 0]
    with pytest.raises(RuntimeError, match="imag"):
        _ = dl.ones(2).imag


def test_new_tensors_take_dtype_and_device_after_another() -> None:
    x = dl.ones(1, dtype=dl.float64, device="strict:1")
    made = [
        x.new_zeros(2, 3), x.new_ones((2, 3)), x.new_full((2, 3), 7), x.new_empty(2, 3), x.new_tensor([[1, 2, 3]] * 2),
        x.zeros_like().expand(2, 3), x.ones_like().expand(2, 3),
    ]  # fmt: skip
    for one in made:
        assert one.shape == (2, 3) and one.dtype is dl.float64 and one.device == "strict:1"
    assert made[2].tolist() == [[7] * 3] * 2 and made[4].tolist() == [[1, 2, 3]] * 2
    changed = x.new_zeros(2, dtype=dl.int32, device="cpu", requires_grad=True)
    assert changed.dtype is dl.int32 and changed.device == "cpu" and changed.requires_grad


def test_ragged_lists_and_things_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"(?i)ragged|sequence of length|inhomogeneous"):
        Tensor([[1, 2], [3]])
    for bad in ("word", [1, None], object()):
        with pytest.raises((TypeError, ValueError)):
            Tensor(bad)


def test_tensor_copies_its_data() -> None:
    values = np.ones(3)
    x = Tensor(values)
    values[0] = 9
    assert x.tolist() == [1, 1, 1]
