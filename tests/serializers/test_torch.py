"""PyTorch's format: the contracts that every format keeps to."""

from __future__ import annotations

from deep_learner.testing import SerializerContract
from tests.serializers.contract import DTYPES, FormatContract


class TestContract(SerializerContract):
    serializer = "torch"
    suffix = ".pt"
    dtypes = (*DTYPES, "float16", "complex64", "complex128")


class TestTorch(FormatContract):
    format = "pt"
    dtypes = (*FormatContract.dtypes, "float16", "complex128")
