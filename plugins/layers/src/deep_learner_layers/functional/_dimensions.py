"""One function for every number of dimensions, and PyTorch's names for 1, 2 and 3 of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def by_dimensions(
    name: str, function: Callable[Concatenate[int, P], R], *dimensions: int
) -> list[Callable[P, R]]:
    """For each number of dimensions the function without its first parameter, which is that number.

    Parameters
    ----------
    name
        What the functions are called, such as ``"max_pool{}d"``.
    function
        Takes the number of dimensions first.
    *dimensions
        The numbers.
    """
    return [_of(name.format(ndim), function, ndim) for ndim in dimensions]


def _of(name: str, function: Callable[..., Any], ndim: int) -> Callable[..., Any]:
    @functools.wraps(function)
    def fixed(*args: Any, **kwargs: Any) -> Any:
        return function(ndim, *args, **kwargs)

    signature = inspect.signature(function)
    fixed.__name__ = fixed.__qualname__ = name
    fixed.__doc__ = (function.__doc__ or "").replace("`ndim`", str(ndim))
    vars(fixed)["__signature__"] = signature.replace(parameters=list(signature.parameters.values())[1:])
    return fixed
