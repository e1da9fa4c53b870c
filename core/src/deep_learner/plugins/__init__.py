"""The plugin host: hooks, what they registered, and what went wrong.

>>> from deep_learner import plugins
>>> plugins.registry.get("layers", "Linear")          # what a plugin registered
>>> plugins.registry.names("optimizers")              # what there is
>>> plugins.host().failures                           # which plugins are broken, and why
>>> plugins.host().manager.hook                       # events that plugins announce to each other
"""

from __future__ import annotations

from deep_learner.plugins import registry
from deep_learner.plugins.catalogue import CATEGORIES, Entry
from deep_learner.plugins.facade import facade
from deep_learner.plugins.failures import Failure
from deep_learner.plugins.host import Host, host
from deep_learner.plugins.markers import hookimpl, hookspec

__all__ = ["CATEGORIES", "Entry", "Failure", "Host", "facade", "hookimpl", "hookspec", "host", "registry"]
