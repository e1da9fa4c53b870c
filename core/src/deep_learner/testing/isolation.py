"""A plugin host of a test's own: with the plugins it is given, and nothing that happens to be installed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, EntryPoints
from typing import TYPE_CHECKING, Any

from .. import config
from ..plugins.host import Host, activate
from ..plugins.markers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..plugins.loader import DistributionLike

__all__ = ["PluginDistribution", "isolated"]


class _Present:
    """An entry point whose plugin is at hand."""

    def __init__(self, name: str, plugin: object) -> None:
        self.name = name
        self.group = PROJECT
        self._plugin = plugin

    def load(self) -> object:
        if isinstance(self._plugin, BaseException):
            raise self._plugin
        return self._plugin

    def matches(self, **parameters: Any) -> bool:
        return all(getattr(self, name) == value for name, value in parameters.items())


@dataclass
class PluginDistribution:
    """A distribution that is not installed, for `isolated` and `Host`.

    Parameters
    ----------
    name, version : str
        What it is called.
    plugins : Mapping
        By the entry point's name: a plugin (module, class or object with hooks), text to import it from, or
        an exception that its import shall raise.
    """

    name: str
    plugins: Mapping[str, object]
    version: str = "1.0"
    entry_points: EntryPoints = field(init=False)

    def __post_init__(self) -> None:
        points: list[Any] = [
            EntryPoint(name, plugin, PROJECT) if isinstance(plugin, str) else _Present(name, plugin)
            for name, plugin in self.plugins.items()
        ]
        self.entry_points = EntryPoints(points)


@contextmanager
def isolated(
    *distributions: DistributionLike, settings: config.Settings | None = None
) -> Generator[Host, None, None]:
    """Within the block, only these distributions are installed and nothing is configured.

    Parameters
    ----------
    *distributions : PluginDistribution or importlib.metadata.Distribution
        What is installed.
    settings : Settings, optional
        What is configured, as `deep_learner.config.read` gives it.

    Yields
    ------
    Host
        The host in use, which has not looked for plugins yet.

    Examples
    --------
    >>> from deep_learner.plugins import registry
    >>> with isolated(PluginDistribution("acme", {"acme": ImportError("no such library")})) as host:
    ...     with pytest.warns(PluginWarning):
    ...         print(host.failures[0])
    acme 1.0 failed at 'import': ImportError: no such library
    """
    host = Host(distributions)
    before = activate(host)
    try:
        with config.replaced(config.defaults() if settings is None else settings):
            yield host
    finally:
        activate(before)
