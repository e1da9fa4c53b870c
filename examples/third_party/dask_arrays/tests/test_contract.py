"""Dask keeps to the contract of a backend."""

from __future__ import annotations

from deep_learner.testing import BackendContract


class TestDask(BackendContract):
    backend = "dask"
    dtypes = ("bool", "uint8", "int32", "int64", "float32", "float64", "complex64", "complex128")
    exempt = {  # noqa: RUF012
        "read masks": "Dask would not know the shape; core reads masks by the positions that nonzero computes",
        "read positions(*, (int64*": "Dask takes positions along one axis; core takes rows of a matrix",
        "write positions": "core writes without positions",
        "write slices(*-2*": "Dask cannot count down beside whole numbers; core writes whole arrays alone",
        "tensordot(uint8*": "Dask adds in 64 bits, as sums do",
    }
