"""The functions of elements are accurate to a few units of the last place, over all of their range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import deep_learner as dl
import tests.c.needed  # noqa: F401

REFERENCES: dict[str, Callable[[Any], Any]] = {
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "reciprocal")},
    "sqrt": np.sqrt, "erf": scipy.special.erf, "sigmoid": scipy.special.expit,
}  # fmt: skip
SPECIAL = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1.0,
    -1.0,
    5e-324,
    -5e-324,
    1e-45,
    1.17e-38,
    88.7,
    89.0,
    -103.5,
    709.7,
    -745.0,
]
UNITS = {"sigmoid": 6, "reciprocal": 1, "sqrt": 1}  # of the last place; 3 where nothing is said


def samples(dtype: str) -> Any:
    """Floats of every size, more of those near 0, and all that is special."""
    generator = np.random.default_rng(0)
    bits = generator.integers(0, 1 << 32, 40_000, np.uint64)
    sized = (
        bits.astype(np.uint32).view(np.float32)
        if dtype == "float32"
        else (bits << 32 | bits).view(np.float64)
    )
    near = [generator.uniform(-size, size, 20_000) for size in (0.01, 1, 10, 100)]
    with np.errstate(all="ignore"):
        return np.concatenate([sized, *near, SPECIAL]).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_function_is_accurate(name: str, dtype: str) -> None:
    x = samples(dtype)
    step = dl.compile(lambda x: getattr(dl, name)(x), executor="c", fullgraph=True)
    given = dl.from_numpy(x)
    step(given)
    received = step(given).numpy()
    wide = np.float64 if dtype == "float32" else np.longdouble
    with np.errstate(all="ignore"):
        exact = REFERENCES[name](x.astype(np.float64 if name in ("erf", "sigmoid") else wide))
        expected = exact.astype(dtype)
        np.testing.assert_array_equal(np.isnan(received), np.isnan(expected))
        finite = np.isfinite(expected)
        away = ~np.isnan(expected) & ~finite
        np.testing.assert_array_equal(received[away], expected[away])
        unit = np.spacing(np.abs(expected[finite]))
        error = np.abs(received[finite].astype(wide) - exact[finite]) / unit
    if name == "sigmoid":  # its exponential overflows where the result is less than a normal number
        error[np.abs(expected[finite]) < np.finfo(dtype).tiny] = 0
    worst = int(np.argmax(error))
    assert error[worst] <= UNITS.get(name, 3), (
        x[finite][worst],
        received[finite][worst],
        exact[finite][worst],
    )


def test_rows_that_are_no_whole_vectors_are_computed_alike() -> None:
    """Few elements are filled up, long rows are added up in blocks."""

    def step(x: Any) -> Any:
        return x.exp().sum(-1), x.softmax(-1), x.sin().tanh().amax(-1), x.mean()

    compiled = dl.compile(step, executor="c", fullgraph=True)
    for shape in ((1,), (3,), (5, 10), (40, 17), (3, 63), (2, 10_001), (20_003,)):
        x = dl.randn(*shape)
        compiled(x)
        for received, expected in zip(compiled(x), step(x), strict=True):
            np.testing.assert_allclose(received.numpy(), expected.numpy(), rtol=3e-6, atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_reach_reductions(value: float) -> None:
    def step(x: Any) -> Any:
        return x.sum(-1), x.amax(-1), x.amin(-1), x.prod(-1), x.isnan().any(-1), x.isfinite().all(-1), x.max()

    dl.manual_seed(0)
    x = dl.randn(4, 37)
    x[1, 30] = value
    compiled = dl.compile(step, executor="c", fullgraph=True)
    compiled(x)
    for received, expected in zip(compiled(x), step(x), strict=True):
        np.testing.assert_allclose(received.numpy(), expected.numpy(), rtol=1e-5, atol=1e-6)
