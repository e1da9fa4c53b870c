"""`cupyx.scipy.linalg`, which cannot be imported without CUDA's libraries: its signatures are written down here."""

from __future__ import annotations

from contextlib import nullcontext
from types import ModuleType
from typing import Any

import scipy.linalg

from tests.simulated_cupy import calls


def errstate(*, linalg: str | None = None, **others: str) -> Any:
    """What stands in for `cupyx.errstate`: on the host all failures are errors already."""
    return nullcontext()


def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Of one matrix, as CuPy's."""
    if a.ndim != 2:
        raise ValueError(f"expected 2D array, got {a.ndim}-dimensional array instead")
    return calls.compute(scipy.linalg.lu_factor, a, check_finite=check_finite)


linalg = ModuleType("cupyx.scipy.linalg", "cupyx.scipy.linalg, simulated on the host")
linalg.lu_factor = lu_factor  # type: ignore[attr-defined]
