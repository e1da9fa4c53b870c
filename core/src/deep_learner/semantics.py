"""Whose word holds where Deep Learner's own semantics and PyTorch's part: the configuration's key `semantics` says."""

from __future__ import annotations

from typing import Any

from . import config
from .dtypes import get_default_dtype

__all__ = ["follows_torch", "values_of_tensor"]


def follows_torch() -> bool:
    """Whether PyTorch's word holds.

    Then ``Tensor`` makes elements of the default dtype, ``grad`` is None before a backward pass, only a scalar's
    gradient need not be given, integers require none, and things print as PyTorch prints them.
    """
    return config.settings().values["semantics"] == "torch"


def values_of_tensor(args: tuple[Any, ...], dtype: Any) -> tuple[Any, Any]:
    """What ``Tensor(*args)`` holds, and the dtype that it has, as PyTorch reads the arguments.

    Parameters
    ----------
    args
        Nothing (no elements), a Size or integers (a shape, whose elements are zeros: PyTorch leaves them as they are
        in memory), or data.
    dtype
        What was asked for; the default dtype unless something was.

    Raises
    ------
    TypeError
        If the arguments are neither.
    """
    from .functions import zeros
    from .size import Size

    dtype = dtype or get_default_dtype()
    if not args:
        return [], dtype
    if len(args) == 1 and not isinstance(args[0], int | Size):
        return args[0], dtype
    shape: Any = args[0] if isinstance(args[0], Size) else args
    if not all(isinstance(size, int) for size in shape):
        raise TypeError(
            "Tensor() takes data, a Size, or sizes as integers. "
            f"Received: {', '.join(type(arg).__name__ for arg in args)}"
        )
    return zeros(shape, dtype=dtype), dtype
