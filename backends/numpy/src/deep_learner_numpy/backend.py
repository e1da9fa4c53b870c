"""NumPy as a backend: its own namespace, which follows the Python Array API standard since version 2.1."""

from __future__ import annotations

import warnings
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.backends import Backend
from deep_learner.device import Device
from deep_learner.errors import LinAlgError
from deep_learner_numpy import namespace, threads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.compiler import Executor
    from deep_learner.random.engine import Engine
    from deep_learner.typing import Array

__all__ = ["NumpyBackend"]

# Infinities and NaN are values, as in PyTorch: NumPy's warnings about them are not passed on from our own modules.
warnings.filterwarnings("ignore", category=RuntimeWarning, module="deep_learner")
# `numpy.astype` warns in NumPy's own name where a number is too large for float16.
warnings.filterwarnings("ignore", "overflow encountered in cast", RuntimeWarning, r"numpy\._core\.numeric")

# Freed memory goes back to the system where it is large, and is taken anew, page by page, in every step of a training.
# What glibc calls large follows the largest freed so far, of less than 32 MiB; no page of this is ever touched.
np.empty((1 << 25) - (1 << 16), np.uint8)

_CPU = Device("cpu")
_NUMBERS = frozenset("biufc")
_SCALARS = tuple({np.dtype(code).type for code in "?bBhHiIlLqQefdFD"})


class NumpyBackend(Backend):
    """Arrays in main memory, computed by NumPy."""

    name = "numpy"
    namespace = namespace.make()
    array_types = (np.ndarray,)
    device_types = ("cpu",)

    @property
    def scalar_types(self) -> tuple[type, ...]:  # type: ignore[override]
        return (*_SCALARS, *namespace.scalars())

    @cached_property
    def kernels(self) -> Mapping[str, Callable[..., Any]]:
        from deep_learner_numpy.kernels import KERNELS

        return KERNELS

    @cached_property
    def executor(self) -> Executor | None:
        from deep_learner_numpy.compiler.executor import NumpyExecutor

        return NumpyExecutor(self)

    def unavailable(self) -> str | None:
        if np.lib.NumpyVersion(np.__version__) < "2.1.0":
            return f"NumPy {np.__version__} is too old; pip install 'numpy>=2.1'"
        return None

    def device_of(self, array: Array) -> Device:
        return _CPU

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        if device is not None and device is not _CPU:
            self.native_device(device)
        array = np.asarray(data, dtype=dtype, copy=copy)
        if array.dtype.kind not in _NUMBERS and not namespace.is_short(array.dtype):
            raise TypeError(
                f"a tensor holds numbers and booleans; received {type(data).__name__} of {array.dtype}"
            )
        return array

    def from_scalar(self, scalar: Any) -> Array:
        return np.asarray(scalar)

    def to_numpy(self, array: Array) -> Any:
        return np.asarray(array)

    def to_device(self, array: Array, device: Device) -> Array:
        if device is not _CPU:
            self.native_device(device)
        return array

    def storage(self, array: Array) -> object:
        owner = array
        while (base := owner.base) is not None:
            if not isinstance(base, np.ndarray):
                base = getattr(
                    base, "base", None
                )  # NumPy's as_strided puts an object between a view and its array
                if not isinstance(base, np.ndarray):
                    break
            owner = base
        return owner

    def mersenne_twister(self) -> Engine:
        from deep_learner_numpy.mersenne_twister import MersenneTwister

        return MersenneTwister()

    def get_num_threads(self) -> int:
        return threads.get_num_threads()

    def set_num_threads(self, count: int) -> None:
        threads.set_num_threads(count)

    def explained(self, error: Exception) -> Exception:
        if isinstance(error, np.linalg.LinAlgError):
            return LinAlgError(str(error))
        return super().explained(error)

    def cure(self, function: str) -> str:
        if function in ("bfloat16", "complex32"):
            since = " from version 0.6 on" if function == "complex32" else ""
            return f"ml_dtypes has it{since}: pip install 'deep-learner-numpy[bfloat16]'"
        if find_spec("scipy"):
            return ""
        return "SciPy may have it: pip install 'deep-learner-numpy[scipy]'"

    def details(self) -> dict[str, str]:
        blas: Any = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
        return {
            "library": f"NumPy {np.__version__}",
            "BLAS": f"{blas['name']} {blas.get('version', '')}".strip(),
        }

    def memory(self, device: Device | None = None) -> dict[str, int]:
        try:
            from resource import RUSAGE_SELF, getrusage
        except ImportError:  # Windows keeps no such figure
            return {}
        return {"peak_resident": getrusage(RUSAGE_SELF).ru_maxrss * 1024}
