"""Making modules without initial values."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

from ...random import fork_rng
from ..module import Module

__all__ = ["skip_init"]

M = TypeVar("M", bound=Module)


def skip_init(module_cls: type[M], *args: Any, **kwargs: Any) -> M:
    """A module whose parameters and buffers are yet to be filled; the random stream stays where it is.

    Parameters
    ----------
    module_cls
        A subclass of `Module` that takes `device`.
    *args, **kwargs
        What it is made with.

    Raises
    ------
    RuntimeError
        If it is no such class.
    """
    kind: Any = module_cls
    if not (isinstance(kind, type) and issubclass(kind, Module)):
        raise RuntimeError(f"Expected a Module; got {kind}")
    if "device" not in inspect.signature(kind).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng():
        return module_cls(*args, **kwargs)
