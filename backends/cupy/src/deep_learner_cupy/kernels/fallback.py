"""Kernels for some dtypes: with others the operation's generic form runs, which is right for all."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops import registry
from deep_learner_cupy.bfloat import BFLOAT16

if TYPE_CHECKING:
    from collections.abc import Callable


LOW: frozenset[Any] = frozenset({numpy.dtype("float16"), BFLOAT16} - {None})
REAL: frozenset[Any] = LOW | {numpy.dtype("float32"), numpy.dtype("float64")}
SUMMABLE: frozenset[Any] = REAL | {numpy.dtype(name) for name in ("int32", "int64", "uint32", "uint64")}


def wide(dtype: Any) -> Any:
    """What numbers of a dtype are computed in: float32 for the short ones, as in PyTorch."""
    return numpy.dtype("float32") if dtype in LOW else dtype


def generic(name: str, *args: Any, **kwargs: Any) -> Any:
    """An operation's own forward, on arrays of CuPy."""
    function = registry.find(name)
    assert function is not None, f"there is no operation {name!r}"
    return function.operation.forward(NAMESPACES[cupy.ndarray], *args, **kwargs)


def for_dtypes(dtypes: frozenset[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare for which dtypes a kernel is made, named as its operation.

    It is called if its first argument has one of them and the other floating arrays have the same; else the generic
    form is called.
    """

    def declare(kernel: Callable[..., Any]) -> Callable[..., Any]:
        name = kernel.__name__

        @functools.wraps(kernel)
        def chosen(*args: Any, **kwargs: Any) -> Any:
            dtype = args[0].dtype
            if dtype not in dtypes:
                return generic(name, *args, **kwargs)
            for other in args[1:]:
                if type(other) is cupy.ndarray and other.dtype != dtype and other.dtype.kind not in "iub":
                    return generic(name, *args, **kwargs)
            return kernel(*args, **kwargs)

        return chosen

    return declare


floating = for_dtypes(REAL)
