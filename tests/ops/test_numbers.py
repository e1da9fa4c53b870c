"""Python numbers that become elements: what a dtype holds, what starts again at its other end, what is refused."""

from __future__ import annotations

import math

import pytest

import deep_learner as dl
from deep_learner.ops.numbers import as_element

PLACES = {
    "full": lambda lib, value, dtype: lib.full((2,), value, dtype=dtype),
    "full_like": lambda lib, value, dtype: lib.full_like(lib.zeros(2, dtype=dtype), value),
    "new_full": lambda lib, value, dtype: lib.zeros(2, dtype=dtype).new_full((2,), value),
    "fill_": lambda lib, value, dtype: lib.zeros(2, dtype=dtype).fill_(value),
    "tensor": lambda lib, value, dtype: lib.tensor([value, 1], dtype=dtype),
    "scalar_tensor": lambda lib, value, dtype: lib.scalar_tensor(value, dtype=dtype),
    "masked_fill": lambda lib, value, dtype: lib.zeros(2, dtype=dtype).masked_fill(
        lib.tensor([True, False]), value
    ),
    "index_fill": lambda lib, value, dtype: lib.zeros(2, dtype=dtype).index_fill(0, lib.tensor([0]), value),
    "scatter": lambda lib, value, dtype: lib.zeros(2, dtype=dtype).scatter(0, lib.tensor([0]), value),
    "clamp": lambda lib, value, dtype: lib.ones(2, dtype=dtype).clamp(max=value),
    "where": lambda lib, value, dtype: lib.where(lib.tensor([True, False]), lib.zeros(2, dtype=dtype), value),
    "add": lambda lib, value, dtype: lib.ones(2, dtype=dtype) + value,
    "alpha": lambda lib, value, dtype: lib.add(
        lib.ones(2, dtype=dtype), lib.ones(2, dtype=dtype), alpha=value
    ),
    "addcmul": lambda lib, value, dtype: lib.addcmul(*(lib.ones(2, dtype=dtype),) * 3, value=value),
}
VALUES = [0, 1, -5, 200, 300, -300, 70000, 2**40, 2.7, -0.5, 255.9, 1e9, 1e39, math.inf, -math.inf, math.nan]


def outcome(call, lib, value, dtype):
    """The dtype and the values, or the exception."""
    try:
        made = call(lib, value, getattr(lib, dtype))
    except (RuntimeError, TypeError, OverflowError) as error:
        return RuntimeError if isinstance(error, RuntimeError) else type(error)
    return str(made.dtype).rsplit(".", 1)[-1], [repr(item) for item in made.reshape(-1).tolist()]


@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64", "float16", "float32"])
@pytest.mark.parametrize("place", PLACES)
def test_numbers_become_elements_as_in_pytorch(place, dtype):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    for value in VALUES:
        if place == "tensor" and dtype.startswith("uint") and isinstance(value, float) and value < 0:
            continue  # undefined in C, where PyTorch leaves it
        if place == "addcmul" and dtype == "float16" and value == 1e39:
            continue  # PyTorch computes with float32 here, which does not hold it
        assert outcome(PLACES[place], dl, value, dtype) == outcome(PLACES[place], torch, value, dtype), value


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (True, "int8", 1),
        (2.9, "int8", 2),
        (-1, "uint8", 255),
        (3, "bool", True),
        (2 + 0j, "float32", 2.0),
        (1, "complex64", 1.0),
    ],
)
def test_a_number_as_an_element(value, dtype, expected):
    made = as_element(value, getattr(dl, dtype))
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("value", "dtype"), [(128, "int8"), (-256, "uint8"), (math.nan, "int32"), (1j, "float32")]
)
def test_a_number_that_does_not_fit_is_named(value, dtype):
    with pytest.raises(
        RuntimeError, match=rf"cannot be converted to type {dtype} without overflow.*Received: "
    ):
        as_element(value, getattr(dl, dtype))


@pytest.mark.parametrize(("input", "other"), [("int32", "int8"), ("int8", "uint8"), ("float32", "int8")])
def test_a_factor_is_applied_in_the_common_dtype(input, other):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    ours, theirs = (
        lib.add(
            lib.zeros(2, dtype=getattr(lib, input)), lib.full((2,), 100, dtype=getattr(lib, other)), alpha=3
        )
        for lib in (dl, torch)
    )
    assert ours.tolist() == theirs.tolist()
    with pytest.raises(RuntimeError, match="Boolean alpha"):
        dl.add(dl.ones(2), dl.ones(2), alpha=True)
