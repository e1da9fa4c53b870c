"""Who hears of a training run's events: the listeners given to it, then the installed plugins."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import pluggy

from deep_learner.errors import PluginWarning
from deep_learner.plugins import host
from deep_learner_trainer import events

__all__ = ["Listeners"]


class Listeners:
    """The listeners of one run.

    A listener given to the run belongs to it: its errors are the run's. An installed plugin that raises is
    left out of the rest of the run, with a warning and an entry in its record, and the training goes on.

    Parameters
    ----------
    given : sequence of objects
        Called in this order.

    Raises
    ------
    pluggy.PluginValidationError
        If a method marked as a hook is no event, or takes arguments that the event does not have.
    """

    def __init__(self, given: Sequence[object]) -> None:
        manager = pluggy.PluginManager("deep_learner")
        manager.add_hookspecs(events)
        for listener in reversed(given):  # pluggy calls the last one first
            manager.register(listener)
        manager.check_pending()
        self._given = manager.hook
        self._installed = [
            plugin
            for plugin in host().plugins
            if not plugin.broken and not set(events.__all__).isdisjoint(plugin.hooks)
        ]

    def announce(self, event: str, **arguments: Any) -> None:
        """Calls the hook named `event` of every listener."""
        getattr(self._given, event)(**arguments)
        for plugin in list(self._installed):
            try:
                getattr(plugin.own.hook, event)(**arguments)
            except Exception as error:  # another's code: the training must not end because of it
                self._installed.remove(plugin)
                failure = plugin.failed(f"call {event}", error)
                warnings.warn(f"the plugin {plugin.name!r} of {failure}", PluginWarning, stacklevel=3)
