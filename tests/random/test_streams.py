"""Streams of raw numbers, to the last bit and to the last word drawn, against PyTorch's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner.random.discrete import below, coins, integers, permutation, unbounded
from deep_learner.random.exponential import exponential
from deep_learner.random.generator import Generator
from deep_learner.random.normal import normal
from deep_learner.random.uniform import uniform, unit_doubles
from tests.random.conftest import same_bits

SIZES = (0, 1, 2, 5, 15, 16, 17, 24, 1000, 32768, 32768 + 7, 100003)
STREAMS = (
    (0, 2**63),
    (42, 0),
    (2**64 - 1, 40_000),
)  # seeds, and after how many words the backend's engine takes over
DTYPES = ("float32", "float64")


@pytest.fixture(params=STREAMS)
def pair(request, torch, faster_after):
    """A generator of ours and one of PyTorch's, with one seed; their states must be equal at the end."""
    seed, words = request.param
    faster_after(words)
    ours, theirs = Generator().manual_seed(seed), torch.Generator()
    theirs.manual_seed(seed)
    yield ours, theirs
    assert same_bits(ours.get_state(), theirs.get_state())


@pytest.mark.parametrize("dtype", DTYPES)
def test_uniform_numbers_are_pytorchs(torch, host, pair, dtype):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.rand(size, dtype=getattr(torch, dtype), generator=theirs)
        assert same_bits(uniform(host, ours, size, dtype), expected), size


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-0.1, 0.1),
        (-1 / 28, 1 / 28),
        (-math.sqrt(3 / 7), math.sqrt(3 / 7)),
        (2.0, 3.5),
        (5.0, 5.0),
        (-1e-3, 7.77),
    ],
)
def test_uniform_numbers_of_an_interval_are_pytorchs(torch, host, pair, dtype, low, high):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.empty(size, dtype=getattr(torch, dtype)).uniform_(low, high, generator=theirs)
        assert same_bits(uniform(host, ours, size, dtype, low, high), expected), size


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.0, 0.02), (1.3, 0.7), (-2.0, 0.0)])
def test_normal_numbers_are_pytorchs(torch, host, pair, dtype, mean, std):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.empty(size, dtype=getattr(torch, dtype)).normal_(mean, std, generator=theirs)
        assert same_bits(normal(host, ours, size, dtype, mean, std), expected), size


def test_an_unasked_normal_number_is_given_next_time(torch, host, pair):
    ours, theirs = pair
    for size in (1, 3, 16, 5, 0, 1, 2, 15, 17, 1):
        assert same_bits(normal(host, ours, size), torch.randn(size, generator=theirs)), size


@pytest.mark.parametrize("dtype", DTYPES)
def test_exponential_numbers_are_pytorchs(coins_torch, host, pair, dtype):
    ours, theirs = pair
    for size in SIZES:
        expected = coins_torch.empty(size, dtype=getattr(coins_torch, dtype)).exponential_(
            1.7, generator=theirs
        )
        assert same_bits(exponential(host, ours, size, dtype, 1.7), expected), size


@pytest.mark.parametrize("probability", [0.0, 0.3, 0.5, 1.0])
def test_coins_fall_as_pytorchs(coins_torch, host, pair, probability):
    ours, theirs = pair
    for size in SIZES:
        expected = coins_torch.empty(size, dtype=coins_torch.bool).bernoulli_(probability, generator=theirs)
        assert same_bits(coins(host, ours, size, probability), expected), size


def test_a_coin_is_a_comparison_of_a_double(host):
    def units(count):
        return np.asarray(unit_doubles(host, Generator().manual_seed(1), count))

    drawn = float(units(3)[2])
    for p in (5e-324, 2.0**-53, drawn, np.nextafter(drawn, 0), np.nextafter(drawn, 1), 1 - 2.0**-53):
        found = np.asarray(coins(host, Generator().manual_seed(1), 1000, float(p)))
        assert (found == (units(1000) < p)).all(), p


def test_arrays_that_do_not_change_are_joined(host, monkeypatch):
    expected = np.asarray(uniform(host, Generator(), 70_000))
    monkeypatch.setattr(host, "shares_memory", False)
    monkeypatch.setattr(host, "write", None)
    assert np.asarray(uniform(host, Generator(), 70_000)).tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_coins_of_given_probabilities_fall_as_pytorchs(torch, host, pair, dtype):
    ours, theirs = pair
    for size in SIZES:
        probabilities = np.linspace(0, 1, size, dtype=dtype)
        expected = torch.bernoulli(torch.from_numpy(probabilities), generator=theirs).to(torch.bool)
        assert same_bits(below(host, ours, host.asarray(probabilities)), expected), size


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 10),
        (-5, 2**27),
        (0, 2**28 - 1),
        (0, 2**28),
        (-7, 2**32),
        (-(2**62), 2**63 - 1),
        (-(2**63), 2**63 - 1),
        (5, 2**63 - 1),
    ],
)
def test_integers_are_pytorchs(torch, host, pair, low, high):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.randint(low, high, (size,), generator=theirs)
        assert same_bits(integers(host, ours, size, low, high), expected), size


def test_integers_of_the_whole_range_are_pytorchs(torch, host, pair):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.empty(size, dtype=torch.int64).random_(-(2**63), None, generator=theirs)
        assert same_bits(integers(host, ours, size, -(2**63), 2**63), expected), size


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8", "bool", "float32", "float64"])
def test_integers_without_bounds_are_pytorchs(torch, host, pair, dtype):
    ours, theirs = pair
    for size in SIZES:
        expected = torch.empty(size, dtype=getattr(torch, dtype)).random_(generator=theirs).to(torch.int64)
        assert same_bits(unbounded(host, ours, size, dtype), expected), size


def test_permutations_are_pytorchs(torch, pair):
    ours, theirs = pair
    for size in (*SIZES, 200_001):
        assert same_bits(permutation(ours, size), torch.randperm(size, generator=theirs)), size


def test_a_million_normal_numbers_have_the_moments_and_tails_of_the_distribution():
    numbers = normal(StrictlyNumPy(), Generator().manual_seed(3), 1_000_000).astype("float64")
    assert abs(numbers.mean()) < 0.005
    assert abs(numbers.std() - 1) < 0.005
    assert abs((numbers**4).mean() - 3) < 0.05
    assert abs((np.abs(numbers) < 1.959964).mean() - 0.95) < 0.002


class StrictlyNumPy:
    """The little of a backend that the streams need."""

    namespace = np
    shares_memory = False
    asarray = staticmethod(np.asarray)
    to_numpy = staticmethod(np.asarray)
