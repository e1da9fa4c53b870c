"""The printed form of a module."""

from __future__ import annotations

from ._attributes import Attributes


def indent(text: str, spaces: int = 2) -> str:
    """`text` with every line but the first moved to the right."""
    return text.replace("\n", "\n" + spaces * " ")


class Representation(Attributes):
    """``repr(module)``: the class name, what `extra_repr` tells, and the children below."""

    def extra_repr(self) -> str:
        """What to print between the parentheses: one line, or several; for subclasses to override."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indent(repr(module))}" for name, module in self._modules.items()]
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({extra})"
        lines += children
        body = "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({body})"
