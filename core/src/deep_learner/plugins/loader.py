"""Finds the installed plugins and takes each in on its own, so that a broken one breaks nothing else.

Every plugin gets a pluggy manager to itself while it is imported, checked and asked to register; so a failure
always has one name, and no plugin's hooks depend on another's. Only then does it join the common manager, in
which events are sent to all.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

from ..errors import did_you_mean
from . import hookspecs
from .catalogue import CATEGORIES, Catalogue, Entry, normal
from .failures import Failure, describe
from .markers import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

__all__ = ["DistributionLike", "Plugin", "find", "installed", "take_in"]

CONTAINED = (
    Exception,
    SystemExit,
)  # Ctrl-C goes through; a module that calls sys.exit() does not take us with it
BROKEN = frozenset(("read", "import", "register"))  # stages after which nothing of a plugin is left to use


class EntryPointLike(Protocol):
    """The part of `importlib.metadata.EntryPoint` that is used."""

    @property
    def name(self) -> str: ...

    def load(self) -> Any: ...


class DistributionLike(Protocol):
    """The part of `importlib.metadata.Distribution` that is used."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def entry_points(self) -> Any: ...


@dataclass(eq=False)
class Plugin:
    """One entry point of one distribution, and what became of it."""

    name: str
    distribution: str
    version: str
    load: Callable[[], Any]
    hooks: list[str] = field(default_factory=list[str])
    failures: list[Failure] = field(default_factory=list[Failure])
    own: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager(PROJECT))
    module: Any = None

    def failed(self, stage: str, error: BaseException | str) -> Failure:
        """Remembers that something went wrong."""
        text = error if isinstance(error, str) else describe(error)
        failure = Failure(self.name, self.distribution, self.version, stage, text)
        if failure not in self.failures:
            self.failures.append(failure)
        return failure

    @property
    def broken(self) -> bool:
        """Whether nothing of it can be used."""
        return any(failure.stage in BROKEN for failure in self.failures)


def installed() -> Iterable[DistributionLike]:
    """The distributions of this Python."""
    from importlib.metadata import distributions  # brings the e-mail parser with it: not at import

    return distributions()


def find(distributions: Iterable[DistributionLike]) -> Iterator[Plugin]:
    """The plugins of the distributions, sorted; of a distribution found twice on the path, the first."""
    found: dict[str, list[Plugin]] = {}
    for distribution in distributions:
        plugins: list[Plugin] = []
        try:
            points = distribution.entry_points.select(group=PROJECT)
            if not points:
                continue
            name, version = distribution.name, distribution.version
            plugins = [Plugin(point.name, name, version, point.load) for point in points]
        except CONTAINED as error:
            name = str(getattr(distribution, "_path", distribution))
            plugins = [Plugin("?", name, "?", lambda: None)]
            plugins[0].failed("read", error)
        found.setdefault(normal(name), plugins)
    for key in sorted(found):
        yield from sorted(found[key], key=lambda plugin: plugin.name)


def take_in(
    plugins: Iterable[Plugin],
    catalogue: Catalogue,
    manager: pluggy.PluginManager,
    specifications: list[ModuleType],
) -> None:
    """Imports each plugin, checks its hooks, lets it register, and adds it to the common manager.

    `specifications` are those that plugins taken in earlier have announced; those of these plugins are added.
    """
    here = [plugin for plugin in plugins if _import(plugin)]
    for module in [module for plugin in here for module in _announced(plugin)]:
        manager.add_hookspecs(module)
        specifications.append(module)
    for plugin in here:
        if _check(plugin, specifications):
            for category in CATEGORIES:
                _call(plugin, f"register_{category}", partial(_enter, catalogue, plugin, category))
            manager.register(plugin.module, name=f"{plugin.distribution}:{plugin.name}")


def _import(plugin: Plugin) -> bool:
    """Brings the plugin's module in and reads its hooks."""
    if plugin.broken:
        return False
    stage = "import"
    try:
        plugin.module = plugin.load()
        stage = "register"
        plugin.own.add_hookspecs(hookspecs)
        plugin.own.register(plugin.module, name=plugin.name)
    except CONTAINED as error:
        plugin.failed(stage, error)
        return False
    plugin.hooks = sorted(caller.name for caller in plugin.own.get_hookcallers(plugin.module) or ())
    if not plugin.hooks:
        plugin.failed("hooks", "it implements no hook; mark one with @deep_learner.hookimpl")
    return True


def _announced(plugin: Plugin) -> list[ModuleType]:
    """The modules of hook specifications that the plugin brings."""
    modules: list[ModuleType] = []

    def register(name: str, target: object, /, **_metadata: Any) -> None:
        module: Any = importlib.import_module(target.rstrip(":")) if isinstance(target, str) else target
        pluggy.PluginManager(PROJECT).add_hookspecs(module)  # one without specifications fails here, alone
        modules.append(module)

    _call(plugin, "register_hookspecs", register)
    return modules


def _check(plugin: Plugin, specifications: list[ModuleType]) -> bool:
    """Whether the plugin fits the specifications; a hook that has none is recorded, the rest used."""
    try:
        for module in specifications:
            plugin.own.add_hookspecs(module)
    except CONTAINED as error:
        plugin.failed("register", error)
        return False
    try:
        plugin.own.check_pending()
    except pluggy.PluginValidationError:
        specified = [name for name in vars(hookspecs) if name.startswith("register_")]
        specified += [name for module in specifications for name in vars(module) if not name.startswith("_")]
        for caller in plugin.own.get_hookcallers(plugin.module) or ():
            optional = all(implementation.optionalhook for implementation in caller.get_hookimpls())
            if not caller.has_spec() and not optional:
                plugin.failed("hooks", f"{caller.name!r} is no hook{did_you_mean(caller.name, specified)}")
    return True


def _call(plugin: Plugin, hook: str, register: hookspecs.Register) -> None:
    """Calls one hook of one plugin; what it registered before it raised stays registered."""
    if hook in plugin.hooks:
        try:
            getattr(plugin.own.hook, hook)(register=register)
        except CONTAINED as error:
            plugin.failed(f"call {hook}", error)


def _enter(
    catalogue: Catalogue, plugin: Plugin, category: str, name: str, target: object, /, **metadata: Any
) -> None:
    catalogue.add(Entry(category, name, target, plugin.distribution, plugin.version, plugin.name, metadata))
