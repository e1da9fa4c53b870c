"""Kernels of the NumPy backend give the same in parts, whoever does these."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from deep_learner import backends
from deep_learner.testing import BackendContract
from deep_learner.testing.backend_parts.base import load_operations
from tests.backends.samples import SAMPLES

# Where it is said how much is worked on at once, and so little that samples have several parts.
LIMITS = {
    "attention.QUERIES": 2,
    "attention.SCORES": 4,
    "by_element.BLOCK": 2,
    "normalization.BLOCK": 4,
    "packing.ROWS": 2,
    "products.ENOUGH": 1,
    "products.ROWS": 1,
    "sliding.ELEMENTS": 8,
    "softmax.BLOCK": 4,
    "windows.ELEMENTS": 1,
}


class Contract(BackendContract):
    """What kernels are held to."""

    backend = "numpy"
    dtypes = ("bool", "int64", "float32", "float64")
    samples = SAMPLES


@pytest.fixture(autouse=True, params=[1, 2])
def _in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    threads = pytest.importorskip("deep_learner_numpy.threads", reason="core alone is being tested")
    for limit, value in LIMITS.items():
        module, _, name = limit.partition(".")
        monkeypatch.setattr(import_module(f"deep_learner_numpy.kernels.{module}"), name, value)
    monkeypatch.setattr(threads._blas, "_rests", True)
    before = threads.get_num_threads()
    threads.set_num_threads(request.param)
    yield
    threads.set_num_threads(before)


def test_each_kernel_gives_what_the_generic_form_gives() -> None:
    Contract().test_each_kernel_gives_what_the_generic_form_gives()


def bits(results: Any) -> list[bytes]:
    """All bits of what a kernel gave."""
    return [
        np.asarray(result).tobytes() for result in (results if isinstance(results, tuple) else (results,))
    ]


def test_the_bits_are_the_same_each_time() -> None:
    load_operations()  # to whose generic forms some kernels resort
    kernels = backends.get("numpy").kernels
    for name in SAMPLES.keys() & kernels.keys():
        for sample in SAMPLES[name]:
            arguments = [np.asarray(value) if isinstance(value, list) else value for value in sample]
            first = bits(kernels[name](*arguments))
            assert all(bits(kernels[name](*arguments)) == first for _ in range(2)), name
