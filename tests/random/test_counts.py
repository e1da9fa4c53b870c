"""`poisson`, `binomial` and the samplers of heavy tails against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import empty, from_numpy, ones, random, tensor, zeros
from tests.random.conftest import same_bits

pytestmark = pytest.mark.needs("deep_learner_numpy")

FLOATS = ("float32", "float64")
SAMPLERS = [
    ("cauchy_", ()), ("cauchy_", (2.0, 0.5)), ("log_normal_", ()), ("log_normal_", (0.0, 0.3)), ("geometric_", (0.3,)),
    ("geometric_", (0.9,)),
]  # fmt: skip


def _seed(torch, seed=31):
    random.manual_seed(seed)
    torch.manual_seed(seed)


@pytest.mark.parametrize("dtype", [*FLOATS, "float16", "int64"])
@pytest.mark.parametrize(("name", "parameters"), SAMPLERS)
def test_tensors_are_filled_as_pytorch_fills_them(torch, name, parameters, dtype):
    if dtype == "int64" and name != "geometric_":
        return
    _seed(torch)
    for shape in ((), (0,), (3,), (30, 20)):
        ours = getattr(empty(shape, dtype=dtype), name)(*parameters)
        assert same_bits(ours, getattr(torch.empty(shape, dtype=getattr(torch, dtype)), name)(*parameters))
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("most", [0.5, 9.0, 40.0, 1e6])
def test_poisson_numbers_are_pytorchs(torch, dtype, most):
    rates = np.random.default_rng(0).uniform(0, most, (20, 25)).astype(dtype)
    rates[0, 0] = 0
    _seed(torch)
    assert same_bits(random.poisson(from_numpy(rates)), torch.poisson(torch.from_numpy(rates)))
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("most", [3, 30, 1000, 1e6])
def test_binomial_numbers_are_pytorchs(torch, dtype, most):
    source = np.random.default_rng(1)
    counts = np.floor(source.uniform(0, most, (600, 2))).astype(dtype)
    shares = source.uniform(-0.1, 1.1, (600, 2)).clip(0, 1).astype(dtype)
    shares[0] = np.nan
    _seed(torch)
    ours = random.binomial(from_numpy(counts), from_numpy(shares))
    assert same_bits(ours, torch.binomial(torch.from_numpy(counts), torch.from_numpy(shares)))
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


def test_what_is_drawn_has_a_gradient_of_zero():
    rates = ones(3, requires_grad=True)
    for drawn in (
        random.poisson(rates), random.bernoulli(rates), random.normal(rates, 1.0), random.normal(0.0, rates),
        random.binomial(rates, rates), random.bernoulli(ones(0, requires_grad=True)),
    ):  # fmt: skip
        assert drawn.requires_grad
    random.poisson(rates).sum().backward()
    assert rates.grad.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: random.poisson(tensor([1])), NotImplementedError),
        (lambda: random.poisson(tensor([1.0, -1.0])), RuntimeError),
        (lambda: random.poisson(tensor([float("inf")])), RuntimeError),
        (lambda: random.binomial(tensor([3]), tensor([0.5])), ValueError),
        (lambda: random.binomial(tensor([3.0]), tensor([0.5], dtype="float64")), RuntimeError),
        (lambda: random.binomial(ones(2), ones(3)), RuntimeError),
        (lambda: zeros(2).cauchy_(0, 0), RuntimeError),
        (lambda: zeros(2, dtype="int64").cauchy_(), RuntimeError),
        (lambda: zeros(2).log_normal_(0, 0), RuntimeError),
        (lambda: zeros(2, dtype="int64").log_normal_(), NotImplementedError),
        (lambda: zeros(2).geometric_(1.0), RuntimeError),
        (lambda: zeros(2, dtype="bool").geometric_(0.5), NotImplementedError),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_drawn(call, error):
    before = random.get_rng_state().tolist()
    with pytest.raises(error):
        call()
    assert random.get_rng_state().tolist() == before
