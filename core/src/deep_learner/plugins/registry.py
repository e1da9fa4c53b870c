"""Asking for what plugins registered, by category and name.

>>> from deep_learner.plugins import registry
>>> Linear = registry.get("layers", "Linear")
>>> registry.get("layers", "deep-learner-layers:Linear") is Linear
True
"""

from __future__ import annotations

from typing import Any

from .catalogue import CATEGORIES, Entry
from .host import host

__all__ = ["CATEGORIES", "Entry", "entries", "entry", "get", "names"]


def get(category: str, name: str) -> Any:
    """The object registered under a name, imported if need be.

    Parameters
    ----------
    category : str
        One of `CATEGORIES`.
    name : str
        The name, or `"distribution:name"` for that of one distribution.

    Raises
    ------
    UnknownNameError
        If no installed plugin registers it: an AttributeError and a LookupError.
    AmbiguousNameError
        If several do and the configuration does not choose: a LookupError.
    PluginError
        If it was registered but cannot be imported: an ImportError.
    """
    return host().load(host().find(category, name))


def entry(category: str, name: str) -> Entry:
    """What is known of a name without importing it: distribution, version, metadata. Raises as `get`."""
    return host().find(category, name)


def entries(category: str) -> list[Entry]:
    """All entries of a category, in the order of their names; one per distribution that brings a name."""
    return list(host().catalogue.entries(category))


def names(category: str) -> list[str]:
    """The names of a category, sorted; nothing is imported for it."""
    return host().catalogue.names(category)
