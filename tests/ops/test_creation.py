"""Truths about ops/creation.py: PyTorch's dtypes, copies and sharing, and errors that name the place."""

from __future__ import annotations

import array
import warnings

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.refusals import torch

PURE = [
    3,
    2.5,
    True,
    1j,
    [1, 2],
    [1, 2.5],
    [True, 2],
    [True, False],
    [1, 1j],
    [],
    [[], []],
    [[1, 2], [3, 4]],
    (1, (2)),
    ((1, 2), [3, 4]),
    range(3),
    [2**62, -(2**63)],
]
WITH_NUMPY = [
    np.float64(1),
    [np.float64(1)],
    [np.float32(1), 2],
    [np.int32(1)],
    [np.ones(2), np.ones(2)],
    np.arange(3, dtype=np.int16),
    np.array(2.0),
    np.array([1, 2], dtype=np.uint8),
    np.array([True]),
    np.array([1 + 1j], dtype=np.complex64),
    np.array([0.5], dtype=np.float16),
]


def assert_same(ours: dl.Tensor, theirs: object) -> None:
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("data", PURE + WITH_NUMPY, ids=repr)
def test_values_get_pytorchs_dtype_and_shape(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch finds lists of arrays slow
        expected = torch.tensor(data)
    assert_same(dl.tensor(data), expected)
    there = dl.tensor(data, device="strict:1") if "float16" not in str(expected.dtype) else None
    if there is not None and "int16" not in str(expected.dtype):
        assert_same(there, expected)
        assert there.device == "strict:1"


def test_lists_of_tensors_become_one_tensor():
    parts = [dl.tensor(1.5, dtype=dl.float64), 2]
    assert dl.tensor(parts).dtype is dl.float64
    assert dl.tensor([dl.tensor(1), 2.5]).tolist() == [1.0, 2.5]
    rows = [dl.tensor([1, 2], requires_grad=False), dl.tensor([3, 4])]
    assert dl.tensor(rows).tolist() == [[1, 2], [3, 4]]
    assert dl.tensor([dl.tensor(1.0, requires_grad=True)]).requires_grad is False


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32", "uint8", "bool", "complex64"])
@pytest.mark.parametrize("data", [[0, 1, 2], [0.5, 1.5], [True, False], 7, np.arange(3.0)], ids=repr)
def test_a_dtype_asked_for_is_given(data, dtype):
    assert_same(dl.tensor(data, dtype=dtype), torch.tensor(data, dtype=getattr(torch, dtype)))


def test_the_default_dtype_decides_for_python_floats_alone():
    dl.set_default_dtype(dl.float64)
    try:
        assert dl.tensor([1.0]).dtype is dl.float64
        assert dl.tensor([1j]).dtype is dl.complex128
        assert dl.tensor([1]).dtype is dl.int64
        assert dl.tensor(np.ones(2, np.float32)).dtype is dl.float32
        assert dl.zeros(2).dtype is dl.float64
    finally:
        dl.set_default_dtype(dl.float32)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([[1, 2], [3]], r"expected length 2 as in data\[0\], but data\[1\] has length 1"),
        ([[1], [2], [3, 4]], r"data\[2\] has length 2"),
        (
            [[[1], [2]], [[3], [4, 5]]],
            r"expected length 1 as in data\[1\]\[0\], but data\[1\]\[1\] has length 2",
        ),
        ([[[1, 2]], [[3]]], r"expected length 2 as in data\[0\]\[0\], but data\[1\]\[0\] has length 1"),
        ([[1, 2], 3], r"expected length 2 as in data\[0\], but data\[1\] is a number"),
        ([1, [2]], r"expected a number as in data\[0\], but data\[1\] has length 1"),
        ([np.ones(2), np.ones(3)], r"data\[1\] has length 3"),
    ],
)
@pytest.mark.parametrize("device", [None, "strict"])
def test_ragged_lists_are_refused_with_the_place_and_the_lengths(data, message, device):
    with pytest.raises(ValueError, match=message):
        dl.tensor(data, device=device)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("abc", "data"),
        (None, "data"),
        ([1, "a"], r"data\[1\]"),
        ([[1], [None]], r"data\[1\]\[0\]"),
        ({1: 2}, "data"),
        (b"ab", "data"),
        ({1, 2}, "data"),
    ],
)
@pytest.mark.parametrize("device", [None, "strict"])
def test_what_is_no_number_is_refused_with_its_place(data, place, device):
    with pytest.raises(TypeError, match=f"^{place} is no number"):
        dl.tensor(data, device=device)


@pytest.mark.parametrize("device", [None, "strict"])
def test_numbers_that_do_not_fit_are_refused(device):
    with pytest.raises(RuntimeError, match=r"data\[1\] is too large for int64"):
        dl.tensor([1, 2**70], device=device)
    with pytest.raises(RuntimeError, match="uint8 without overflow"):
        dl.tensor([300], dtype=dl.uint8, device=device)
    with pytest.raises(RuntimeError, match="imaginary part"):
        dl.tensor([1j], dtype=dl.float32, device=device)


def test_numbers_between_int64_and_uint64_need_their_dtype():
    with pytest.raises(RuntimeError, match="too large for int64"):
        dl.tensor([2**63])
    assert dl.tensor([2**63], dtype=dl.uint64).numpy()[0] == 2**63


def test_numpy_dtypes_without_counterpart_are_refused():
    with pytest.raises(TypeError, match="no counterpart"):
        dl.tensor(np.array(["2020-01-01"], dtype="datetime64[D]"))
    with pytest.raises(TypeError):
        dl.from_numpy(np.array(["a"]))


def test_tensor_copies_and_as_tensor_and_from_numpy_share():
    values = np.zeros(3)
    copied, shared, taken = dl.tensor(values), dl.as_tensor(values), dl.from_numpy(values)
    values[0] = 5.0
    assert copied.tolist() == [0.0, 0.0, 0.0]
    assert shared.tolist() == taken.tolist() == [5.0, 0.0, 0.0]
    x = dl.ones(2)
    assert dl.as_tensor(x) is x
    assert not np.shares_memory(dl.tensor(x).numpy(), x.numpy())
    assert dl.as_tensor(x, dtype=dl.int64).dtype is dl.int64


def test_as_tensor_keeps_the_graph():
    x = dl.ones(2, requires_grad=True)
    dl.as_tensor(x, dtype=dl.float64).backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_asarray_copies_shares_or_refuses_as_told():
    values = np.zeros(2)
    assert np.shares_memory(dl.asarray(values).numpy(), values)
    assert not np.shares_memory(dl.asarray(values, copy=True).numpy(), values)
    for impossible in ([1, 2], (3,)):
        with pytest.raises(ValueError, match="copy=False"):
            dl.asarray(impossible, copy=False)
    with pytest.raises(ValueError, match="copy=False"):
        dl.asarray(values, dtype=dl.float32, copy=False)
    assert dl.asarray([1.0], requires_grad=True).requires_grad


def test_from_numpy_takes_nothing_else():
    for other in ([1], 1.0, array.array("d", [1.0])):
        with pytest.raises(TypeError, match="expected a NumPy array"):
            dl.from_numpy(other)


def test_dlpack_shares_memory_in_both_directions():
    values = np.arange(3.0)
    x = dl.from_dlpack(values)
    values[1] = 7.0
    assert x.tolist() == [0.0, 7.0, 2.0]
    assert np.shares_memory(np.from_dlpack(x), values)
    theirs = torch.arange(3.0)
    ours = dl.from_dlpack(theirs)
    theirs[0] = 9.0
    assert ours.tolist() == [9.0, 1.0, 2.0]
    assert not np.shares_memory(dl.from_dlpack(values, copy=True).numpy(), values)
    with pytest.raises(TypeError, match="__dlpack__"):
        dl.from_dlpack([1.0])


def test_a_tensor_of_another_backend_is_carried_over():
    there = dl.tensor([1.0, 2.0], device="strict")
    here = dl.tensor(there, device="cpu")
    assert here.device == "cpu"
    assert here.tolist() == [1.0, 2.0]
    assert dl.tensor(there).device == "strict"


def test_scalar_tensors_are_floating_unless_told_otherwise():
    assert_same(dl.scalar_tensor(1), torch.scalar_tensor(1))
    assert dl.scalar_tensor(1, dtype=dl.int32).dtype is dl.int32


def test_new_tensors_are_leaves_that_may_require_a_gradient():
    for x in (
        dl.tensor([1.0], requires_grad=True),
        dl.zeros(1, requires_grad=True),
        dl.arange(2.0, requires_grad=True),
    ):
        assert x.requires_grad
        assert x.is_leaf
