"""Operations that do not take every kind of number."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.ops.operation import op


@op(promote="arithmetic", refuses="bool complex")
def midpoint(xp, input: Array, other: Array | Scalar):  # noqa: F821
    """Half of the sum, rounded down. Shapes: (*), (*), broadcast -> (*)."""
    return (input + other) // 2


@pytest.mark.parametrize(
    ("operands", "kind", "advice"),
    [
        ((dl.tensor([True]), dl.tensor([False])), "booleans", "x.to(deep_learner.int64)"),
        ((dl.tensor([1j]), dl.tensor([1j])), "complex numbers", ".real, .imag or .abs()"),
        ((dl.tensor([1.0]), 1j), "complex numbers", ".real, .imag or .abs()"),
    ],
    ids=["bool", "complex", "complex number"],
)
def test_a_kind_is_refused_by_name(operands, kind, advice):
    with pytest.raises(NotImplementedError) as caught:
        midpoint(*operands)
    assert f"midpoint() is not implemented for {kind}" in str(caught.value)
    assert advice in str(caught.value)
    assert "input: Tensor of shape (1,)" in str(caught.value)


def test_the_common_dtype_counts():
    assert midpoint(dl.tensor([True]), dl.tensor([3])).tolist() == [2]
    assert midpoint(dl.tensor([3]), 5).tolist() == [4]
    assert midpoint(dl.tensor([True]), 3).tolist() == [2]


def test_the_dtype_that_is_computed_in_counts():
    assert dl.softmax(dl.tensor([1, 1]), 0, dtype=dl.float32).tolist() == [0.5, 0.5]
    with pytest.raises(NotImplementedError, match="integers"):
        dl.softmax(dl.tensor([1, 1]), 0)


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError, match="whole"):
        op(refuses="whole")(midpoint.operation.forward)


@pytest.mark.parametrize("call", [lambda: dl.outer(dl.ones(2), 2), lambda: dl.matmul(3, dl.ones(2))])
def test_a_number_in_place_of_a_tensor_is_named(call):
    with pytest.raises(TypeError, match=r"argument '\w+' must be Tensor, not (int|float)"):
        call()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: dl.softmax(dl.ones(2), 0.5), TypeError, "dim must be int, not float"),
        (lambda: dl.sum(dl.ones(2, 3), dim=(0, "1")), TypeError, "dim must be int, not str"),
        (lambda: dl.maximum(dl.ones(2), None), TypeError, "'other' must be Tensor, not NoneType"),
        (lambda: dl.masked_fill(dl.ones(2), dl.tensor([True, False]), None), TypeError, "'value' must be Tensor"),
        (lambda: dl.clamp_max(dl.ones(2), None), TypeError, "needs a limit"),
        (lambda: dl.quantile(dl.ones(3), dl.tensor([0.5, -1.0])), RuntimeError, r"range \[0, 1\]"),
        (lambda: dl.addmm(dl.ones(3, 2, 2), dl.ones(2, 2), dl.ones(2, 2)), RuntimeError, "does not broadcast"),
        (lambda: dl.cdist(dl.ones(2, 2), dl.ones(2, 2), p=-1.0), RuntimeError, "non-negative"),
        (lambda: dl.trapezoid(dl.ones(2, 3), dl.tensor(1.0)), RuntimeError, "too few dimensions"),
    ],
)  # fmt: skip
def test_arguments_that_mean_nothing_are_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()
