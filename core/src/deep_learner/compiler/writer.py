"""Writing the source of a function, and naming the objects that it uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Writer"]


class Writer:
    """A function under construction.

    Attributes
    ----------
    scope : dict
        What its source names.
    lines : list of str
    """

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"__name__": __name__}
        self.lines: list[str] = []
        self._names: dict[int, str] = {}

    def name(self, thing: Any, wish: str) -> str:
        """The name of an object, the same one each time."""
        if id(thing) not in self._names:
            self._names[id(thing)] = self.fresh(thing, wish)
        return self._names[id(thing)]

    def fresh(self, thing: Any, wish: str) -> str:
        """A name for what may become another object later."""
        name = f"{wish}_{len(self.scope)}"
        self.scope[name] = thing
        return name

    def line(self, text: str, depth: int = 1) -> None:
        """Add a line."""
        self.lines.append("    " * depth + text)

    def function(self, arguments: str, filename: str) -> Callable[..., Any]:
        """The finished function."""
        source = "\n".join([f"def call({arguments}):", *self.lines])
        exec(compile(source, filename, "exec"), self.scope)
        return self.scope["call"]
