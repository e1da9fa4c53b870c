"""What a backend's executor is given, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .graph import Node, Value

if TYPE_CHECKING:
    from .late import Late

__all__ = ["Emitted", "Executor", "Plan", "locate", "readers"]


@dataclass
class Plan:
    """A flat list of operations to be made a function of.

    Attributes
    ----------
    nodes : list of Node
        In an order in which they can be called.
    inputs : list of Value
        What the function takes, in order: arrays, and numbers.
    writes : list of (Value, Value)
        An input and the value that shall stand in its memory afterwards.
    results : list of Value
        What the function returns; arrays in memory of their own, which their users may keep, unless they are inputs.
    """

    nodes: list[Node]
    inputs: list[Value]
    writes: list[tuple[Value, Value]]
    results: list[Value]

    def kept(self) -> list[Value]:
        """The values that are needed once all nodes have been called."""
        return [*self.results, *(value for _, value in self.writes)]


@dataclass
class Emitted:
    """A plan as a function.

    Attributes
    ----------
    run : callable
        ``run(*inputs)`` gives the results as a list. Where it works in memory of its own, calls do not overlap.
    source : str
        Its code, or another description for people.
    node_at : callable
        The node that an exception's traceback comes from, if that can be told.
    """

    run: Callable[..., list[Any]]
    source: str
    node_at: Callable[[BaseException], Node | None]


class Executor(Protocol):
    """What a backend sets as its ``executor``."""

    @property
    def seen_through(self) -> Collection[str]:
        """Operations whose kernels it does without: it gets the functions of the standard that they are made of."""
        ...

    def emit(self, plan: Plan) -> Emitted:
        """Make a function of a plan."""
        ...


def locate(error: BaseException, emitted: Emitted | Late) -> None:
    """Say in an error of a compiled step which line of the program it comes from."""
    node = emitted.node_at(error)
    if node is not None:
        error.add_note(f"in a compiled step, in {node.operation}(), which was asked for at {node.line}")


def readers(nodes: Sequence[Node]) -> dict[Value, int]:
    """For each value, by the root of its memory, the place of the last node that reads it."""
    return {value.root: place for place, node in enumerate(nodes) for value in node.inputs()}
