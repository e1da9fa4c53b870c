"""Which executor runs the compiled steps of a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import config
from ..plugins import registry

if TYPE_CHECKING:
    from ..backends import Backend
    from .plan import Executor

__all__ = ["executor_of"]


def executor_of(backend: Backend, name: str | None = None) -> Executor | None:
    """The executor of a name, of the configuration's choice, or else the backend's own.

    Parameters
    ----------
    backend
        Whose steps.
    name
        As a plugin registered it; the configuration's choice unless given, which does not matter to backends that the
        chosen one is not for.

    Raises
    ------
    UnknownNameError
        If no installed plugin registers the name: an AttributeError and a LookupError.
    ValueError
        If the executor of this name is for another backend.
    """
    chosen = name or config.get("executor")
    if chosen is None:
        return backend.executor
    entry = registry.entry("executors", chosen)
    served = entry.metadata.get("backend")
    if served != backend.name:
        if name is None:
            return backend.executor
        raise ValueError(
            f"the executor {name!r} runs steps of the backend {served!r}, not of {backend.name!r}"
        )
    if entry.instance is None:
        entry.instance = registry.get("executors", entry.full_name)(backend)
    return entry.instance
