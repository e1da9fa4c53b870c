"""NumPy and the strict arrays keep to the contract of a backend."""

from __future__ import annotations

import pytest

from deep_learner.testing import BackendContract


class TestStrict(BackendContract):
    backend = "strict"
    devices = ("strict", "strict:1")
    dtypes = ("bool", "uint8", "int32", "int64", "float32", "float64", "complex128")


class TestNumPy(BackendContract):
    backend = "numpy"
    dtypes = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128")

    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
