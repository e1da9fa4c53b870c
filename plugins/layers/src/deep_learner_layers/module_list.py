"""`ModuleList`: modules in a list."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, groupby
from typing import Any, Self, overload

from deep_learner.nn import Module

from ._sequence import ModuleSequence, position

__all__ = ["ModuleList"]


class ModuleList(ModuleSequence):
    """A list of modules, which belong to the module that holds the list. It cannot be called.

    Parameters
    ----------
    modules
        The first entries.

    Examples
    --------
    >>> layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
    >>> len(layers), layers[-1]
    (3, Linear(in_features=4, out_features=4, bias=True))
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Module:
        modules = list(self._modules.values())
        return (
            type(self)(modules[index]) if isinstance(index, slice) else modules[position(index, len(modules))]
        )

    def insert(self, index: int, module: Module) -> None:
        """Put a module before the one at `index`, as a list does.

        Raises
        ------
        TypeError
            If `module` is not a module.
        """
        self._insert(index, module)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        # Equal neighbours are told once, with their number.
        lines: list[str] = []
        first = 0
        for text, group in groupby(repr(module) for module in self):
            count = len(list(group))
            label = f"({first})" if count == 1 else f"({first}-{first + count - 1})"
            times = "" if count == 1 else f"{count} x "
            lines.append(f"{label}: {times}{text}".replace("\n", "\n  "))
            first += count
        body = "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{type(self).__name__}({body})"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            'Module [ModuleList] is missing the required "forward" function: call its modules'
        )
