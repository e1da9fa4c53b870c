"""CuPy keeps to the contract of a backend."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import pytest

from deep_learner.testing import BackendContract
from tests.backends.samples import SAMPLES


def has_bfloat16() -> bool:
    """Whether CuPy has it: from version 14 on, with ml_dtypes."""
    for name in ("cupy", "cupy-cuda12x", "cupy-cuda13x"):
        try:
            return int(version(name).split(".")[0]) >= 14 and find_spec("ml_dtypes") is not None
        except PackageNotFoundError:
            continue
    return False


class TestCuPy(BackendContract):
    backend = "cupy"
    devices = ("cuda", "cuda:0")
    dtypes = (
        "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
        *(["bfloat16"] if has_bfloat16() else []),
    )  # fmt: skip
    samples = SAMPLES

    @pytest.fixture(autouse=True)
    def _there(self, gpu):
        pass
