"""`x[index]` and `x[index] = value` place elements where PyTorch places them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner.ops.indexing.getitem import getitem, index_put, setitem

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

SHAPE = (3, 4, 2, 5)


class Positions:
    """An index made of an array, for either library."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __repr__(self) -> str:
        return f"Positions({self.array.tolist()})"


def for_library(index: Any, make: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(for_library(item, make) for item in index)
    return make(index.array) if isinstance(index, Positions) else index


@st.composite
def indices(draw: Any) -> tuple[Any, ...]:
    """An index into SHAPE: every kind of item, in any mixture."""
    common = draw(st.sampled_from([(), (1,), (2,), (2, 1), (3,), (2, 3), (0,)]))
    items: list[Any] = []
    dim = 0
    ellipsis = draw(st.booleans())
    while dim < len(SHAPE) and draw(st.integers(0, 9)) > 0:
        size = SHAPE[dim]
        kind = draw(
            st.sampled_from(
                ["int", "slice", "none", "bool", "array", "array", "list", "mask", "mask2", "scalar", "..."]
            )
        )
        if kind == "int":
            items.append(draw(st.integers(-size, size - 1)))
        elif kind == "slice":
            bound = st.none() | st.integers(-size - 2, size + 2)
            items.append(slice(draw(bound), draw(bound), draw(st.none() | st.integers(1, 3))))
        elif kind == "array":
            shape = tuple(draw(st.sampled_from([1, n])) if n else n for n in common)
            count = int(np.prod(shape))
            values = draw(st.lists(st.integers(-size, size - 1), min_size=count, max_size=count))
            items.append(
                Positions(np.array(values, dtype=draw(st.sampled_from(["int64", "int32"]))).reshape(shape))
            )
        elif kind == "list" and common and common[-1]:
            items.append(
                draw(st.lists(st.integers(-size, size - 1), min_size=common[-1], max_size=common[-1]))
            )
        elif kind == "scalar":
            items.append(Positions(np.array(draw(st.integers(-size, size - 1)))))
        elif kind == "mask":
            items.append(Positions(np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))))
        elif kind == "mask2" and dim + 1 < len(SHAPE):
            items.append(Positions(np.random.default_rng(dim).random((size, SHAPE[dim + 1])) < 0.5))
            dim += 1
        else:
            if kind == "none":
                items.append(None)
            elif kind == "bool":
                items.append(draw(st.booleans()))
            elif kind == "..." and ellipsis:
                items.append(Ellipsis)
                ellipsis = False
            continue
        dim += 1
    return tuple(items)


def pair(dtype: str = "float64") -> tuple[dl.Tensor, Any]:
    values = np.arange(np.prod(SHAPE)).reshape(SHAPE).astype(dtype)
    return dl.tensor(values), torch.tensor(values)


def outcome(function: Any) -> Any:
    """What a call returns, or the type of error it ends with."""
    try:
        return function()
    except (IndexError, RuntimeError, ValueError, TypeError) as error:
        return type(error)


@settings(max_examples=400, deadline=None)
@given(index=indices())
def test_any_mixture_of_indices_picks_what_pytorch_picks(index: tuple[Any, ...]) -> None:
    x, theirs = pair()
    got = outcome(lambda: x[for_library(index, dl.tensor)])
    expected = outcome(lambda: theirs[for_library(index, torch.tensor)])
    if isinstance(expected, type):
        assert isinstance(got, type), (got, expected)
        assert issubclass(got, expected)
    else:
        np.testing.assert_array_equal(got.numpy(), expected.numpy())


@settings(max_examples=200, deadline=None)
@given(index=indices(), kind=st.sampled_from(["number", "0-d", "full", "row"]))
def test_any_mixture_of_indices_writes_where_pytorch_writes(index: tuple[Any, ...], kind: str) -> None:
    x, theirs = pair()
    expected = outcome(lambda: theirs[for_library(index, torch.tensor)])
    if isinstance(expected, type):
        return
    region = tuple(expected.shape)
    if len({tuple(p) for p in np.argwhere(np.ones(region))}) != len(set(expected.flatten().tolist())):
        kind = "number"  # Places named twice: PyTorch does not say which of several values stays.
    shape = {"number": None, "0-d": (), "full": region, "row": region[-1:]}[kind]
    value: Any = -1.5 if shape is None else np.random.default_rng(0).normal(size=shape)
    if kind == "number":
        theirs[for_library(index, torch.tensor)] = value
        written = setitem(x, for_library(index, dl.tensor), value)
        x[for_library(index, dl.tensor)] = value
    else:
        theirs[for_library(index, torch.tensor)] = torch.tensor(value)
        written = setitem(x, for_library(index, dl.tensor), dl.tensor(value))
        x[for_library(index, dl.tensor)] = dl.tensor(value)
    np.testing.assert_array_equal(written.numpy(), theirs.numpy())
    np.testing.assert_array_equal(x.numpy(), theirs.numpy())


@settings(max_examples=100, deadline=None)
@given(index=indices())
def test_strict_arrays_are_indexed_alike(index: tuple[Any, ...]) -> None:
    x, _ = pair()
    expected = outcome(lambda: x[for_library(index, dl.tensor)])
    there = dl.tensor(x.numpy(), device="strict:1")
    got = outcome(lambda: there[for_library(index, lambda array: dl.tensor(array, device="strict:1"))])
    if isinstance(expected, type):
        assert got is expected
    else:
        np.testing.assert_array_equal(got.numpy(), expected.numpy())


@settings(max_examples=100, deadline=None)
@given(index=indices())
def test_gradients_of_an_indexed_tensor_are_pytorchs(index: tuple[Any, ...]) -> None:
    x, theirs = pair()
    x.requires_grad_()
    theirs.requires_grad_()
    expected = outcome(lambda: theirs[for_library(index, torch.tensor)])
    if isinstance(expected, type):
        return
    weights = np.random.default_rng(0).normal(size=tuple(expected.shape))
    x[for_library(index, dl.tensor)].backward(dl.tensor(weights))
    expected.backward(torch.tensor(weights))
    np.testing.assert_allclose(x.grad.numpy(), theirs.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    "index",
    [
        7,
        -4,
        (0, 0, 0, 0, 0),
        (slice(None), 9),
        Positions(np.array([3])),
        Positions(np.array([-4])),
        Positions(np.array([1.5])),
        Positions(np.array([1], dtype="int16")),
        Positions(np.array([True, False])),
        (slice(None), Positions(np.array([True, False, True]))),
        ([0, 1], [0, 1, 2]),
        1.5,
        (0, 1.5),
        slice(None, None, -1),
        slice(None, None, 0),
    ],
    ids=str,
)
def test_what_is_no_index_is_refused_with_pytorchs_type_of_error(index: Any) -> None:
    x, theirs = pair()
    expected = outcome(lambda: theirs[for_library(index, torch.tensor)])
    assert isinstance(expected, type)
    with pytest.raises(expected):
        x[for_library(index, dl.tensor)]
    with pytest.raises(expected):
        setitem(x, for_library(index, dl.tensor), 0.0)


def test_an_index_out_of_bounds_is_named_with_dimension_and_size() -> None:
    for device in ("cpu", "strict"):
        x = dl.zeros(5, 3, device=device)
        with pytest.raises(IndexError, match="index 7 is out of bounds for dimension 0 with size 5"):
            x[7]
        with pytest.raises(IndexError, match="index 4 is out of bounds for dimension 1 with size 3"):
            x[:, dl.tensor([0, 4], device=device)]
        with pytest.raises(IndexError, match="index -6 is out of bounds for dimension 0 with size 5"):
            x[dl.tensor([0, -6], device=device), dl.tensor([0, 0], device=device)]


def test_a_second_ellipsis_is_refused() -> None:
    with pytest.raises(IndexError, match="single ellipsis"):
        dl.zeros(2, 2)[..., ...]


def test_a_0_d_tensor_has_no_positions() -> None:
    with pytest.raises(IndexError, match=r"item\(\)"):
        dl.tensor(1.0)[0]
    assert dl.tensor(1.0)[...].shape == ()
    assert dl.tensor(1.0)[None].shape == (1,)


def test_basic_indices_give_views_and_others_copies() -> None:
    x = dl.zeros(3, 4)
    for view in (x[1], x[:, 1:3], x[..., None], x[1, 2], x[dl.tensor(1)]):
        assert np.shares_memory(view.numpy(), x.numpy())
    for copy in (x[[1]], x[dl.tensor([1])], x[x > -1], x[True]):
        assert not np.shares_memory(copy.numpy(), x.numpy())


def test_numpy_arrays_and_ranges_are_indices() -> None:
    x = dl.arange(12).reshape(3, 4)
    assert x[np.array([0, 2])].tolist() == [[0, 1, 2, 3], [8, 9, 10, 11]]
    assert x[np.int64(1), range(2)].tolist() == [4, 5]
    assert x[[]].shape == (0, 4)


def test_gradients_of_places_named_twice_add_up() -> None:
    x = dl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[[0, 0, 2]].backward(dl.tensor([1.0, 10.0, 100.0]))
    assert x.grad.tolist() == [11.0, 0.0, 100.0]


def test_of_values_written_to_one_place_the_last_one_stays_and_has_the_gradient() -> None:
    for device in ("cpu", "strict"):
        x = dl.zeros(3, device=device, requires_grad=True)
        value = dl.tensor([1.0, 2.0, 3.0], device=device, requires_grad=True)
        out = setitem(x, dl.tensor([2, 0, 2], device=device), value)
        assert out.tolist() == [2.0, 0.0, 3.0]
        out.backward(dl.tensor([10.0, 20.0, 30.0], device=device))
        assert value.grad.tolist() == [0.0, 10.0, 30.0]
        assert x.grad.tolist() == [0.0, 20.0, 0.0]


def test_setitem_leaves_its_input_alone_and_converts_the_value() -> None:
    x = dl.zeros(2, 3, dtype=dl.int64)
    out = setitem(x, (slice(None), 1), dl.tensor([1.9, -1.9]))
    assert out.tolist() == [[0, 1, 0], [0, -1, 0]]
    assert out.dtype is dl.int64
    assert x.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_value_that_does_not_fit_is_refused() -> None:
    for device in ("cpu", "strict"):
        x = dl.zeros(2, 3, device=device)
        for index in (0, [0, 1], (slice(None), [0, 1])):
            with pytest.raises(RuntimeError, match="shape mismatch"):
                setitem(x, index, dl.zeros(4, device=device))
        assert setitem(x, 0, dl.ones(1, 1, 3, device=device)).shape == (2, 3)


def test_infinities_stay_where_they_are_written() -> None:
    for device in ("cpu", "strict"):
        x = dl.zeros(40, 20, device=device)
        rows = dl.ones(60, 20, device=device)
        rows = setitem(rows, 5, float("inf"))
        index = dl.arange(60, device=device) % 40
        out = x.index_add(0, index, rows).numpy()
        assert np.isinf(out[5]).all()
        assert np.isfinite(np.delete(out, 5, axis=0)).all()


def test_index_put_writes_and_adds_as_pytorch_does() -> None:
    x, theirs = pair()
    at = ([0, 2, 0], [1, 1, 1])
    values = np.arange(3.0)[:, None, None] + np.zeros((3, 2, 5))
    for accumulate in (False, True):
        if not accumulate:
            at = ([0, 2, 1], [1, 1, 1])
        got = index_put(x, tuple(dl.tensor(i) for i in at), dl.tensor(values), accumulate)
        expected = theirs.index_put(tuple(torch.tensor(i) for i in at), torch.tensor(values), accumulate)
        np.testing.assert_array_equal(got.numpy(), expected.numpy())
    with pytest.raises(RuntimeError, match="dtype"):
        index_put(x, (dl.tensor([0]),), dl.tensor(1))


def test_getitem_is_what_the_brackets_call() -> None:
    x, _ = pair()
    assert getitem(x, (0, Ellipsis, 1)).tolist() == x[0, ..., 1].tolist()


@pytest.mark.parametrize("index", [(..., [9], slice(5, None)), ([9], slice(0, 0)), (slice(0, 0), [9, -9])])
def test_positions_are_not_looked_at_where_nothing_is_left(index: Any) -> None:
    x, theirs = pair()
    assert tuple(x[index].shape) == tuple(theirs[index].shape)
    x[index] = 1.0
    theirs[index] = 1.0
    np.testing.assert_array_equal(x.numpy(), theirs.numpy())


def test_a_dimension_without_elements_has_no_position() -> None:
    for lib in (dl, torch):
        with pytest.raises(IndexError, match="out of bounds"):
            lib.zeros(2, 0)[:, [0]]
