"""PyTorch's options of new tensors beside dtype and device: ``layout``, ``memory_format`` and ``pin_memory``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from ..layout import layout as layouts
from ..tensor import Tensor

P = ParamSpec("P")
R = TypeVar("R")


def tensor_options(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that makes a tensor take ``layout``, ``memory_format`` and ``pin_memory``.

    The layout is the strided one, whatever the memory format the backend decides; a pinned tensor is as
    :meth:`Tensor.pin_memory` makes it.
    """
    name = function.__name__

    @functools.wraps(function)
    def taking(
        *args: Any,
        layout: Any = None,
        memory_format: Any = None,
        pin_memory: bool | None = False,
        **kwargs: Any,
    ) -> Any:
        if layout is not None and layout is not layouts.STRIDED:
            raise NotImplementedError(f"{name}() makes strided tensors. Received: layout={layout!r}")
        made: Any = function(*args, **kwargs)
        return _pinned(made) if pin_memory else made

    return taking


def _pinned(made: Tensor) -> Tensor:
    """The values in page-locked memory, as a leaf."""
    return made.detach().pin_memory().requires_grad_(made.requires_grad)
