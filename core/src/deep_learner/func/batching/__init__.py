"""The namespace of batched arrays: how each function of the array standard lays the batch under.

A rule is a function of the type of batched arrays and of the standard function's own arguments. It computes with
the Tensors under its operands, in the Tensor namespace, so what it does is recorded, and may itself be batched.
What the standard does not name are operations, whose forwards run in this namespace; :mod:`.operations` lists those
that are better batched as a whole.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dtypes import ALL
from . import creation, elementwise, indexing, joining, linear, reduction, searching, shaping
from .operations import operation_rules

if TYPE_CHECKING:
    from ..batched import BatchedArray

__all__ = ["Batching", "operation_rules"]

_RULES: dict[str, Callable[..., Any]] = {
    **creation.RULES, **elementwise.RULES, **indexing.RULES, **joining.RULES, **linear.RULES, **reduction.RULES,
    **searching.RULES, **shaping.RULES,
}  # fmt: skip
_CONSTANTS = {"e": math.e, "inf": math.inf, "nan": math.nan, "pi": math.pi, "newaxis": None}


class Batching:
    """The array standard's functions for batched arrays of one type.

    Parameters
    ----------
    kind
        The type.
    extension
        The name, with a dot, of the standard's extension that this is: empty, ``"linalg."`` or ``"fft."``.
    """

    def __init__(self, kind: type[BatchedArray], extension: str = "") -> None:
        self._kind = kind
        self._extension = extension

    def __getattr__(self, name: str) -> Any:
        full = self._extension + name
        found: Any
        if full in _RULES:
            found = functools.partial(_RULES[full], self._kind)
        elif full in ALL:
            found = getattr(self._kind.base.namespace, full)
        elif full in _CONSTANTS:
            found = _CONSTANTS[full]
        elif full in ("linalg", "fft"):
            found = Batching(self._kind, f"{full}.")
        elif full in _ABOUT_TYPES:
            found = functools.partial(_about_types, full)
        else:
            raise AttributeError(f"no rule says how {full} is batched")
        self.__dict__[name] = found
        return found


_ABOUT_TYPES = frozenset({"can_cast", "finfo", "iinfo", "isdtype", "result_type"})


def _about_types(name: str, *args: Any) -> Any:
    from ...namespaces import tensor as xp

    return getattr(xp, name)(*[getattr(one, "dtype", one) if name != "isdtype" else one for one in args])
