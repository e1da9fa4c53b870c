"""Parts that call a function of one of the headers in ``support/kernels``."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.copies import copied
from deep_learner_c.expressions import TYPES
from deep_learner_c.loops import indented
from deep_learner_c.part import Part, dtype_of, shape_of
from deep_learner_c.views import contiguous, strides_of

if TYPE_CHECKING:
    from deep_learner_c.part import Place, Places

__all__ = ["FLOATS", "Kernel", "bound", "writes_rows"]

FLOATS = ("float32", "float64")


class Kernel(Part):
    """One node that a function written by hand computes.

    Parameters
    ----------
    node
        What is computed.
    headers
        The names of the files in ``support/kernels``.
    operands
        By the names of the pointers to them: arrays, which are brought into rows where they do not lie so. None stands
        for one that is left out.
    dtype
        The type of float that the header is included for.
    threads
        How many there are at most.
    work
        Nanoseconds that one takes, roughly.
    fails
        Whether it may say that the node fails.
    free
        Operands that may lie in any way.
    """

    def __init__(
        self,
        node: Node,
        headers: Sequence[str],
        operands: Mapping[str, Value | Constant | None],
        dtype: Any,
        threads: int,
        work: float,
        *,
        fails: bool = False,
        free: Collection[str] = (),
    ) -> None:
        self.node = node
        self.operands = {name: one for name, one in operands.items() if one is not None}
        self.absent = operands.keys() - self.operands.keys()
        self.dtype = dtype
        self.free = free
        super().__init__([node], [*dict.fromkeys(node.inputs())], node.outputs, work)
        self.threads = 1 if self.alone else threads
        self.headers = [(header, str(dtype)) for header in headers]
        self.fails = fails

    @property
    def sharers(self) -> str:
        """How many threads share the work, in C."""
        return "1" if self.alone else "all->threads"

    @property
    def bits(self) -> int:
        """Of the floats."""
        return 8 * self.dtype.itemsize

    def prepare(self, places: Places) -> None:
        for name, one in self.operands.items():
            if name not in self.free and not _lies_in_rows(places.of(one)):
                self.blocks[f"rows_of_{name}"] = math.prod(shape_of(one)) * dtype_of(one).itemsize

    def opening(self, places: Places, outputs: Sequence[str]) -> list[str]:
        """The lines that declare a pointer to each operand and output, and bring operands into rows."""
        lines = [f"const {TYPES[str(self.dtype)]} *{name} = 0;" for name in sorted(self.absent)]
        for name, one in self.operands.items():
            place = places.of(one)
            if f"rows_of_{name}" in self.blocks:
                packed = places.block(self, f"rows_of_{name}", place.shape, place.dtype)
                lines += ["{", *indented(copied(packed, place, self.alone)), "}"]
                place = packed
            kind = f"const {TYPES[str(place.dtype)]} *"
            lines.append(f"{kind}{name} = ({kind}){place.address};")
        if not self.alone and any(one.startswith("rows_of_") for one in self.blocks):
            lines.append("dl_barrier(all);")
        for name, value in zip(outputs, self.node.outputs, strict=False):
            place = places.of(value)
            lines.append(f"{TYPES[str(place.dtype)]} *{name} = ({TYPES[str(place.dtype)]} *){place.address};")
        return lines

    def memory(self, places: Places, name: str, shape: tuple[int, ...], dtype: Any) -> str:
        """The line that declares a pointer to memory that the part has asked for."""
        kind = TYPES[str(dtype)]
        return f"{kind} *{name} = ({kind} *){places.block(self, name, shape, np.dtype(dtype)).address};"


def _lies_in_rows(place: Place) -> bool:
    expected = contiguous(place.shape, place.dtype.itemsize)
    return all(
        size == 1 or one == two for size, one, two in zip(place.shape, place.strides, expected, strict=True)
    )


def writes_rows(node: Node) -> bool:
    """Whether all results were row after row while tracing, as kernels write them."""
    return all(strides_of(one) == contiguous(one.shape, one.dtype.itemsize) for one in node.outputs)


def bound(node: Node, names: Sequence[str], **defaults: Any) -> dict[str, Any]:
    """The arguments of a node by the names of the parameters."""
    return {**defaults, **dict(zip(names, node.args, strict=False)), **node.kwargs}
