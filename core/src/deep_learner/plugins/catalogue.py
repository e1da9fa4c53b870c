"""Everything plugins registered: by category and name, each entry remembering who brought it."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ..errors import AmbiguousNameError, PluginError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["CATEGORIES", "Catalogue", "Entry"]

CATEGORIES: Final = (
    "backends",
    "layers",
    "functions",
    "optimizers",
    "schedulers",
    "serializers",
    "datasets",
    "listeners",
    "operations",
    "kernels",
    "executors",
)
"""What can be registered; each has its hook, `register_<category>`."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_TARGET: Final = re.compile(r"[A-Za-z_][\w.]*:[\w.]*")


@dataclass(eq=False)
class Entry:
    """One registered thing.

    Attributes
    ----------
    category, name : str
        Where it stands.
    distribution, version, plugin : str
        Who brought it, and through which entry point.
    target : object
        The thing, or `"module:attribute"`.
    metadata : Mapping
        What was said about it, so that it need not be imported to be known.
    """

    category: str
    name: str
    target: object
    distribution: str
    version: str
    plugin: str
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    instance: Any = None  # the one object made from the target, where a category wants only one

    @property
    def full_name(self) -> str:
        """`"distribution:name"`, which is never ambiguous."""
        return f"{self.distribution}:{self.name}"

    @cached_property
    def value(self) -> Any:
        """The registered object, imported now if it was given as text.

        Raises
        ------
        PluginError
            If the import fails or the module lacks the attribute.
        """
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        try:
            found: Any = importlib.import_module(module)
            for part in filter(None, attribute.split(".")):
                found = getattr(found, part)
        except Exception as error:  # another's code: whatever it raises must not look like ours
            raise PluginError(
                f"{self.name!r} ({self.category}) cannot be loaded from {self.target!r}, registered by "
                f"{self.distribution} {self.version}: {type(error).__name__}: {error}",
                name=module,
            ) from error
        return found


class Catalogue:
    """The entries of all categories.

    Parameters
    ----------
    choices : callable
        Gives, for a category, the distribution chosen for a name that several bring.
    """

    def __init__(self, choices: Callable[[str], Mapping[str, str]]) -> None:
        self._choices = choices
        self._entries: dict[str, dict[str, list[Entry]]] = {category: {} for category in CATEGORIES}

    def add(self, entry: Entry) -> None:
        """Enters an entry; a name taken by another distribution is refused only when it is asked for.

        Raises
        ------
        ValueError
            If the name is no plain name, the same distribution registered it before, or the target is text
            without a colon.
        """
        if not _NAME.fullmatch(entry.name):
            raise ValueError(
                f"{entry.name!r} cannot be registered: a name has letters, digits, '_', '.' and '-'"
            )
        if isinstance(entry.target, str) and not _TARGET.fullmatch(entry.target):
            raise ValueError(f"{entry.name!r} is registered as {entry.target!r}; write 'module:attribute'")
        same_name = self._category(entry.category).setdefault(entry.name, [])
        if any(other.distribution == entry.distribution for other in same_name):
            raise ValueError(f"{entry.distribution} registers {entry.name!r} ({entry.category}) twice")
        same_name.append(entry)

    def names(self, category: str) -> list[str]:
        """All names of a category, sorted."""
        return sorted(self._category(category))

    def entries(self, category: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one category, in the order of their names."""
        for one in CATEGORIES if category is None else (category,):
            for name in self.names(one):
                yield from self._category(one)[name]

    def find(self, category: str, name: str) -> Entry:
        """The entry of a name, or of `"distribution:name"`.

        Raises
        ------
        UnknownNameError
            If nobody registered the name.
        AmbiguousNameError
            If several distributions did and the configuration does not choose.
        """
        distribution, _, plain = name.rpartition(":")
        found = self._category(category).get(plain, [])
        chosen = distribution or self._choices(category).get(plain, "")
        if chosen:
            found_there = [entry for entry in found if normal(entry.distribution) == normal(chosen)]
            if found and not found_there:
                who = ", ".join(entry.distribution for entry in found) + (
                    " does" if len(found) == 1 else " do"
                )
                asked = "" if distribution else " (chosen in the configuration)"
                raise UnknownNameError(f"{chosen}{asked} registers no {plain!r} among the {category}; {who}")
            found = found_there
        if not found:
            raise UnknownNameError(
                f"no installed plugin registers {name!r} among the {category}"
                f"{did_you_mean(plain, self._category(category))}"
            )
        if len(found) > 1:
            raise AmbiguousNameError(ambiguity(category, plain, found))
        return found[0]

    def clashes(self) -> Iterator[tuple[str, str, list[Entry]]]:
        """The category, name and entries of each name that several brought and nobody chose among.

        A kernel that serves with an executor, and one that serves always, do not get in each other's way.
        """
        for category, names in self._entries.items():
            decided = self._choices(category)
            for name, entries in names.items():
                always = [one for one in entries if category != "kernels" or "executor" not in one.metadata]
                if len(always) > 1 and name not in decided:
                    yield category, name, entries

    def _category(self, category: str) -> dict[str, list[Entry]]:
        try:
            return self._entries[category]
        except KeyError:
            raise UnknownNameError(
                f"{category!r} is no category{did_you_mean(category, CATEGORIES)}"
            ) from None


def normal(distribution: str) -> str:
    """A distribution's name as packaging compares names: `Deep_Learner.x` is `deep-learner-x`."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def ambiguity(category: str, name: str, entries: list[Entry]) -> str:
    """The message about a name that several distributions brought."""
    who = " and ".join(f"{entry.distribution} {entry.version}" for entry in entries)
    first = entries[0]
    key = f'"{name}"' if "." in name else name
    return (
        f"{name!r} is registered among the {category} by {who}. Ask for one as {first.full_name!r}, or "
        f"choose in deep_learner.toml ([tool.deep-learner] of pyproject.toml): plugins.{category}.{key} = "
        f'"{first.distribution}"'
    )
