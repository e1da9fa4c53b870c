"""Lets a module of core show what plugins registered as if it stood there: `deep_learner.nn.Linear`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .. import config
from . import registry

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["facade"]

_kept: set[tuple[str, str]] = set()


def facade(module: str, *categories: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a module that stands for one or more categories.

    Parameters
    ----------
    module : str
        The module's `__name__`.
    *categories : str
        The categories it shows, in the order in which a name is looked for.

    Returns
    -------
    tuple of callables
        To be assigned at the end of the module: `__getattr__, __dir__ = facade(__name__, "layers")`. A name
        is kept in the module once found, so that the second use costs nothing.
    """

    def find(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        category = next((one for one in categories[:-1] if name in registry.names(one)), categories[-1])
        found = registry.get(category, name)
        setattr(sys.modules[module], name, found)
        _kept.add((module, name))
        return found

    def names() -> list[str]:
        own = vars(sys.modules[module])
        special = (name for name in own if name.startswith("__"))
        registered = (name for one in categories for name in registry.names(one))
        return sorted({*special, *own.get("__all__", ()), *registered})

    return find, names


def _forget() -> None:
    """Other settings or another host may mean another object by the same name."""
    while _kept:
        module, name = _kept.pop()
        vars(sys.modules[module]).pop(name, None)


config.on_change(_forget)
