"""Copying arrays from one order in memory to another, and bringing several together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.expressions import TYPES
from deep_learner_c.loops import Access, body, index, order_of, positions, shared, split
from deep_learner_c.part import Part, Place, dtype_of, shape_of
from deep_learner_c.views import contiguous, part_of, strides_of

if TYPE_CHECKING:
    from deep_learner_c.part import Places

__all__ = ["Copies", "Copy", "copied", "copying", "shown"]

SPEED = 15  # elements in a nanosecond


class Copy(NamedTuple):
    """An array to be copied to a part of another.

    Attributes
    ----------
    source : Value or Constant or None
        None stands for zeros.
    index : object
        Of the part; None if the other has another shape, and the same elements in row-major order.
    """

    source: Value | Constant | None
    index: Any = ...


class Copies(Part):
    """Copies into one output.

    Parameters
    ----------
    node
        What asks for them.
    pieces
        In whatever order.
    target
        What they are copied to, if it is not the node's output.
    """

    def __init__(self, node: Node, pieces: Sequence[Copy], target: Value | None = None) -> None:
        self.target = target or node.outputs[0]
        self.pieces = pieces
        reads = [one.source for one in pieces if isinstance(one.source, Value)]
        size = math.prod(self.target.shape)
        super().__init__([node], reads, [self.target], size / SPEED)

    def code(self, places: Places) -> str:
        target = places.of(self.target)
        lines: list[str] = []
        for piece in self.pieces:
            source = None if piece.source is None else places.of(piece.source)
            if piece.index is None:
                assert source is not None
                strides = contiguous(source.shape, source.dtype.itemsize)
                part = target._replace(shape=source.shape, strides=strides)
            else:
                part = target if piece.index is ... else shown(target, piece.index)
                source = None if source is None else _fitted(source, part.shape)
            lines += ["{", *(f"    {line}" for line in copied(part, source, self.alone)), "}"]
            if piece.index is ... and len(self.pieces) > 1 and not self.alone:
                lines.append("dl_barrier(all);")  # the next piece lies over this one
        return body(lines)


def shown(place: Place, key: Any) -> Place:
    """A part of an array."""
    memory = np.lib.stride_tricks.as_strided(np.empty(1, place.dtype), place.shape, place.strides)
    part = part_of(memory, key)
    shift = part.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    return Place(place.slot, place.offset + shift, part.strides, part.shape, place.dtype)


def _fitted(place: Place, shape: tuple[int, ...]) -> Place:
    """An array's place in the shape of what it is copied to, which may have more elements, or differ by ones."""
    memory = np.lib.stride_tricks.as_strided(np.empty(1, place.dtype), place.shape, place.strides)
    extra = max(memory.ndim - len(shape), 0)
    memory = np.broadcast_to(memory[(0,) * extra + (...,)], shape)
    return place._replace(shape=shape, strides=memory.strides)


def copied(target: Place, source: Place | None, alone: bool) -> list[str]:
    """The loops that copy an array, or zeros, to a place of the same shape."""
    if 0 in target.shape:
        return []
    kind, size = TYPES[str(target.dtype)], target.dtype.itemsize
    accesses = [
        Access(word, place.dtype, tuple(stride // size for stride in place.strides))
        for word, place in (("to", target), ("from", source))
        if place is not None
    ]
    dimensions = [one for one, size in enumerate(target.shape) if size > 1]
    loops = order_of(dimensions, target.shape, accesses, "i")
    rows, columns = loops[:-1], loops[-1:]
    lines = [f"{kind} *to = ({kind} *){target.address};"]
    if source is not None:
        lines.append(f"const {kind} *from = (const {kind} *){source.address};")
    where = [index(access, loops) for access in accesses]
    value = "0" if source is None else f"from[{where[1]}]"
    body = [f"to[{where[0]}] = {value};"]
    count = positions(rows)
    if not columns:
        body = [body[0] if alone else f"if (t == 0) {body[0]}"]
    for loop in columns:
        begin, end = shared(loop.size, 16) if not alone and count == 1 else ("0", str(loop.size))
        name = loop.variable
        body = [
            f"const long stop = {end};",
            "#pragma omp simd",
            f"for (long {name} = {begin}; {name} < stop; {name}++) {body[0]}",
        ]
    if count > 1:
        begin, end = ("0", str(count)) if alone else shared(count, 1)
        head = f"for (long row = {begin}, end = {end}; row < end; row++) {{"
        body = [head, *(f"    {line}" for line in (*split(rows, "row"), *body)), "}"]
    return [*lines, *body]


def _concatenated(node: Node) -> list[Copy] | None:
    arrays, axis = node.args[0], node.kwargs.get("axis", 0)
    if axis is None or len(node.args) > 1:
        return None
    rank = len(node.outputs[0].shape)
    pieces: list[Copy] = []
    start = 0
    for one in arrays:
        stop = start + shape_of(one)[axis % rank]
        pieces.append(Copy(one, (slice(None),) * (axis % rank) + (slice(start, stop),)))
        start = stop
    return pieces


def _stacked(node: Node) -> list[Copy] | None:
    arrays, *others = node.args
    axis = node.kwargs.get("axis", 0) % len(node.outputs[0].shape)
    return None if others else [Copy(one, (*[slice(None)] * axis, place)) for place, one in enumerate(arrays)]


def _whole(node: Node) -> list[Copy] | None:
    return [Copy(node.args[0])]


def _reshaping(node: Node) -> list[Copy] | None:
    output = node.outputs[0]
    if strides_of(output) != contiguous(output.shape, output.dtype.itemsize):
        return None
    return [Copy(node.args[0], None)]


def _embedded(node: Node) -> list[Copy] | None:
    """An array in zeros."""
    source, key, _ = node.args
    return [Copy(None), Copy(source, key)] if _is_plain(key) else None


def _replaced(node: Node) -> list[Copy] | None:
    """An array with a part replaced by another."""
    source, key, value = node.args
    return [Copy(source), Copy(value, key)] if _is_plain(key) else None


def _is_plain(key: Any) -> bool:
    """Whether an index gives a view."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(
        one is ... or type(one) is int
        or (isinstance(one, slice) and all(type(end) in (int, type(None)) for end in (one.start, one.stop, one.step)))
        for one in parts
    )  # fmt: skip


COPIES: Mapping[str, Any] = {
    "concat": _concatenated, "stack": _stacked, "asarray": _whole, "reshape": _reshaping, "ops.reshape": _reshaping,
    "ops.slice_embed": _embedded, "ops.set_slice": _replaced,
}  # fmt: skip


def copying(node: Node, threads: int) -> Copies | None:
    """The part that computes a node that only copies."""
    find = COPIES.get(str(node.operation))
    pieces = None if find is None else find(node)
    if pieces is None or any(not isinstance(one.source, Value | Constant | None) for one in pieces):
        return None
    output = node.outputs[0]
    sources = [one.source for one in pieces if one.source is not None]
    dtypes = {dtype_of(one) for one in sources}
    if dtypes != {output.dtype} or str(output.dtype) not in TYPES or 0 in output.shape:
        return None
    return Copies(node, pieces)
