"""Which results share which memory: each is given a buffer until the last node that reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deep_learner.compiler import Plan, Value, readers
from deep_learner_numpy.compiler.functions import elementwise, takes_out

__all__ = ["Layout", "dense_strides", "laid_out"]

_ALIGNMENT = 64
_SMALL = 4096  # bytes up to which memory is cheaper than NumPy's care where a result lies over an operand


@dataclass
class Layout:
    """Where results are written.

    Attributes
    ----------
    places : dict
        The array that a value is written into.
    direct : dict
        The input in whose memory a value is computed at once.
    last : dict
        The place of the last node that reads a value's memory; of values that are read.
    nbytes : int
        Of all buffers.
    """

    places: dict[Value, Any] = field(default_factory=dict[Value, Any])
    direct: dict[Value, Value] = field(default_factory=dict[Value, Value])
    last: dict[Value, int] = field(default_factory=dict[Value, int])
    nbytes: int = 0


def laid_out(plan: Plan) -> Layout:
    """Buffers for the results of all nodes that can write into one.

    What is returned lies in memory of its own, and what an input becomes is computed in the input's memory where
    nothing reads its old value afterwards.
    """
    layout = Layout(last=readers(plan.nodes))
    layout.direct = _direct(plan, layout.last)
    returned = {value.root for value in plan.results}
    kept = {value.root for value in plan.kept()}
    free: list[Any] = []  # buffers, bytes
    held: dict[Value, Any] = {}  # by the value that lies in it
    for place, node in enumerate(plan.nodes):
        dying = {value.root for value in node.inputs() if layout.last[value.root] == place} - kept
        output = node.outputs[0]
        planned = takes_out(node) and output not in layout.direct and output not in returned
        if planned:
            over = [one for one in dying if one in held and elementwise(node) and _alike(one, output)]
            buffer = held.pop(over[0]) if over and _size(output) > _SMALL else None
            if buffer is None:
                buffer = _taken(free, _size(output))
                if buffer is None:
                    buffer = _allocated(_size(output))
                    layout.nbytes += buffer.nbytes
            held[output] = buffer
            layout.places[output] = np.ndarray(output.shape, output.dtype, buffer, 0, dense_strides(output))
        unread = {one for one in node.outputs if one not in layout.last} - kept
        for one in dying | unread:
            if one in held:
                free.append(held.pop(one))
    return layout


def _direct(plan: Plan, last: dict[Value, int]) -> dict[Value, Value]:
    made_at = {value: place for place, node in enumerate(plan.nodes) for value in node.outputs}
    returned = {value.root for value in plan.results}
    found: dict[Value, Value] = {}
    for source, value in plan.writes:
        place = made_at.get(value)
        if place is None or value in found or value in returned:
            continue
        node = plan.nodes[place]
        others = {one.root for one in plan.kept() if one is not value}
        # A ufunc may write over what it reads; NumPy sees to parts that overlap.
        if source.root not in others and elementwise(node) and last.get(source, -1) <= place:
            found[value] = source
    return found


def _alike(one: Value, other: Value) -> bool:
    """Whether an array may take the place of another, element by element."""
    return (
        one.shape == other.shape and one.dtype == other.dtype and dense_strides(one) == dense_strides(other)
    )


def _size(value: Value) -> int:
    return max(math.prod(value.shape) * value.dtype.itemsize, 1)


def _taken(free: list[Any], size: int) -> Any:
    """The smallest free buffer that is large enough, but not far too large."""
    fitting = [buffer for buffer in free if size <= buffer.nbytes <= 4 * size + 4096]
    if not fitting:
        return None
    best = min(fitting, key=lambda buffer: buffer.nbytes)
    free[:] = [buffer for buffer in free if buffer is not best]
    return best


def _allocated(size: int) -> Any:
    whole = np.empty(size + _ALIGNMENT, np.uint8)
    start = -whole.ctypes.data % _ALIGNMENT
    return whole[start : start + size]


def dense_strides(value: Value) -> tuple[int, ...] | None:
    """The strides that the traced array had, if it lay densely in some order; else None: row after row."""
    if value.strides is None or 0 in value.shape:
        return None
    expected = value.dtype.itemsize
    for stride, size in sorted(zip(value.strides, value.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            return None
        expected *= size
    return value.strides
