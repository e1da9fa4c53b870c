"""Source that finds the tensors and arrays which a plan reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .inputs import NumberInput, TensorInput

if TYPE_CHECKING:
    from .writer import Writer

__all__ = ["Places"]


class Places:
    """Expressions for tensors, and names for their arrays.

    Parameters
    ----------
    writer
        Where objects get their names.

    Attributes
    ----------
    reads : dict
        Expressions, and the names that their values shall have before any of them is used.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.reads: dict[str, str] = {}

    def tensor(self, source: TensorInput) -> str:
        """The tensor that is in a place now."""
        if source.argument is not None:
            return f"x{source.argument}"
        if source.gradient_of is not None:
            return f"{self.tensor(source.gradient_of)}._node.total"
        if source.entry is not None:
            container, key = source.entry
            return f"{self._writer.name(container, 'entries')}[{self._writer.name(key, 'key')}]"
        return self._writer.name(source.tensor, "tensor")

    def array(self, source: TensorInput) -> str:
        """The name of its array."""
        if source.argument is not None:
            return f"a{source.argument}"
        return self._read(f"{self.tensor(source)}._array")

    def input(self, source: TensorInput | NumberInput) -> str:
        """The name of an array or a number that a plan reads."""
        if isinstance(source, TensorInput):
            return self.array(source)
        return self._read(f"{self._writer.name(source.group, 'group')}[{source.key!r}]")

    def _read(self, expression: str) -> str:
        return self.reads.setdefault(expression, f"read{len(self.reads)}")
