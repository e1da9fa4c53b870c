"""Filling tensors in place with PyTorch's numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import empty, from_numpy, ones, random, tensor, zeros
from deep_learner.autograd import no_grad
from tests.random.conftest import same_bits

SHAPES = [(), (0,), (7,), (16,), (3, 7), (128, 100)]
FLOATS = ("float32", "float64")


def _compare(torch, method, dtype, *arguments):
    """Fill a tensor of each shape here and in PyTorch, one after the other, and compare."""
    function = getattr(random, method)
    random.manual_seed(11)
    torch.manual_seed(11)
    for shape in SHAPES:
        ours = empty(shape, dtype=dtype)
        assert function(ours, *arguments) is ours
        theirs = getattr(torch.empty(shape, dtype=getattr(torch, dtype)), method)(*arguments)
        assert same_bits(ours, theirs), shape
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("dtype", [*FLOATS, "complex64"])
@pytest.mark.parametrize("bounds", [(), (-0.3, 0.7), (1, 1)])
def test_uniform_fills_as_pytorch(torch, dtype, bounds):
    _compare(torch, "uniform_", dtype, *bounds)


@pytest.mark.parametrize("fan_in", [3, 28, 784])
def test_kaiming_bounds_are_exact(torch, fan_in):
    bound = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + 5)) / math.sqrt(fan_in))
    _compare(torch, "uniform_", "float32", -bound, bound)


@pytest.mark.parametrize("dtype", [*FLOATS, "complex128"])
@pytest.mark.parametrize("parameters", [(), (0.0, 0.02), (3.0, 0.1)])
def test_normal_fills_as_pytorch(torch, dtype, parameters):
    _compare(torch, "normal_", dtype, *parameters)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("parameters", [(), (2.5,)])
def test_exponential_fills_as_pytorch(coins_torch, dtype, parameters):
    _compare(coins_torch, "exponential_", dtype, *parameters)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
def test_bernoulli_fills_as_pytorch(coins_torch, dtype):
    _compare(coins_torch, "bernoulli_", dtype)
    _compare(coins_torch, "bernoulli_", dtype, 0.1)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "uint8", "bool", "float32", "float64"])
def test_random_fills_as_pytorch(torch, dtype):
    _compare(torch, "random_", dtype)
    _compare(torch, "random_", dtype, 2)
    _compare(torch, "random_", dtype, 0, 2)
    _compare(torch, "random_", dtype, 1, None)


@pytest.mark.parametrize("bounds", [(-(2**63), None), (-(2**63), 2**63 - 1), (2**40,)])
def test_random_reaches_over_64_bits(torch, bounds):
    _compare(torch, "random_", "int64", *bounds)


def test_random_moves_bounds_that_a_float_cannot_hold(torch):
    with pytest.warns(UserWarning, match="out of bounds"):
        _compare(torch, "random_", "float32", 2**24 + 1, 2**25 + 3)


def test_random_takes_its_bounds_by_name():
    random.manual_seed(1)
    expected = random.random_(zeros(9), 3, 8).tolist()
    random.manual_seed(1)
    assert random.random_(zeros(9), **{"from": 3, "to": 8}).tolist() == expected
    assert set(expected) <= {3.0, 4.0, 5.0, 6.0, 7.0}
    with pytest.raises(TypeError, match="from and to"):
        random.random_(zeros(9), below=3)
    with pytest.raises(TypeError, match="from and to"):
        random.random_(zeros(9), 1, 2, 3)


@pytest.mark.parametrize("dtype", FLOATS)
def test_bernoulli_with_a_tensor_of_probabilities_broadcasts_as_pytorch(torch, dtype):
    probabilities = np.array([0.0, 0.2, 0.5, 1.0], dtype=dtype)
    random.manual_seed(2)
    torch.manual_seed(2)
    ours = random.bernoulli_(empty(50, 4), from_numpy(probabilities))
    assert same_bits(ours, torch.empty(50, 4).bernoulli_(torch.from_numpy(probabilities)))
    assert ours.numpy()[:, 0].max() == 0
    assert ours.numpy()[:, 3].min() == 1


FILLS = {
    "uniform_": lambda x: random.uniform_(x),
    "normal_": lambda x: random.normal_(x),
    "exponential_": lambda x: random.exponential_(x),
    "bernoulli_": lambda x: random.bernoulli_(x),
    "random_": lambda x: random.random_(x),
}


@pytest.mark.parametrize("name", FILLS)
def test_filling_a_leaf_that_requires_grad_needs_no_grad(name):
    leaf = ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf"):
        FILLS[name](leaf)
    with no_grad():
        FILLS[name](leaf)
    assert leaf.requires_grad
    assert leaf.is_leaf


@pytest.mark.parametrize("name", FILLS)
def test_no_gradient_flows_through_what_was_overwritten(name):
    leaf = ones(3, requires_grad=True)
    filled = FILLS[name](leaf * 2)
    (filled * leaf).sum().backward()
    assert leaf.grad.tolist() == filled.tolist()


def test_filling_is_noticed_by_the_backward_pass():
    leaf = ones(3, requires_grad=True)
    base = leaf * 2
    square = base * base
    random.normal_(base)
    with pytest.raises(RuntimeError):
        square.sum().backward()


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: random.uniform_(zeros(3), 1, 0), RuntimeError, "from=1 > to=0"),
        (lambda: random.uniform_(zeros(3), 0, 1e40), RuntimeError, "1e\\+40"),
        (lambda: random.uniform_(zeros(3), -3e38, 3e38), RuntimeError, "-3e\\+38"),
        (lambda: random.uniform_(zeros(3), math.nan, 1), RuntimeError, "nan"),
        (lambda: random.uniform_(zeros(3, dtype="int64")), NotImplementedError, "int64"),
        (lambda: random.normal_(zeros(3), 0, -1), RuntimeError, "std=-1"),
        (lambda: random.normal_(zeros(3), 0, math.nan), RuntimeError, "nan"),
        (lambda: random.normal_(zeros(3, dtype="int64")), NotImplementedError, "int64"),
        (lambda: random.exponential_(zeros(3), 0), RuntimeError, "lambd=0"),
        (lambda: random.exponential_(zeros(3, dtype="int64")), RuntimeError, "int64"),
        (lambda: random.bernoulli_(zeros(3), 1.5), RuntimeError, "p=1.5"),
        (lambda: random.bernoulli_(zeros(3), math.nan), RuntimeError, "nan"),
        (lambda: random.bernoulli_(zeros(3), tensor([0.0, 2.0, 0.0])), RuntimeError, "from 0 to 1"),
        (lambda: random.bernoulli_(zeros(3), tensor([0, 1, 0])), NotImplementedError, "int64"),
        (lambda: random.random_(zeros(3), 5, 5), RuntimeError, "low=5, high=5"),
        (lambda: random.random_(zeros(3, dtype="int8"), 0, 200), RuntimeError, "-128 to 127"),
        (lambda: random.random_(zeros(3, dtype="complex64")), NotImplementedError, "complex64"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_drawn(call, error, said):
    before = random.get_rng_state().tolist()
    with pytest.raises(error, match=said):
        call()
    assert random.get_rng_state().tolist() == before


def test_infinite_parameters_of_the_normal_distribution_do_as_in_pytorch(torch):
    for size in (3, 20):
        random.manual_seed(1)
        torch.manual_seed(1)
        for mean, std in ((math.inf, 1.0), (0.0, math.inf)):
            ours = random.normal_(empty(size), mean, std)
            assert same_bits(ours, torch.empty(size).normal_(mean, std))
