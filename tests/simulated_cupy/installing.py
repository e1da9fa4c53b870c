"""Puts the simulation in the place of CuPy among the imported modules."""

from __future__ import annotations

import sys
from types import ModuleType

import cupy._core
import cupy._core._routines_linalg
import cupyx
import cupyx.scipy

from tests.simulated_cupy import cuda, namespace, solvers
from tests.simulated_cupy.elementwise import ElementwiseKernel
from tests.simulated_cupy.host_arrays import PINNED_ARRAYS
from tests.simulated_cupy.modules import stand_in
from tests.simulated_cupy.raw import RawKernel, RawModule
from tests.simulated_cupy.reduction import ReductionKernel

KERNELS = {kind.__name__: kind for kind in (ElementwiseKernel, RawKernel, RawModule, ReductionKernel)}

compute_types: dict[str, int] = {}


def get_compute_type(dtype: object) -> int:
    """The precision of matrix products of a type."""
    return compute_types.get(str(dtype), cupy._core._routines_linalg.COMPUTE_TYPE_DEFAULT)


def set_compute_type(dtype: object, compute_type: int) -> None:
    """Kept, and without effect on the host."""
    compute_types[str(dtype)] = compute_type


def built() -> dict[str, ModuleType]:
    """Every module of the simulation, by the name under which it is imported."""
    precision = {"get_compute_type": get_compute_type, "set_compute_type": set_compute_type}
    linalg = stand_in(cupy._core._routines_linalg, precision)
    core = stand_in(
        cupy._core,
        {"ndarray": namespace.namespace.ndarray, "_routines_linalg": linalg, **precision, **KERNELS},
    )
    special = namespace.special
    scipy = stand_in(cupyx.scipy, {"special": special})
    scipy.linalg = solvers.linalg  # type: ignore[attr-defined]
    extras = stand_in(
        cupyx, {**namespace.CUPYX, **PINNED_ARRAYS, "scipy": scipy, "errstate": solvers.errstate}
    )
    top = namespace.namespace
    for name, value in {
        "_core": core,
        "cuda": cuda.cuda,
        "is_available": cuda.is_available,
        **KERNELS,
    }.items():
        setattr(top, name, value)
    parts = {name: part for name, part in vars(cuda.cuda).items() if isinstance(part, ModuleType)}
    return {
        "cupy": top,
        "cupy._core": core,
        "cupy._core._routines_linalg": linalg,
        "cupy.cuda": cuda.cuda,
        "cupy.fft": namespace.fft,
        "cupy.linalg": namespace.linalg,
        "cupyx": extras,
        "cupyx.scipy": scipy,
        "cupyx.scipy.linalg": solvers.linalg,
        "cupyx.scipy.special": special,
        **{f"cupy.cuda.{name}": part for name, part in parts.items()},
    }


def install() -> None:
    """From now on `import cupy` and `import cupyx` give the simulation; it does no harm to call this again."""
    if sys.modules["cupy"] is namespace.namespace:
        return
    for name in list(sys.modules):
        if name.split(".")[0] in ("cupy", "cupyx") or name.startswith("array_api_compat.cupy"):
            del sys.modules[name]
    sys.modules.update(built())
