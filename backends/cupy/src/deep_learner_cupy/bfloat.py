"""bfloat16, which the array standard does not know and CuPy has from version 14 on, if ml_dtypes is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import cupy
import numpy
from array_api_compat import cupy as standard

_TYPES: Any = (
    import_module("ml_dtypes")
    if int(cupy.__version__.split(".")[0]) >= 14 and find_spec("ml_dtypes")
    else None
)
BFLOAT16: Any = None if _TYPES is None else numpy.dtype(_TYPES.bfloat16)


def isdtype(dtype: Any, kind: Any) -> bool:
    """The standard's `isdtype`; bfloat16 is a real floating type."""
    if BFLOAT16 is None or dtype != BFLOAT16:
        return bool(standard.isdtype(dtype, kind))
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return any(one in ("real floating", "numeric") if isinstance(one, str) else one == dtype for one in kinds)


def finfo(type: Any, /) -> Any:
    """The standard's `finfo`, of bfloat16 too."""
    if BFLOAT16 is None or getattr(type, "dtype", type) != BFLOAT16:
        return standard.finfo(type)
    return _TYPES.finfo(BFLOAT16)
