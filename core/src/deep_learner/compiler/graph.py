"""What a trace writes down: one flat list of operations on arrays and numbers.

Every value is made once: by a node, or before the first one. Nothing in the list writes to an array; what a step writes
in place is a new value, and that it belongs into the memory of an input is an effect (see :mod:`.trace`).
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = ["Constant", "Draw", "Graph", "Node", "Value", "replaced", "values_in"]


@dataclass(eq=False, slots=True)
class Value:
    """An array, or a Python number where ``dtype`` is None.

    Attributes
    ----------
    number : int
        Counts the values of a graph.
    shape, dtype, strides : object
        Of the array, as its library says; ``strides`` is None where it has none.
    alias : Value or None
        The value whose memory it shows, if it is a view.
    """

    number: int
    shape: tuple[int, ...] = ()
    dtype: Any = None
    strides: tuple[int, ...] | None = None
    alias: Value | None = None

    @property
    def root(self) -> Value:
        """The value in whose memory it lies."""
        value = self
        while value.alias is not None:
            value = value.alias
        return value

    def __repr__(self) -> str:
        return f"v{self.number}"


@dataclass(eq=False, slots=True)
class Constant:
    """An array that depends on no input, as an argument of a node. Nobody writes to it."""

    array: Any

    def __repr__(self) -> str:
        return f"constant[{', '.join(map(str, self.array.shape))}]"


@dataclass(eq=False, slots=True)
class Draw:
    """A random function of ours, in the place of an operation's name; it draws whenever it is called."""

    function: Callable[..., Any]

    def __str__(self) -> str:
        return self.function.__name__


Operation: TypeAlias = "str | Draw"


@dataclass(eq=False, slots=True)
class Node:
    """One call.

    Attributes
    ----------
    operation : str or Draw
        The name of a function of the array standard; that of an operation of ours after ``"ops."``, which the backend
        has a kernel of; that of one of Python's operators after ``"number."``; or a random function.
    args, kwargs
        What it is called with: values, constants, plain Python objects, and lists, tuples and slices of them.
    outputs : tuple of Value
    several : bool
        Whether it returns a tuple.
    line : str
        Where the user's program asked for it.
    """

    operation: Operation
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[Value, ...]
    several: bool = False
    line: str = ""

    def inputs(self) -> Iterator[Value]:
        """The values among the arguments."""
        return values_in((self.args, tuple(self.kwargs.values())))

    def __repr__(self) -> str:
        shown = [*map(repr, self.args), *(f"{key}={value!r}" for key, value in self.kwargs.items())]
        made = ", ".join(f"{one!r}: {one.dtype}{list(one.shape)}" for one in self.outputs)
        return f"{made} = {self.operation}({', '.join(shown)})"


@dataclass
class Graph:
    """The nodes in the order of their calls."""

    nodes: list[Node] = field(default_factory=list[Node])
    count: int = 0

    def value(self, array: Any = None, alias: Value | None = None) -> Value:
        """A new value like an array; a number without one."""
        self.count += 1
        if array is None:
            return Value(self.count)
        return Value(self.count, tuple(array.shape), array.dtype, getattr(array, "strides", None), alias)


def values_in(tree: Any) -> Iterator[Value]:
    """The values in a tree of arguments."""
    if isinstance(tree, Value):
        yield tree
    elif isinstance(tree, tuple | list):
        for one in tree:
            yield from values_in(one)
    elif isinstance(tree, slice):
        yield from values_in((tree.start, tree.stop, tree.step))


def replaced(tree: Any, change: Callable[[Any], Any]) -> Any:
    """A tree of arguments with each leaf changed."""
    if type(tree) in (tuple, list):
        return type(tree)(replaced(one, change) for one in tree)
    if isinstance(tree, slice):
        return slice(*(replaced(one, change) for one in (tree.start, tree.stop, tree.step)))
    return change(tree)
