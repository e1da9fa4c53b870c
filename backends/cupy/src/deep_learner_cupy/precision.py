"""Whether products of float32 matrices may be rounded for speed: to TF32, 10 bits of mantissa, on GPUs that have it."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import cupy
import numpy

_DEFAULT, _TF32 = 1, 7  # of CuPy's types of computing
_AMPERE = 80  # the first compute capability with TF32


class _Setting:
    precision = "highest"


def is_reduced() -> bool:
    """Whether TF32 is allowed."""
    return _Setting.precision != "highest"


def set_float32_matmul_precision(precision: str) -> None:
    """Follow PyTorch's switch: "highest" computes in float32, "high" and "medium" in TF32.

    CuPy keeps the choice for all its products, also those of other code; it is changed only when the switch is.
    """
    if (precision != "highest") == is_reduced():
        return
    _Setting.precision = precision
    # CuPy documents the environment variable CUPY_TF32 alone, which is read once.
    choose: Any = getattr(import_module("cupy._core"), "set_compute_type", None)
    if choose is None:
        _cannot()
    elif precision == "highest":
        choose(numpy.dtype("float32"), _DEFAULT)
    elif int(cupy.cuda.Device().compute_capability) >= _AMPERE:
        choose(numpy.dtype("float32"), _TF32)


def _cannot() -> None:
    warnings.warn(
        f"CuPy {cupy.__version__} has no switch for TF32; set CUPY_TF32=1 in the environment before it is imported",
        stacklevel=3,
    )
