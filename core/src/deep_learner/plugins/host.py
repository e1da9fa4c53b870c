"""The plugin host: one place that knows the installed plugins, what they registered and what went wrong."""

from __future__ import annotations

import warnings
from threading import RLock
from typing import TYPE_CHECKING, Any

import pluggy

from .. import config
from ..errors import ConfigurationError, PluginError, PluginWarning, UnknownNameError, did_you_mean
from . import hookspecs, loader
from .catalogue import CATEGORIES, Catalogue, Entry, normal
from .hints import how_to_install, what_to_install
from .markers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from .failures import Failure

__all__ = ["Host", "activate", "host"]


class Host:
    """Plugins, found when something registered is first asked for.

    Parameters
    ----------
    distributions : iterable, optional
        Where to look for plugins, as `importlib.metadata.Distribution` objects or their likes; all that are
        installed unless given.
    """

    def __init__(self, distributions: Iterable[loader.DistributionLike] | None = None) -> None:
        self._distributions = distributions
        self._lock = RLock()
        self._clear()

    def _clear(self) -> None:
        self._state = "new"
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._catalogue = Catalogue(_choices)
        self._plugins: list[loader.Plugin] = []
        self._specifications: list[ModuleType] = []

    def discover(self) -> None:
        """Takes in every installed plugin, once; warns of each that is broken."""
        if self._state == "ready":
            return
        with self._lock:
            if self._state != "new":  # ready by now, or a plugin that is being imported asks for something
                return
            self._state = "looking"
            places = loader.installed() if self._distributions is None else self._distributions
            try:
                self._plugins = list(loader.find(places))
                self._take_in(self._plugins)
            except BaseException:
                self._clear()  # Ctrl-C: look again next time, from the beginning
                raise
            self._state = "ready"
        _warn(failure for plugin in self._plugins for failure in plugin.failures)

    def _take_in(self, plugins: list[loader.Plugin]) -> None:
        loader.take_in(plugins, self._catalogue, self._manager, self._specifications)

    def add(self, plugin: Any, *, distribution: str, version: str = "0", name: str = "plugin") -> None:
        """Takes in a plugin that is not installed, such as a class in a notebook or a test.

        Parameters
        ----------
        plugin : object
            A module, class or object with functions marked `@deep_learner.hookimpl`.
        distribution, version, name : str
            Under which it is listed, and told from others.
        """
        self.discover()
        added = loader.Plugin(name, distribution, version, lambda: plugin)
        with self._lock:
            self._plugins.append(added)
            self._take_in([added])
        _warn(added.failures)

    @property
    def manager(self) -> pluggy.PluginManager:
        """The manager that all sound plugins belong to; events are sent through its `hook`."""
        self.discover()
        return self._manager

    @property
    def catalogue(self) -> Catalogue:
        """What the plugins registered."""
        self.discover()
        return self._catalogue

    @property
    def plugins(self) -> list[loader.Plugin]:
        """Every plugin found, sound or broken."""
        self.discover()
        return self._plugins

    @property
    def failures(self) -> list[Failure]:
        """What went wrong so far, with whom and when."""
        return [failure for plugin in self.plugins for failure in plugin.failures]

    def find(self, category: str, name: str) -> Entry:
        """The entry of a name; the error about a missing one quotes the failures and says what to install."""
        try:
            return self.catalogue.find(category, name)
        except UnknownNameError as error:
            raise UnknownNameError(str(error) + self.advice(category, name)) from None

    def load(self, entry: Entry) -> Any:
        """The registered object; that it cannot be imported is remembered of its plugin."""
        try:
            return entry.value
        except PluginError as error:
            for plugin in self.plugins:
                if (plugin.distribution, plugin.name) == (entry.distribution, entry.plugin):
                    plugin.failed(
                        f"load {entry.category}", f"{entry.name!r} from {entry.target!r}: {error.__cause__}"
                    )
            raise

    def advice(self, category: str, name: str = "") -> str:
        """The end of a message about something missing: what to install, and which plugins failed."""
        lines: list[str] = []
        if self._state == "looking":
            lines.append(
                "a plugin asks for it while plugins are being found: give what needs it as 'module:attribute'"
            )
        distribution = what_to_install(category, name)
        if distribution and not any(normal(plugin.distribution) == distribution for plugin in self._plugins):
            lines.append(f"to install what provides it: {how_to_install(distribution)}")
        lines += [str(failure) for plugin in self._plugins for failure in plugin.failures]
        return "".join(f"\n  {line}" for line in lines)


def _choices(category: str) -> Mapping[str, str]:
    chosen: dict[str, dict[str, str]] = config.get("plugins")
    for unknown in chosen.keys() - CATEGORIES:
        where = config.settings().sources["plugins"]
        raise ConfigurationError(
            f"{where} sets plugins.{unknown}: no category{did_you_mean(unknown, CATEGORIES)}"
        )
    return chosen.get(category, {})


def _warn(failures: Iterable[Failure]) -> None:
    for failure in failures:
        warnings.warn(f"the plugin {failure.plugin!r} of {failure}", PluginWarning, stacklevel=3)


_active = Host()


def host() -> Host:
    """The host in use."""
    return _active


def activate(other: Host) -> Host:
    """Puts another host in use and returns the one before; tests do so, to be alone with their plugins."""
    global _active
    from ..namespaces import raw

    before, _active = _active, other
    config.notify()  # names found under the other host mean nothing now
    raw.forget()  # nor do its backends
    return before
