"""Every backend and device receives the same numbers."""

from __future__ import annotations

import pytest

import deep_learner
from deep_learner import random

pytestmark = pytest.mark.needs("deep_learner_numpy")

DRAWS = {
    "rand": lambda **at: random.rand(3, 4, **at),
    "randn": lambda **at: random.randn(20, **at),
    "complex randn": lambda **at: random.randn(5, dtype="complex64", **at),
    "randint": lambda **at: random.randint(5, (7,), **at),
    "randperm": lambda **at: random.randperm(9, **at),
    "normal": lambda **at: random.normal(1.0, 2.0, (5,), **at),
    "rand_like": lambda **at: random.rand_like(deep_learner.zeros(3, **at)),
    "randint_like": lambda **at: random.randint_like(deep_learner.zeros(3, **at), 9),
    "normal with tensors": lambda **at: random.normal(
        deep_learner.zeros(3, **at), deep_learner.ones(3, **at)
    ),
    "bernoulli": lambda **at: random.bernoulli(deep_learner.full((9,), 0.5, **at)),
    "multinomial": lambda **at: random.multinomial(deep_learner.ones(9, **at), 9),
    "multinomial with replacement": lambda **at: random.multinomial(deep_learner.ones(2, 9, **at), 9, True),
    "dropout": lambda **at: random.dropout_noise(deep_learner.ones(9, **at), 0.5),
    "uniform_": lambda **at: random.uniform_(deep_learner.zeros(3, **at)),
    "normal_": lambda **at: random.normal_(deep_learner.zeros(3, 9, **at)),
    "exponential_": lambda **at: random.exponential_(deep_learner.zeros(3, **at)),
    "bernoulli_": lambda **at: random.bernoulli_(
        deep_learner.zeros(9, **at), deep_learner.full((9,), 0.5, **at)
    ),
    "random_": lambda **at: random.random_(deep_learner.zeros(3, **at), 50),
}


@pytest.mark.parametrize("device", ["strict", "strict:1"])
@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_means_the_same_on_every_device(name, device):
    random.manual_seed(13)
    expected = DRAWS[name](device="cpu")
    random.manual_seed(13)
    drawn = DRAWS[name](device=device)
    assert drawn.device == device
    assert drawn.dtype is expected.dtype
    assert drawn.tolist() == expected.tolist()


def test_new_numbers_go_to_the_chosen_backend():
    with deep_learner.backend("strict", "strict:1"):
        assert random.rand(2).device == "strict:1"
        assert random.randperm(2).device == "strict:1"
        assert random.default_generator.get_state().device == "cpu"
