"""Which function computes an operation on a backend: one that a plugin registered, or one of the backend's own."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any

from .. import config
from ..errors import PluginError, PluginWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..plugins import Entry
    from .base import Backend

__all__ = ["find_kernel", "with_registered"]


def find_kernel(
    backend: Backend, operation: str, generic: Callable[..., Any] | None = None
) -> Callable[..., Any] | None:
    """The kernel of an operation, or ``generic`` where there is none.

    Kernels that plugins registered (as ``"<backend>.<operation>"``, with dots for colons) come first: that of the
    executor that is configured, then one that serves always. Where they return ``NotImplemented``, the backend's own
    computes, or else ``generic``.

    Parameters
    ----------
    backend
        On whose arrays.
    operation
        The operation's name, or that of an optimizer's rule, ``"module:Class.rule"``.
    generic
        What computes where no kernel does.
    """
    return with_registered(backend, operation, backend.kernels.get(operation) or generic)


def with_registered(
    backend: Backend, operation: str, own: Callable[..., Any] | None, *, asked: bool = False
) -> Callable[..., Any] | None:
    """The kernels that plugins registered, with what computes otherwise.

    Parameters
    ----------
    backend
        On whose arrays.
    operation
        The operation's name, or that of a function of the array standard.
    own
        What computes where the plugins' kernels do not.
    asked
        Whether the executor that is configured now is meant, and not that of each call.
    """
    found = own
    for kernel in _registered(f"{backend.name}.{operation}".replace(":", "."), asked):
        found = kernel if found is None else _with_fallback(kernel, found)
    return found


def _registered(name: str, asked: bool) -> Iterator[Callable[..., Any]]:
    """What plugins registered under a name: what serves always, and then what serves with an executor."""
    from ..plugins import registry

    entries = [one for one in registry.entries("kernels") if one.name == name]
    always = [one for one in entries if "executor" not in one.metadata]
    if len(always) > 1 or name in config.get("plugins").get("kernels", {}):
        entries = [registry.entry("kernels", name)]
    for entry in sorted(entries, key=lambda one: "executor" in one.metadata):
        if "executor" not in entry.metadata or (asked and config.get("executor") in _executors(entry)):
            kernel = _loaded(entry)
        else:
            kernel = None if asked else _of_executor(entry)
        if kernel is not None:
            yield kernel


def _loaded(entry: Entry) -> Callable[..., Any] | None:
    from ..plugins import registry

    try:
        return registry.get("kernels", entry.full_name)
    except PluginError as error:  # the operation can do without
        warnings.warn(f"a faster {entry.name} is left out: {error}", PluginWarning, stacklevel=5)
        return None


def _executors(entry: Entry) -> tuple[str, str]:
    """The names of the executor that a kernel belongs to."""
    executor = entry.metadata["executor"]
    return executor, f"{entry.distribution}:{executor}"


def _of_executor(entry: Entry) -> Callable[..., Any]:
    """A kernel that computes only while its executor is configured, and is not loaded before."""
    names = _executors(entry)
    load = functools.cache(_loaded)

    def run(*args: Any, **kwargs: Any) -> Any:
        kernel = load(entry) if config.get("executor") in names else None
        return NotImplemented if kernel is None else kernel(*args, **kwargs)

    return run


def _with_fallback(kernel: Callable[..., Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(kernel)
    def run(*args: Any, **kwargs: Any) -> Any:
        result = kernel(*args, **kwargs)
        return otherwise(*args, **kwargs) if result is NotImplemented else result

    return run
