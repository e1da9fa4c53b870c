"""What the containers that number their modules have in common."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any, Self, cast

from deep_learner.nn import Module


def position(index: int, size: int) -> int:
    """`index` counted from the front.

    Raises
    ------
    IndexError
        If there are not that many.
    """
    index = operator.index(index)
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of range")
    return index % size


class ModuleSequence(Module):
    """Modules named ``"0"``, ``"1"``, ... and reached by number, slice and iteration."""

    _modules: dict[str, Module]  # pyright: ignore[reportIncompatibleVariableOverride]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def _name(self, index: int) -> str:
        return list(self._modules)[position(index, len(self))]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        for name in list(self._modules)[index] if isinstance(index, slice) else [self._name(index)]:
            del self._modules[name]
        self._renumber(list(self))

    def _renumber(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        self._modules.update((str(i), module) for i, module in enumerate(modules))

    def append(self, module: Module) -> Self:
        """Add a module at the end; returns the container.

        Raises
        ------
        TypeError
            If `module` is not a module.
        """
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; returns the container.

        Raises
        ------
        TypeError
            If `modules` cannot be iterated over or holds something that is not a module.
        """
        if not isinstance(cast(Any, modules), Iterable):
            raise TypeError(
                f"{type(self).__name__}.extend should be called with an iterable, but got "
                f"{type(modules).__name__}"
            )
        for module in list(modules):  # a list, so that a container may extend itself
            self.append(module)
        return self

    def _insert(self, index: int, module: Module) -> None:
        if not isinstance(cast(Any, module), Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)

    def pop(self, key: int | slice) -> Module:
        """Take a module out, or for a slice a container of several, and return it.

        Raises
        ------
        IndexError
            If there are not that many.
        """
        taken = cast("Module", self[key])  # pyright: ignore[reportIndexIssue]
        del self[key]
        return taken
