"""Whether CuPy and a GPU can be used here, and if not, exactly why and what cures it."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

OLDEST = 13
INSTALL = "pip install 'deep-learner-cupy[cuda12]' (for CUDA 13: 'deep-learner-cupy[cuda13]')"
_NO_DRIVER = "no NVIDIA driver is installed here (or none that this process can load): see `nvidia-smi`"
_INSUFFICIENT_DRIVER, _NO_DEVICE = 35, 100  # of cudaError_t


def unavailable() -> str | None:
    """Why CuPy cannot work on this machine; None if it can."""
    found = find_spec("cupy")
    if found is None or found.origin is None:  # a folder of that name is not CuPy
        return f"CuPy is not installed; {INSTALL}"
    if (
        "cupy" not in sys.modules and driver_is_missing()
    ):  # to import CuPy, and hear it from there, takes a while
        return _NO_DRIVER
    try:
        cupy: Any = import_module("cupy")
        version: str = cupy.__version__
    except Exception as error:  # a broken installation raises what it likes
        return (
            f"CuPy is installed, but importing it fails with {type(error).__name__}: {error}\n  Install it anew, "
            "and one package only, for the CUDA of this machine: pip uninstall all that `pip list` shows as cupy-*, "
            f"then {INSTALL}"
        )
    if int(version.split(".")[0]) < OLDEST:
        return f"CuPy {version} is too old: version {OLDEST} or newer is needed; {INSTALL}"
    return _no_device(cupy.cuda.runtime)


def driver_is_missing() -> bool:
    """Whether there is no library of NVIDIA's driver, which CUDA looks for by this name."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return True
    return False


def _no_device(runtime: ModuleType | Any) -> str | None:
    try:
        count = runtime.getDeviceCount()
    except Exception as error:
        return _refused(runtime, error)
    return None if count else _hidden()


def _refused(runtime: ModuleType | Any, error: Exception) -> str:
    """What keeps CUDA from counting its devices."""
    status = getattr(error, "status", None)
    if status == _NO_DEVICE:
        return _hidden()
    if status != _INSUFFICIENT_DRIVER:
        return f"CUDA does not start: {error}"
    driver = runtime.driverGetVersion()
    if not driver:
        return _NO_DRIVER
    built = runtime.runtimeGetVersion()
    return (
        f"the NVIDIA driver supports CUDA {spoken(driver)} at most, and this CuPy was built with CUDA "
        f"{spoken(built)}; update the driver, or install CuPy for an older CUDA"
    )


def _hidden() -> str:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return f"no GPU is visible: the environment sets CUDA_VISIBLE_DEVICES={visible!r}"
    return "this machine has no NVIDIA GPU, or none that this process may use"


def spoken(version: int) -> str:
    """CUDA's number of a version as one writes it: 12040 is 12.4."""
    return f"{version // 1000}.{version % 1000 // 10}"
