"""Looking up and writing at positions gives what NumPy gives, whatever the layout."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

pytestmark = pytest.mark.usefixtures("gpu")
RANDOM = np.random.default_rng(0)
DTYPES = ["float32", "float64", "int32", "int64", "complex64", "bool", "float16"]


def numbers(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Small whole numbers, whose sums are exact in every dtype."""
    return RANDOM.integers(0, 2 if dtype == "bool" else 5, size=shape).astype(dtype)


def put(values: np.ndarray) -> dl.Tensor:
    return dl.tensor(values, device="cuda")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("turned", [False, True])
def test_rows_are_added_where_the_index_says(dtype, turned):
    base, rows, where = numbers((4, 3), dtype), numbers((6, 3), dtype), np.array([0, 3, 3, 1, 0, 3])
    expected = base.copy()
    np.add.at(expected, where, rows)
    x, source = (put(base.T).T, put(rows.T).T) if turned else (put(base), put(rows))
    assert x.index_add(0, put(where), source).tolist() == expected.tolist()
    assert x.tolist() == base.tolist(), "the input was changed"
    assert put(base.T).index_add(1, put(where.astype("int32")), put(rows.T)).tolist() == expected.T.tolist()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("dim", [0, 1, 2])
def test_elements_are_added_where_the_index_says(dtype, dim):
    base, source = numbers((3, 4, 5), dtype), numbers((3, 4, 5), dtype)
    index = RANDOM.integers(0, base.shape[dim], size=(2, 3, 4))  # smaller than both
    expected = base.copy()
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = index[place]
        expected[tuple(target)] += source[place]
    assert put(base).scatter_add(dim, put(index), put(source)).tolist() == expected.tolist()


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_of_several_elements_for_one_place_the_last_stays(dim):
    base, source = numbers((3, 4, 5), "float32"), RANDOM.normal(size=(3, 4, 5)).astype("float32")
    index = RANDOM.integers(0, base.shape[dim], size=(2, 3, 4))
    expected = base.copy()
    for place in np.ndindex(index.shape):
        target = list(place)
        target[dim] = index[place]
        expected[tuple(target)] = source[place]
    assert put(base).scatter(dim, put(index), put(source)).tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", DTYPES)
def test_of_several_rows_for_one_place_the_last_stays(dtype):
    base, rows, where = numbers((4, 3), dtype), numbers((6, 3), dtype), np.array([0, 3, 3, 1, 0, 3])
    expected = base.copy()
    for place, row in zip(where, rows, strict=True):
        expected[place] = row
    assert put(base).index_copy(0, put(where), put(rows)).tolist() == expected.tolist()


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_elements_are_gathered(dim):
    base = numbers((3, 4, 5), "int64")
    index = RANDOM.integers(0, base.shape[dim], size=(2, 3, 4))
    corner = base[
        tuple(slice(None) if place == dim else slice(size) for place, size in enumerate(index.shape))
    ]
    expected = np.take_along_axis(corner, index, dim)
    assert put(base).gather(dim, put(index)).tolist() == expected.tolist()
    assert put(base.transpose(2, 0, 1)).permute(1, 2, 0).gather(dim, put(index)).tolist() == expected.tolist()


def test_positions_count_from_the_end_where_they_may():
    base = numbers((3, 4, 5), "float32")
    first, second = np.array([[0, -1], [-3, 2]]), np.array([1, -4])
    assert put(base)[put(first)].tolist() == base[first].tolist()
    assert put(base)[:, put(second)].tolist() == base[:, second].tolist()
    assert put(base)[put(first), :, put(second)].tolist() == base[first, :, second].tolist()


def test_gradients_of_lookups_add_up():
    weight = put(np.zeros((4, 2), "float32")).requires_grad_()
    out = dl.nn.functional.embedding(put(np.array([[1, 1], [3, 0]])), weight, padding_idx=3)
    out.sum().backward()
    assert weight.grad.tolist() == [[1, 1], [2, 2], [0, 0], [0, 0]]
    x = put(np.arange(6.0).reshape(2, 3)).requires_grad_()
    (x[put(np.array([0, 0, 1])), put(np.array([2, 2, 0]))] * put(np.array([1.0, 2.0, 3.0]))).sum().backward()
    assert x.grad.tolist() == [[0, 0, 3], [3, 0, 0]]


def test_short_numbers_are_added_in_float32():
    ones = dl.ones((4096,), dtype=dl.float16, device="cuda")  # in float16, 2048 + 1 is 2048
    total = dl.zeros((1,), dtype=dl.float16, device="cuda")
    assert total.index_add(0, dl.zeros((4096,), dtype=dl.int64, device="cuda"), ones).tolist() == [4096.0]
