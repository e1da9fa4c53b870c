"""NumPy's namespace with bfloat16, which ml_dtypes brings: imported when it is first asked for."""

from __future__ import annotations

import functools
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

# What adds up, or multiplies: eight bits of precision are too few to do it in.
_ACCUMULATING = ("cumulative_prod", "cumulative_sum", "mean", "prod", "std", "sum", "var")
_OUTSIDER = "V"  # the kind that NumPy gives to dtypes that it does not know


class _Namespace(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name != "bfloat16":
            return getattr(np, name)
        import ml_dtypes

        self.bfloat16 = np.dtype(ml_dtypes.bfloat16)
        return self.bfloat16


def make() -> Any:
    """NumPy itself; a module like it that has bfloat16, too, if ml_dtypes is installed."""
    if not find_spec("ml_dtypes"):
        return np
    namespace = _Namespace("deep_learner_numpy.xp", "NumPy's functions, and bfloat16.")
    own = vars(namespace).keys() | {"bfloat16"}
    vars(namespace).update({name: value for name, value in vars(np).items() if name not in own})
    vars(namespace).update({name: _widened(getattr(np, name)) for name in _ACCUMULATING})
    vars(namespace).update(isdtype=isdtype, finfo=finfo)
    return namespace


def scalars() -> tuple[type, ...]:
    """The type of the scalars of bfloat16, once ml_dtypes is imported: there are none before."""
    types = sys.modules.get("ml_dtypes")
    return () if types is None else (types.bfloat16,)


def is_bfloat16(dtype: Any) -> bool:
    """Whether a dtype of NumPy's is bfloat16."""
    return getattr(dtype, "kind", "") == _OUTSIDER and dtype.name == "bfloat16"


def isdtype(dtype: Any, kind: Any) -> bool:
    """The standard's `isdtype`; bfloat16 is a real floating type."""
    if not is_bfloat16(dtype):
        return bool(np.isdtype(dtype, kind)) if not is_bfloat16(kind) else False
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return any(one in ("real floating", "numeric") if isinstance(one, str) else one == dtype for one in kinds)


def finfo(type: Any, /) -> Any:
    """The standard's `finfo`, of bfloat16 too."""
    dtype = getattr(type, "dtype", type)
    if not is_bfloat16(dtype):
        return np.finfo(type)
    import ml_dtypes

    return ml_dtypes.finfo(dtype)


def _widened(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that computes bfloat16 in float32."""

    @functools.wraps(function)
    def accumulate(x: Any, /, **options: Any) -> Any:
        if x.dtype.kind != _OUTSIDER:
            return function(x, **options)
        wanted = options.pop("dtype", None) or x.dtype
        return function(x.astype(np.float32), **options).astype(wanted)

    return accumulate
