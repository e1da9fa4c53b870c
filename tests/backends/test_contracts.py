"""NumPy and the strict arrays keep to the contract of a backend."""

from __future__ import annotations

import pytest

from deep_learner.testing import BackendContract
from tests.backends.samples import SAMPLES


class TestStrict(BackendContract):
    backend = "strict"
    devices = ("strict", "strict:1")
    dtypes = ("bool", "uint8", "int32", "int64", "float32", "float64", "complex128")
    exempt = {  # noqa: RUF012
        "from_dlpack": "it leaves the second device, where the standard says that an array stays where it is",
        "write positions": "the standard does not say that arrays are written at arrays of positions",
    }


class TestNumPy(BackendContract):
    backend = "numpy"
    dtypes = (
        "bool", "uint8", "uint16", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64",
        "complex128",
    )  # fmt: skip
    samples = SAMPLES
    exempt = {  # noqa: RUF012
        "sort(*descending=*": "NumPy sorts upwards alone; orders downwards are mirrored in core",
        "argsort(*descending=*": "as in sort",
        "argsort(* (80,))": "stable only when asked, which core does wherever the order of equals counts",
    }

    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
