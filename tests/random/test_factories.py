"""`rand`, `randn`, `randint`, `randperm` and their `_like` forms: values, shapes, dtypes and refusals."""

from __future__ import annotations

import pytest

from deep_learner import dtypes, random, zeros
from tests.random.conftest import same_bits

SHAPES = [(), (0,), (3,), (4, 5), (2, 3, 17), (0, 4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("function", ["rand", "randn"])
def test_floating_tensors_are_pytorchs(torch, function, dtype, shape):
    random.manual_seed(3)
    torch.manual_seed(3)
    for _ in range(2):
        ours = (
            getattr(random, function)(*shape, dtype=dtype)
            if shape
            else getattr(random, function)((), dtype=dtype)
        )
        assert same_bits(ours, getattr(torch, function)(shape, dtype=getattr(torch, dtype)))


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8", "bool", "float32", "float64"])
def test_integer_tensors_are_pytorchs(torch, dtype):
    random.manual_seed(4)
    torch.manual_seed(4)
    high = 2 if dtype == "bool" else 100
    for shape in SHAPES:
        expected = torch.randint(0, high, shape, dtype=getattr(torch, dtype))
        assert same_bits(random.randint(0, high, shape, dtype=dtype), expected)
        assert same_bits(random.randint(high, shape), torch.randint(high, shape))


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "float32"])
def test_permutations_are_pytorchs(torch, dtype):
    random.manual_seed(5)
    torch.manual_seed(5)
    for size in (0, 1, 2, 10, 100):
        assert same_bits(
            random.randperm(size, dtype=dtype), torch.randperm(size, dtype=getattr(torch, dtype))
        )


def test_like_forms_take_shape_and_dtype_from_the_tensor(torch):
    random.manual_seed(6)
    torch.manual_seed(6)
    ours, theirs = zeros(3, 7, dtype="float64"), torch.zeros(3, 7, dtype=torch.float64)
    assert same_bits(random.rand_like(ours), torch.rand_like(theirs))
    assert same_bits(random.randn_like(ours), torch.randn_like(theirs))
    assert same_bits(random.randint_like(ours, 5), torch.randint_like(theirs, 5))
    assert same_bits(random.randint_like(ours, -5, 5), torch.randint_like(theirs, -5, 5))
    assert same_bits(random.randn_like(ours, dtype="float32"), torch.randn_like(theirs, dtype=torch.float32))


def test_sizes_may_be_given_apart_or_together():
    shapes = [
        random.rand(2, 3).shape,
        random.rand((2, 3)).shape,
        random.rand([2, 3]).shape,
        random.rand(zeros(2, 3).shape).shape,
    ]
    assert shapes == [(2, 3)] * 4
    assert random.randint(low=1, high=3, size=(4,)).shape == (4,)


def test_requires_grad_makes_a_leaf():
    for made in (random.rand(2, requires_grad=True), random.randn(20, requires_grad=True)):
        assert made.requires_grad
        assert made.is_leaf
    assert not random.rand(2).requires_grad


def test_the_default_dtype_is_followed():
    kept = dtypes.get_default_dtype()
    dtypes.set_default_dtype("float64")
    try:
        assert random.rand(2).dtype is dtypes.float64
    finally:
        dtypes.set_default_dtype(kept)
    assert random.randn(2).dtype is dtypes.float32
    assert random.randint(3, (2,)).dtype is random.randperm(3).dtype is dtypes.int64


@pytest.mark.parametrize("function", [random.rand, random.randn])
def test_floating_factories_refuse_integer_dtypes(function):
    with pytest.raises(NotImplementedError, match="int64"):
        function(3, dtype="int64")
    with pytest.raises(NotImplementedError, match="randint"):
        random.rand_like(zeros(3, dtype="int32"))


@pytest.mark.parametrize(
    "call", [lambda: random.rand(-1), lambda: random.randint(3, (2, -1)), lambda: random.randperm(-1)]
)
def test_negative_sizes_are_refused(call):
    with pytest.raises(RuntimeError, match="-1"):
        call()


def test_sizes_that_are_no_integers_are_refused():
    with pytest.raises(TypeError):
        random.rand(2.5)


@pytest.mark.parametrize(
    ("bounds", "dtype", "said"),
    [
        ((3, 3), "int64", "low=3, high=3"),
        ((5, 2), "float32", "low=5, high=2"),
        ((0, 300), "uint8", "0 to 255"),
        ((-1, 3), "uint8", "0 to 255"),
        ((-129, 3), "int8", "-128 to 127"),
        ((0, 4), "bool", "0 to 1"),
        ((0, 2**63 + 1), "int64", str(2**63 - 1)),
    ],
)
def test_impossible_bounds_are_refused(bounds, dtype, said):
    with pytest.raises(RuntimeError, match=said):
        random.randint(*bounds, (2,), dtype=dtype)


def test_permutations_that_the_dtype_cannot_hold_are_refused():
    with pytest.raises(RuntimeError, match="uint8"):
        random.randperm(300, dtype="uint8")


@pytest.mark.parametrize("arguments", [(), ((2,),), (1, 2, 3, (2,)), (1, 2)])
def test_randint_without_bounds_or_size_is_refused(arguments):
    with pytest.raises(TypeError, match="randint takes"):
        random.randint(*arguments)
