"""Which function computes an operation on a backend: one that a plugin registered, or one of the backend's own."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from ..errors import PluginError, PluginWarning

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import Backend

__all__ = ["find_kernel"]


def find_kernel(
    backend: Backend, operation: str, generic: Callable[..., Any] | None = None
) -> Callable[..., Any] | None:
    """The kernel of an operation, or ``generic`` where there is none.

    A kernel that a plugin registered (as ``"<backend>.<operation>"``) comes first. Where it returns
    ``NotImplemented``, the backend's own computes, or else ``generic``.

    Parameters
    ----------
    backend
        On whose arrays.
    operation
        The operation's name.
    generic
        What computes where no kernel does.
    """
    own = backend.kernels.get(operation) or generic
    registered = _registered(backend, operation)
    if registered is None:
        return own
    return registered if own is None else _with_fallback(registered, own)


def _registered(backend: Backend, operation: str) -> Callable[..., Any] | None:
    from ..plugins import registry

    name = f"{backend.name}.{operation}"
    if name not in registry.names("kernels"):
        return None
    try:
        return registry.get("kernels", name)
    except PluginError as error:  # the operation can do without
        warnings.warn(f"a faster {name} is left out: {error}", PluginWarning, stacklevel=2)
        return None


def _with_fallback(kernel: Callable[..., Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(kernel)
    def run(*args: Any, **kwargs: Any) -> Any:
        result = kernel(*args, **kwargs)
        return otherwise(*args, **kwargs) if result is NotImplemented else result

    return run
