"""Memory that tensors share although their arrays do not: on libraries whose views are copies.

There a write gives the tensor a new array; whoever shows the same memory (its base, its views, what ``detach()``
gave) is then given its own anew. Each knows the memory, and the views that lead from there to what it shows.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ..dtypes import from_native
from ..namespaces.raw import NAMESPACES, UNSHARED

if TYPE_CHECKING:
    from ..ops.operation import Operation
    from ..tensor import Tensor
    from ..typing import Array

PRUNE = 8  # dead references are cleared away when a memory has more tensors than this
KEEP_LAYOUT = frozenset({"reshape", "squeeze", "expand_dims"})


class Step(NamedTuple):
    """A view on the way from the memory to a tensor: what made it, and which one of several it is."""

    operation: Operation
    options: Sequence[Any]
    part: int | None

    def shown(self, array: Array) -> Array:
        """What this view shows of an array."""
        operation = self.operation
        made = operation.call(operation.implementations[type(array)], [array, *self.options])
        return made if self.part is None else made[self.part]


class Memory:
    """An array, and the tensors that show it or views of it."""

    __slots__ = ("array", "tensors")

    def __init__(self, tensor: Tensor) -> None:
        self.array = tensor._array
        self.tensors = [weakref.ref(tensor)]


def share(tensor: Tensor, other: Tensor, *steps: Step) -> None:
    """Let ``tensor`` show the memory of ``other``, or a view of it, where the arrays do not do so themselves."""
    if type(tensor._array) not in UNSHARED:
        with suppress(AttributeError):
            del tensor._memory  # of the array that it held before
        return
    try:
        memory, before = other._memory
    except AttributeError:
        memory, before = other._memory = Memory(other), ()
    tensor._memory = memory, (*before, *steps)
    if len(memory.tensors) > PRUNE:
        memory.tensors[:] = [one for one in memory.tensors if one() is not None]
    memory.tensors.append(weakref.ref(tensor))


def shared(tensor: Tensor, other: Tensor) -> bool:
    """Whether two tensors show one memory."""
    held: Any = getattr(tensor, "_memory", None)
    return held is not None and held[0] is getattr(other, "_memory", (None,))[0]


def replace(tensor: Tensor, array: Array, name: str) -> None:
    """Give ``tensor`` another array of the same shape and dtype, and all that show its memory theirs.

    Raises
    ------
    RuntimeError
        If it is not known whether one of them is a view or a copy, or ``tensor`` is no view that can be written.
    """
    held: Any = getattr(tensor, "_memory", None)
    if held is not None:
        memory, steps = held
        alive = [one for one in (reference() for reference in memory.tensors) if one is not None]
        showing = [one for one in alive if getattr(one, "_memory", (None,))[0] is memory]
        for one in showing:
            _check_layout(one._memory[1], name)
        memory.array = _written(memory.array, steps, array, name)
        memory.tensors[:] = [weakref.ref(one) for one in showing]
        for one in showing:
            one._array = _shown(memory.array, one._memory[1])
    tensor._array = array


def _shown(array: Array, steps: Sequence[Step]) -> Array:
    for step in steps:
        array = step.shown(array)
    return array


def _written(array: Array, steps: Sequence[Step], value: Array, name: str) -> Array:
    """``array`` with ``value`` where ``steps`` lead to."""
    if not steps:
        return value
    xp = NAMESPACES[type(array)]
    if from_native(value.dtype) is not from_native(array.dtype):
        raise RuntimeError(
            f"{name}(): the real and the imaginary part of a tensor cannot be written in place with the backend "
            f"{xp.backend.name!r}; make a new tensor of both parts"
        )
    if any(step.operation.name == "broadcast_to" for step in steps):
        raise RuntimeError(
            f"{name}(): more than one element of the written-to tensor refers to a single memory location: it was "
            "made by broadcasting. Use tensor.clone()"
        )
    count = math.prod(array.shape)
    order = xp.reshape(xp.arange(count, dtype=xp.int64, device=array.device), array.shape)
    places = xp.reshape(_shown(order, steps), (-1,))
    flat = xp.index_copy(xp.reshape(array, (-1,)), 0, places, xp.reshape(value, (-1,)))
    return xp.reshape(flat, array.shape)


def _check_layout(steps: Sequence[Step], name: str) -> None:
    """Refuse what is a view or a copy according to a layout that the library does not tell."""
    kept = True
    for step in steps:
        if step.operation.name == "reshape" and not kept:
            raise RuntimeError(
                f"{name}() changes the memory of a tensor that was reshaped after {steps[0].operation.name}(): "
                "whether that made a view or a copy is not known on arrays without a layout. Write "
                "reshape(...).clone() for a copy"
            )
        kept = kept and step.operation.name in KEEP_LAYOUT
