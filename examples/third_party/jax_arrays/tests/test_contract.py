"""JAX keeps to the contract of a backend."""

from __future__ import annotations

from deep_learner.testing import BackendContract


class TestJax(BackendContract):
    backend = "jax"
    dtypes = ("bool", "int64", "float32")  # few: XLA compiles each function for each of them
    exempt = {  # noqa: RUF012
        "copy(reshape)": "to the same shape it gives the array itself: no copy is needed of what never changes",
        "searchsorted": "positions are int32; operations bring them to int64",
    }
