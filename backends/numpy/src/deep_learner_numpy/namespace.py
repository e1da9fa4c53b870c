"""NumPy's namespace with bfloat16 and complex32, which ml_dtypes brings: imported when they are first asked for."""

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
_OUTSIDER = "V"  # the kind of dtypes that NumPy does not know
_SHORT = ("bfloat16", "complex32")


class _Namespace(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name not in _SHORT:
            return getattr(np, name)
        import ml_dtypes

        made = np.dtype(getattr(ml_dtypes, name))  # before version 0.6 without complex32
        setattr(self, name, made)
        return made


def make() -> Any:
    """NumPy itself; a module like it that has bfloat16, too, if ml_dtypes is installed."""
    if not find_spec("ml_dtypes"):
        return np
    namespace = _Namespace("deep_learner_numpy.xp", "NumPy's functions, bfloat16 and complex32.")
    own = vars(namespace).keys() | {*_SHORT}
    vars(namespace).update({name: value for name, value in vars(np).items() if name not in own})
    vars(namespace).update({name: _widened(getattr(np, name)) for name in _ACCUMULATING})
    vars(namespace).update(isdtype=isdtype, finfo=finfo, real=real, imag=imag)
    return namespace


def scalars() -> tuple[type, ...]:
    """The type of the scalars of bfloat16, once ml_dtypes is imported: there are none before."""
    types = sys.modules.get("ml_dtypes")
    return () if types is None else (types.bfloat16,)


def is_bfloat16(dtype: Any) -> bool:
    """Whether a dtype of NumPy's is bfloat16."""
    return getattr(dtype, "kind", "") == _OUTSIDER and dtype.name == "bfloat16"


def is_short(dtype: Any) -> bool:
    """Whether a dtype of NumPy's is bfloat16 or complex32."""
    return getattr(dtype, "kind", "") in (_OUTSIDER, "W") and dtype.name in _SHORT


def isdtype(dtype: Any, kind: Any) -> bool:
    """The standard's `isdtype`; bfloat16 is a real floating type, complex32 a complex one."""
    if not is_short(dtype):
        return bool(np.isdtype(dtype, kind)) if not is_short(kind) else False
    named = ("real floating" if is_bfloat16(dtype) else "complex floating", "numeric")
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return any(one in named if isinstance(one, str) else one == dtype for one in kinds)


def real(x: Any, /) -> Any:
    """The standard's `real`, a view, of complex32 too."""
    return x.real if x.dtype.kind != "W" else x[..., None].view(np.float16)[..., 0]


def imag(x: Any, /) -> Any:
    """The standard's `imag`, a view, of complex32 too."""
    return x.imag if x.dtype.kind != "W" else x[..., None].view(np.float16)[..., 1]


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
