"""Which memory has been written in place, and when: so that a stale saved array is noticed.

A write stamps the written storage with the sequence counter. The common case costs one comparison: a node younger
than the latest write anywhere cannot hold anything stale; only older nodes are looked at.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..namespaces.raw import NAMESPACES
from ..sequences import as_tuple, is_several
from .graph import Node, next_sequence
from .record import as_array, needed_saves, save

if TYPE_CHECKING:
    from ..tensor import Tensor


class Stamp(NamedTuple):
    """The last write to one storage."""

    storage: weakref.ref[Any]
    sequence: int
    writes: int
    operation: str


class Modifications:
    """All writes: the latest one's sequence number, and a stamp for each storage written."""

    __slots__ = ("latest", "stamps")

    def __init__(self) -> None:
        self.latest = 1  # no node is that old
        self.stamps: dict[int, Stamp] = {}


modifications = Modifications()


def stamp(array: Any, operation: str) -> None:
    """Note that ``array``'s storage has just been written by ``operation``."""
    storage = NAMESPACES[type(array)].backend.storage(array)
    key = id(storage)
    held = modifications.stamps.get(key)
    sequence = next_sequence()
    if held is None:
        stamps = modifications.stamps
        reference = weakref.ref(storage, lambda _: stamps.pop(key, None))
        modifications.stamps[key] = Stamp(reference, sequence, 1, operation)
    else:
        modifications.stamps[key] = Stamp(held.storage, sequence, held.writes + 1, operation)
    modifications.latest = sequence


def last_write(array: Any) -> Stamp | None:
    """The last write to ``array``'s storage, if there was one."""
    return modifications.stamps.get(id(NAMESPACES[type(array)].backend.storage(array)))


def version(tensor: Tensor) -> int:
    """How often the tensor's storage has been written in place."""
    held = last_write(tensor._array)
    return 0 if held is None else held.writes


class Restored(tuple[Any, ...]):
    """Saved values that a checkpoint computed anew: writes before that do not make them stale."""

    sequence: int

    def __new__(cls, saved: tuple[Any, ...]) -> Restored:
        made = super().__new__(cls, saved)
        made.sequence = next_sequence()
        return made


def check_saved(node: Node) -> None:
    """Refuse to use saved arrays that were written after ``node`` was made.

    An output that can be computed again from operands that are as they were, all of which the node saved, is.

    Raises
    ------
    RuntimeError
        If there is one that cannot.
    """
    saved = node.saved
    if not is_several(saved):
        return
    since = saved.sequence if isinstance(saved, Restored) else node.sequence
    for pick, value in zip(getattr(node.operation, "saves", saved), saved, strict=True):
        for array in as_tuple(value):
            if type(array) not in NAMESPACES:
                continue
            held = last_write(array)
            if held is None or held.sequence >= since:
                continue
            if getattr(pick, "kind", None) == "out" and _compute_again(node, cast("type[Any]", type(array))):
                check_saved(node)  # the operands, too, must be as they were
                return
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an inplace "
                f"operation: {node.name()} saved {_saved_name(node, pick)} of shape {tuple(array.shape)} and "
                f"dtype {array.dtype}, and {held.operation}() wrote to it afterwards (version {held.writes}). "
                "Write x = x + y in place of x += y, or modify a clone()"
            )


def _compute_again(node: Node, kind: type[Any]) -> bool:
    """Replace what a node saved of its outputs by the same, computed anew; False if it has not all that this takes."""
    if isinstance(node.saved, Restored):
        return False
    operation = node.operation
    places = {
        pick.position: place
        for place, pick in enumerate(operation.saves)
        if pick.kind in ("operand", "option")
    }
    needed = needed_saves(operation, node)
    if len(places) < len(operation.parameters) or not (needed is None or needed.issuperset(places.values())):
        return False
    values = [node.saved[places[position]] for position in range(len(operation.parameters))]
    out = operation.call(operation.implementations[kind], values)
    several = [as_array(item, kind) for item in as_tuple(out)]
    node.saved = save(operation, values, several if is_several(out) else several[0], needed)
    return True


def _saved_name(node: Node, pick: Any) -> str:
    if getattr(pick, "kind", None) == "out":
        return "its output"
    if getattr(pick, "kind", None) == "operand":
        return f"its operand {node.operation.parameters[pick.position]!r}"
    return "a tensor"
