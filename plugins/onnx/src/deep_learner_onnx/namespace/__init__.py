"""The array standard's functions for symbolic arrays.

A rule says which nodes a function becomes: `rule(xp, *args)`, with the function's own arguments after the namespace,
which it calls for the functions that it is made of. Where nothing among the arguments depends on the model's inputs,
NumPy computes the function instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import ml_dtypes
import numpy as np

from deep_learner.dtypes import ALL
from deep_learner_onnx.array import SymbolicArray, depends
from deep_learner_onnx.emission import unsupported
from deep_learner_onnx.namespace import (
    arithmetic,
    creation,
    elementwise,
    extensions,
    indexing,
    joining,
    linear,
    reduction,
    searching,
    shaping,
)
from deep_learner_onnx.namespace.folding import folded

__all__ = ["OnnxNamespace"]

_RULES: dict[str, Callable[..., Any]] = {
    **arithmetic.RULES, **creation.RULES, **elementwise.RULES, **extensions.RULES, **indexing.RULES, **joining.RULES,
    **linear.RULES, **reduction.RULES, **searching.RULES, **shaping.RULES,
}  # fmt: skip
_CONSTANTS = {"e": math.e, "inf": math.inf, "nan": math.nan, "pi": math.pi, "newaxis": None}
_ABOUT_TYPES = frozenset({"can_cast", "finfo", "iinfo", "isdtype", "result_type"})
_IMPOSSIBLE = {
    "nonzero": "the positions of what is not zero, whose number depends on the inputs",
    "unique_all": "the different values, whose number depends on the inputs",
    "nextafter": "the neighbouring floating-point number",
}


class OnnxNamespace:
    """The array standard's functions.

    Parameters
    ----------
    extension
        The name, with a dot, of the standard's extension that this is: empty, ``"linalg."`` or ``"fft."``.
    """

    def __init__(self, extension: str = "") -> None:
        self._extension = extension

    def __getattr__(self, name: str) -> Any:
        full = self._extension + name
        if full in ALL:
            found = _dtype(full)
        elif full in _CONSTANTS:
            found: Any = _CONSTANTS[full]
        elif full in ("linalg", "fft"):
            found = OnnxNamespace(f"{full}.")
        elif full in _ABOUT_TYPES:
            found = _about_types(full)
        elif name.startswith("_"):
            raise AttributeError(name)
        else:
            found = self._function(full)
        self.__dict__[name] = found
        return found

    def _function(self, name: str) -> Callable[..., Any]:
        rule = _RULES.get(name)
        xp = self if not self._extension else OnnxNamespace()

        def function(*args: Any, **kwargs: Any) -> Any:
            kwargs.pop("device", None)
            if not depends(args, tuple(kwargs.values())):
                return folded(name, args, kwargs)
            if rule is None:
                raise unsupported(_IMPOSSIBLE.get(name, name))
            return rule(xp, *args, **kwargs)

        function.__name__ = function.__qualname__ = name
        return function


@cache
def _dtype(name: str) -> Any:
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def _about_types(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def about(*args: Any) -> Any:
        return function(*[one.dtype if isinstance(one, SymbolicArray) else one for one in args])

    return about
