"""What a step consists of: pieces of C, each written by its own kind of part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from deep_learner.compiler import Constant, Node, Value

__all__ = ["Part", "Place", "Places", "dtype_of", "shape_of"]

ALONE = 2000  # nanoseconds


class Place(NamedTuple):
    """Where an array lies.

    Attributes
    ----------
    slot : int
        Which of the addresses that a step knows.
    offset : int
        Bytes from there.
    strides : tuple of int
        Bytes.
    shape, dtype : object
    """

    slot: int
    offset: int
    strides: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: Any

    @property
    def address(self) -> str:
        """In C."""
        return f"(p[{self.slot}] + {self.offset})" if self.offset else f"p[{self.slot}]"

    @property
    def ends(self) -> tuple[int, int]:
        """Where its first and its last byte lie in the slot."""
        steps = [stride * (size - 1) for stride, size in zip(self.strides, self.shape, strict=True)]
        low = self.offset + sum(step for step in steps if step < 0)
        return low, self.offset + sum(step for step in steps if step > 0) + self.dtype.itemsize


class Places(Protocol):
    """What a part asks when it is written."""

    def of(self, one: Value | Constant) -> Place:
        """Where a value or a constant lies."""
        ...

    def block(self, part: Part, name: str, shape: tuple[int, ...], dtype: Any) -> Place:
        """An array, row after row, in memory that a part has asked for."""
        ...

    def failure(self, node: Node, error: Exception | None = None) -> int:
        """What says in C that a node has failed: with this error, or with what it raises when it is called again."""
        ...


class Part:
    """A piece of C.

    Attributes
    ----------
    nodes : list of Node
        What it computes.
    reads, outputs : list of Value
        What it reads, and what it writes to memory.
    work : float
        Nanoseconds that one thread takes, roughly.
    alone : bool
        Whether one thread does it, as it is done before another one would be found.
    blocks : dict
        Bytes of memory that it needs beside, by name.
    views : list of Node
        Those of its nodes whose results only show an output.
    headers : sequence of (str, str)
        Which of ``support/kernels`` it includes, and for which type of float.
    fails : bool
        Whether it may say that a node fails: then what follows is not computed.
    """

    fails = False
    views: Sequence[Node] = ()
    headers: Sequence[tuple[str, str]] = ()

    def __init__(
        self, nodes: Sequence[Node], reads: Sequence[Value], outputs: Sequence[Value], work: float
    ) -> None:
        self.nodes = list(nodes)
        self.reads = list(reads)
        self.outputs = list(outputs)
        self.work = work
        self.alone = work < ALONE
        self.blocks: dict[str, int] = {}

    def overwrites(self, source: Value, value: Value) -> bool:
        """Whether an output may take the memory of something that it reads: no element is read after it is written."""
        return all(one.root is not source.root for one in self.reads)

    def prepare(self, places: Places) -> None:
        """Ask for `blocks`, once it is known how the operands lie, though not yet where."""

    def code(self, places: Places) -> str:
        """The body of its function, which all threads of a team run."""
        raise NotImplementedError("a part says what it is in C")


def shape_of(one: Value | Constant) -> tuple[int, ...]:
    """The shape of an operand."""
    return one.shape if isinstance(one, Value) else tuple(one.array.shape)


def dtype_of(one: Any) -> Any:
    """The dtype of an operand; None for numbers."""
    return one.dtype if isinstance(one, Value) else one.array.dtype if isinstance(one, Constant) else None
