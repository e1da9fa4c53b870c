"""The plugin host: hooks, what they registered, and what went wrong.

>>> from deep_learner import plugins
>>> plugins.registry.get("layers", "Linear")          # what a plugin registered
>>> plugins.registry.names("optimizers")              # what there is
>>> plugins.host().failures                           # which plugins are broken, and why
>>> plugins.host().manager.hook                       # events that plugins announce to each other
"""

from __future__ import annotations

from . import registry
from .catalogue import CATEGORIES, Entry
from .facade import facade
from .failures import Failure
from .host import Host, host
from .markers import hookimpl, hookspec

__all__ = ["CATEGORIES", "Entry", "Failure", "Host", "facade", "hookimpl", "hookspec", "host", "registry"]
