"""NumPy and the strict arrays keep to the contract of a backend."""

from __future__ import annotations

import inspect
from importlib.util import find_spec

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


UPWARDS = {
    "sort(*descending=*": "NumPy before 2.5 sorts upwards alone; orders downwards are mirrored in core",
    "argsort(*descending=*": "as in sort",
}


def sorts_downwards() -> bool:
    """Whether this NumPy can sort downwards."""
    if find_spec("numpy") is None:
        return False
    import numpy

    return "descending" in inspect.signature(numpy.sort).parameters


class TestNumPy(BackendContract):
    backend = "numpy"
    dtypes = (
        "bool", "uint8", "uint16", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64",
        "complex128",
    )  # fmt: skip
    samples = SAMPLES
    exempt = {  # noqa: RUF012
        "argsort(* (80,))": "stable only when asked, which core does wherever the order of equals counts",
        **({} if sorts_downwards() else UPWARDS),
    }

    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
