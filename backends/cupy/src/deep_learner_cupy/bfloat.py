"""bfloat16, which the array standard does not know and CuPy has from version 14 on, if ml_dtypes is installed.

CuPy 14 computes little more than elements and sums in it. What else the standard has is here: `where` by a kernel, and
what orders or accumulates in float32, which holds all of its numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
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
_FLOAT32 = numpy.dtype("float32")
_WHERE = cupy.ElementwiseKernel(
    "bool condition, T x, T y", "T out", "out = condition ? x : y;", "deep_learner_where"
)
_WIDENED = (
    "argsort", "cumulative_prod", "cumulative_sum", "searchsorted", "sort", "unique_all", "unique_counts",
    "unique_inverse", "unique_values",
)  # fmt: skip
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


def functions() -> dict[str, Any]:
    """The functions of the standard that are others for bfloat16, by name; none without it."""
    if BFLOAT16 is None:
        return {}
    own = {"bfloat16": BFLOAT16, "isdtype": isdtype, "finfo": finfo, "where": where}
    return own | {name: _widened(getattr(standard, name)) for name in _WIDENED}


def where(condition: Any, x1: Any, x2: Any, /) -> Any:
    """The standard's `where`, of bfloat16 too."""
    if {x.dtype for x in (x1, x2) if isinstance(x, cupy.ndarray)} == {BFLOAT16}:
        return _WHERE(condition, x1, x2)
    return standard.where(condition, x1, x2)


def _widened(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which computes in float32 where it is given bfloat16."""

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        if not any(getattr(x, "dtype", None) == BFLOAT16 for x in (*args, *kwargs.values())):
            return function(*args, **kwargs)
        narrow = kwargs.get("dtype") in (None, BFLOAT16)
        if kwargs.get("dtype") is not None and narrow:
            kwargs["dtype"] = _FLOAT32
        made = function(*map(_wide, args), **{name: _wide(value) for name, value in kwargs.items()})
        if not narrow:
            return made
        return type(made)(*map(_back, made)) if isinstance(made, tuple) else _back(made)

    return computed


def _wide(value: Any) -> Any:
    return value.astype(_FLOAT32) if getattr(value, "dtype", None) == BFLOAT16 else value


def _back(array: Any) -> Any:
    return array.astype(BFLOAT16) if array.dtype == _FLOAT32 else array
