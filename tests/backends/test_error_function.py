"""The NumPy backend's error function of float32 arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner_numpy.kernels import error_function, special

LINE = np.concatenate([np.linspace(-6, 6, 40_001), np.geomspace(1e-30, 1, 1000)]).astype(np.float32)


def exact(x):
    return np.array([math.erf(value) for value in x.ravel().tolist()]).reshape(x.shape)


def test_it_is_within_three_units_of_the_last_place_everywhere():
    out = error_function.erf(LINE)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, exact(LINE), rtol=3 * 2**-23)


def test_it_is_odd_saturates_and_passes_nan_on():
    x = np.full(1000, np.nan, np.float32)
    x[:5] = 0.0, np.inf, -np.inf, 4.5, -1e30
    out = error_function.erf(x)
    assert out[:5].tolist() == [0.0, 1.0, -1.0, 1.0, -1.0]
    assert np.isnan(out[5:]).all()
    np.testing.assert_array_equal(error_function.erf(-LINE), -error_function.erf(LINE))


def test_it_leaves_its_argument_and_its_layout_alone():
    x = np.asfortranarray(LINE[:40_000].reshape(200, 200, 1)[:, ::2])
    kept = x.copy()
    x.flags.writeable = False
    np.testing.assert_allclose(error_function.erf(x), exact(x), rtol=3 * 2**-23)
    np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("kernels", [special.KERNELS, {}])
def test_few_numbers_and_doubles_are_exact_with_and_without_scipy(kernels, monkeypatch):
    monkeypatch.setattr(special, "KERNELS", kernels)
    for x in (LINE[:100], LINE.astype(np.float64)):
        out = error_function.erf(x)
        assert out.dtype == x.dtype
        np.testing.assert_allclose(out, exact(x), rtol=1e-7 if x.dtype == np.float32 else 1e-15)
