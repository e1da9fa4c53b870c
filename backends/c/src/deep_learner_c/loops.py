"""Loops over the dimensions of a nest, and where in them the elements of arrays lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

__all__ = [
    "Access",
    "Loop",
    "call",
    "indented",
    "index",
    "named",
    "order_of",
    "positions",
    "shared",
    "split",
]


class Access(NamedTuple):
    """An array that a nest reads or writes.

    Attributes
    ----------
    name : str
        Of its pointer.
    dtype : object
    strides : tuple of int
        Elements from one position to the next along each dimension of the nest.
    """

    name: str
    dtype: Any
    strides: tuple[int, ...]

    def varies(self, dimensions: Sequence[int]) -> bool:
        """Whether it changes along some of the dimensions."""
        return any(self.strides[one] for one in dimensions)


class Loop(NamedTuple):
    """A loop over dimensions that follow each other in all arrays alike.

    Attributes
    ----------
    variable : str
    size : int
    last : int
        The innermost of its dimensions, whose stride is the loop's.
    """

    variable: str
    size: int
    last: int


def order_of(
    dimensions: Sequence[int], domain: Sequence[int], accesses: Sequence[Access], variable: str
) -> list[Loop]:
    """Loops over some dimensions, the one with the smallest steps innermost, and as few as do."""

    def step(one: int) -> int:
        return sum(abs(access.strides[one]) for access in accesses)

    ordered = sorted(dimensions, key=lambda one: (-step(one), one))
    merged: list[tuple[int, int]] = []  # size, last dimension
    for one in ordered:
        if merged and all(
            access.strides[merged[-1][1]] == access.strides[one] * domain[one] for access in accesses
        ):
            merged[-1] = merged[-1][0] * domain[one], one
        else:
            merged.append((domain[one], one))
    return named([Loop("", size, last) for size, last in merged], variable)


def named(loops: Sequence[Loop], variable: str) -> list[Loop]:
    """The loops with variables of this name, numbered if there are several."""
    if len(loops) == 1:
        return [loops[0]._replace(variable=variable)]
    return [loop._replace(variable=f"{variable}{place}") for place, loop in enumerate(loops)]


def index(access: Access, loops: Sequence[Loop]) -> str:
    """Where an array's element is, in terms of the loops' variables."""
    terms = [(loop.variable, access.strides[loop.last]) for loop in loops if access.strides[loop.last]]
    return " + ".join(name if stride == 1 else f"{name} * {stride}" for name, stride in terms) or "0"


def positions(loops: Sequence[Loop]) -> int:
    """How many there are."""
    return math.prod(loop.size for loop in loops)


def split(loops: Sequence[Loop], variable: str) -> list[str]:
    """The lines that find the variables of loops from that of one loop over all their positions."""
    lines: list[str] = []
    whole = inside = positions(loops)
    for loop in loops:
        outside, inside = inside, inside // loop.size
        text = variable if inside == 1 else f"{variable} / {inside}"
        lines.append(f"const long {loop.variable} = {text}{f' % {loop.size}' if outside < whole else ''};")
    return lines


def shared(size: int, unit: int) -> tuple[str, str]:
    """Where a thread's part of a loop begins and ends."""
    return f"share({size}, {unit}, t, all->threads)", f"share({size}, {unit}, t + 1, all->threads)"


def indented(lines: Sequence[str]) -> list[str]:
    """The lines of a block."""
    return [f"    {line}" for line in lines]


def call(name: str, *arguments: object) -> str:
    """A statement that calls a function."""
    return f"{name}({', '.join(map(str, arguments))});"


def body(lines: Sequence[str]) -> str:
    """The lines of a function."""
    return "".join(f"    {line}\n" for line in lines)
