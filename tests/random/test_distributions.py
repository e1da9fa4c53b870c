"""`bernoulli`, `normal`, `multinomial` and dropout against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import from_numpy, ones, random, tensor, zeros
from tests.random.conftest import same_bits

pytestmark = pytest.mark.needs("deep_learner_numpy")

FLOATS = ("float32", "float64")


def _seed(torch, seed=21):
    random.manual_seed(seed)
    torch.manual_seed(seed)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (0,), (40,), (5, 7)])
def test_bernoulli_tosses_as_pytorch(torch, dtype, shape):
    probabilities = np.random.default_rng(0).random(shape).astype(dtype)
    _seed(torch)
    assert same_bits(
        random.bernoulli(from_numpy(probabilities)), torch.bernoulli(torch.from_numpy(probabilities))
    )
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_bernoulli_with_one_probability_tosses_as_pytorch(coins_torch, dtype):
    _seed(coins_torch)
    expected = coins_torch.bernoulli(coins_torch.ones(3, 4, dtype=getattr(coins_torch, dtype)), 0.3)
    assert same_bits(random.bernoulli(ones(3, 4, dtype=dtype), 0.3), expected)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    ("mean", "std"), [((3, 4), (3, 4)), ((3, 1), (7,)), ((5, 8), None), (None, (20,)), ((), (2,))]
)
def test_normal_with_tensors_is_pytorchs(torch, dtype, mean, std):
    source = np.random.default_rng(1)
    ours, theirs = [], []
    for shape, number in ((mean, 0.5), (std, 2.5)):
        values = None if shape is None else source.random(shape).astype(dtype)
        ours.append(number if values is None else from_numpy(np.asarray(values)))
        theirs.append(number if values is None else torch.from_numpy(np.asarray(values)))
    _seed(torch)
    assert same_bits(random.normal(*ours), torch.normal(*theirs))
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


def test_normal_with_numbers_and_a_size_is_pytorchs(torch):
    _seed(torch)
    assert same_bits(random.normal(2, 3, (5, 5)), torch.normal(2, 3, (5, 5)))
    assert same_bits(
        random.normal(2.0, 3.0, size=(4,), dtype="float64"),
        torch.normal(2.0, 3.0, size=(4,), dtype=torch.float64),
    )
    assert random.normal(0, 1, (3,), requires_grad=True).requires_grad


def test_the_means_dtype_is_the_results(torch):
    _seed(torch)
    ours = random.normal(zeros(30), ones(30, dtype="float64") * 0.3)
    assert same_bits(ours, torch.normal(torch.zeros(30), torch.ones(30, dtype=torch.float64) * 0.3))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(1,), (10,), (6, 5), (0, 3)])
@pytest.mark.parametrize(
    ("count", "replacement"), [(1, False), (1, True), (2, True), (50, True), ("all", False)]
)
def test_multinomial_draws_as_pytorch(coins_torch, dtype, shape, count, replacement):
    count = shape[-1] if count == "all" else count
    weights = np.random.default_rng(2).random(shape).astype(dtype)
    weights[..., 1:3] *= 0.01
    _seed(coins_torch)
    expected = coins_torch.multinomial(coins_torch.from_numpy(weights), count, replacement)
    assert same_bits(random.multinomial(from_numpy(weights), count, replacement), expected)
    if weights.size:
        assert same_bits(random.get_rng_state(), coins_torch.get_rng_state())


def test_multinomial_never_draws_what_has_no_weight():
    drawn = random.multinomial(tensor([[0.0, 1.0, 0.0, 2.0], [3.0, 0.0, 0.0, 0.0]]), 200, True).numpy()
    assert set(drawn[0]) == {1, 3}
    assert set(drawn[1]) == {0}
    assert set(random.multinomial(tensor([0.0, 1.0, 0.0, 2.0]), 2).tolist()) == {1, 3}


@pytest.mark.parametrize(
    ("weights", "count", "replacement", "said"),
    [
        ([1.0, -1.0], 1, False, "finite weights"),
        ([1.0, float("nan")], 1, True, "finite weights"),
        ([float("inf"), 1.0], 2, True, "finite weights"),
        ([0.0, 0.0], 1, True, "row of zeros"),
        ([[1.0, 1.0], [0.0, 0.0]], 1, False, "row of zeros"),
        ([1.0, 1.0, 1.0], 4, False, "cannot draw 4 of 3"),
        ([1.0, 1.0], 0, True, "num_samples=0"),
        ([[[1.0]]], 1, True, "\\(1, 1, 1\\)"),
        ([1, 2], 1, True, "int64"),
    ],
)
def test_impossible_multinomials_are_refused(weights, count, replacement, said):
    with pytest.raises(RuntimeError, match=said):
        random.multinomial(tensor(weights), count, replacement)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("p", [0.0, 0.1, 1 / 3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (64, 128), (100_003,)])
def test_dropout_drops_and_scales_as_pytorch(coins_torch, dtype, p, shape):
    values = np.random.default_rng(3).standard_normal(shape).astype(dtype)
    _seed(coins_torch)
    expected = coins_torch.nn.functional.dropout(coins_torch.from_numpy(np.asarray(values)), p)
    noise = random.dropout_noise(from_numpy(np.asarray(values)), p)
    assert noise.numpy().dtype == values.dtype
    np.testing.assert_array_equal(np.asarray(values * noise.numpy()), expected.numpy())
    assert same_bits(random.get_rng_state(), coins_torch.get_rng_state())


def test_dropout_of_channels_drops_as_pytorch(coins_torch):
    _seed(coins_torch)
    values = coins_torch.ones(3, 8, 2, 2)
    expected = coins_torch.nn.functional.dropout2d(values, 0.4)
    noise = random.dropout_noise(ones(3, 8, 2, 2), 0.4, shape=(3, 8, 1, 1))
    np.testing.assert_array_equal(np.broadcast_to(noise.numpy(), (3, 8, 2, 2)), expected.numpy())


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: random.bernoulli(tensor([2.0])), RuntimeError, "from 0 to 1"),
        (lambda: random.bernoulli(tensor([float("nan")])), RuntimeError, "from 0 to 1"),
        (lambda: random.bernoulli(tensor([1, 0])), NotImplementedError, "int64"),
        (lambda: random.normal(zeros(3), -ones(3)), RuntimeError, "negative"),
        (lambda: random.normal(zeros(3), -1.0), RuntimeError, "std=-1"),
        (lambda: random.normal(0.0, -1.0, (2,)), RuntimeError, "std=-1"),
        (lambda: random.normal(zeros(2), ones(3)), RuntimeError, "\\(2,\\) and \\(3,\\)"),
        (lambda: random.normal(1.0, 2.0), TypeError, "size"),
        (lambda: random.normal(zeros(3), 1.0, (3,)), TypeError, "size"),
        (lambda: random.normal(tensor([1, 2]), 1.0), NotImplementedError, "int64"),
        (lambda: random.dropout_noise(zeros(3), 1.5), ValueError, "p=1.5"),
        (lambda: random.dropout_noise(zeros(3, dtype="int64"), 0.5), NotImplementedError, "int64"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()
