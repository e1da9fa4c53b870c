"""Gamma-distributed numbers and shares of the Dirichlet distribution: PyTorch's numbers, exact derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import from_numpy, ones, random
from deep_learner.random.gamma import sample_dirichlet, standard_gamma
from deep_learner.random.implicit import dirichlet_gradient, standard_gamma_gradient
from tests.random.conftest import same_bits

pytestmark = pytest.mark.needs("deep_learner_numpy")

FLOATS = ("float32", "float64")


def _concentrations(dtype: str) -> np.ndarray:
    found = np.exp(np.random.default_rng(0).normal(0, 2, (60, 4))).astype(dtype)
    found[0] = [0.001, 1.0, 1e5, 0.3]
    return found


@pytest.mark.parametrize("dtype", FLOATS)
def test_gamma_numbers_are_pytorchs(torch, dtype):
    values = _concentrations(dtype)
    random.manual_seed(7)
    torch.manual_seed(7)
    assert same_bits(standard_gamma(from_numpy(values)), torch._standard_gamma(torch.from_numpy(values)))
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


@pytest.mark.parametrize("dtype", FLOATS)
def test_shares_are_pytorchs(torch, dtype):
    values = _concentrations(dtype)
    random.manual_seed(8)
    torch.manual_seed(8)
    ours, theirs = sample_dirichlet(from_numpy(values)), torch._sample_dirichlet(torch.from_numpy(values))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-15 if dtype == "float64" else 1e-7)
    assert same_bits(random.get_rng_state(), torch.get_rng_state())


def test_half_precision_is_refused_and_nothing_is_drawn():
    before = random.get_rng_state().tolist()
    for draw in (standard_gamma, sample_dirichlet):
        with pytest.raises(NotImplementedError, match="float16"):
            draw(ones(2, dtype="float16"))
    assert random.get_rng_state().tolist() == before


def _moved(quantile, cumulative, a: np.ndarray, x: np.ndarray, *rest: np.ndarray) -> np.ndarray:
    """How x moves with a at a fixed quantile, by a central difference."""
    step = 1e-5 * a
    share = cumulative(a, *rest, x)
    return (quantile(a + step, *rest, share) - quantile(a - step, *rest, share)) / (2 * step)


def test_gamma_numbers_move_with_the_concentration_as_their_quantiles_do():
    special = pytest.importorskip("scipy.special")
    a, share = np.meshgrid([0.05, 0.4, 0.99, 1.0, 3.0, 30.0, 900.0], [0.02, 0.3, 0.5, 0.8, 0.99])
    x = special.gammaincinv(a, share)
    found = standard_gamma_gradient(from_numpy(a), from_numpy(x)).numpy()
    np.testing.assert_allclose(found, _moved(special.gammaincinv, special.gammainc, a, x), rtol=2e-6)
    single = standard_gamma_gradient(from_numpy(a.astype("float32")), from_numpy(x.astype("float32"))).numpy()
    np.testing.assert_allclose(single, found, rtol=2e-4)


def test_shares_move_with_their_concentration_as_beta_quantiles_do():
    special = pytest.importorskip("scipy.special")
    a, b, share = np.meshgrid([0.1, 0.7, 1.0, 4.0, 200.0], [0.2, 1.0, 5.0, 300.0], [0.05, 0.5, 0.9])
    x = special.betaincinv(a, b, share)
    inside = (x > 1e-6) & (x < 1 - 1e-5)  # where SciPy's quantiles have enough digits
    a, b, x = a[inside], b[inside], x[inside]
    found = dirichlet_gradient(from_numpy(x), from_numpy(a), from_numpy(a + b)).numpy() * (1 - x)

    def quantile(a, b, share):
        return special.betaincinv(a, b, share)

    np.testing.assert_allclose(found, _moved(quantile, special.betainc, a, x, b), rtol=2e-5)


def test_derivatives_are_near_pytorchs_approximations(torch):
    a = np.exp(np.random.default_rng(1).normal(0, 1.5, (50, 3)))
    random.manual_seed(0)
    x = standard_gamma(from_numpy(a)).numpy()
    theirs = torch._standard_gamma_grad(torch.from_numpy(a), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(
        standard_gamma_gradient(from_numpy(a), from_numpy(x)).numpy(), theirs, rtol=2e-3
    )


def test_gradients_flow_through_the_numbers():
    a = ones(3, 2, requires_grad=True)
    for draw in (standard_gamma, sample_dirichlet):
        out = draw(a)
        assert out.requires_grad
        (out * out).sum().backward()
        assert bool((a.grad != 0).any())
        a.grad = None
