"""What happens where C gives a step back: something is not as expected, or a part has failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.compiler import Constant, Node, Value, called_by, replaced

if TYPE_CHECKING:
    from deep_learner.backends import Backend
    from deep_learner_c.layout import Layout
    from deep_learner_c.segment import Segment

__all__ = ["Repair"]


class Repair:
    """Calls a segment once more with what it can work with, or raises what went wrong.

    Parameters
    ----------
    backend, segment, places
        Whose kernels say what went wrong; the segment, and where values lie.
    arena, state, function
        Memory, the addresses that the segment knows, and its function.
    """

    def __init__(
        self,
        backend: Backend,
        segment: Segment,
        places: Layout,
        arena: Any,
        state: Any,
        function: Callable[..., int],
    ) -> None:
        self.backend = backend
        self.segment = segment
        self.places = places
        self.arena = arena
        self.state = state
        self.function = function

    def __call__(self, failure: int, inputs: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
        """Returns the inputs that following segments may use."""
        given = [*inputs]
        rest = [*others]
        order = {value: place for place, value in enumerate(self.places.plan.inputs)}
        for _ in range(len(given) + len(rest)):
            if failure >= 0:
                break
            place = -failure - 1
            known = len(self.segment.given)
            if place < known:
                value = self.segment.given[place]
                given[order[value]] = self._fitting(value, given[order[value]])
            else:
                value = self.segment.others[place - known]
                rest[place - known] = self._fitting(value, rest[place - known])
            failure = self.function(self.state, tuple(given), tuple(rest))
        if failure < 0:
            raise RuntimeError(
                "what a compiled step is given cannot be brought into the form that it was built for"
            )
        if failure > 0:
            node, error = self.places.failures[failure - 1]
            self.places.failed = node
            if error is not None:
                raise type(error)(*error.args)
            self._call_again(node, given, rest)
        return tuple(given)

    def _call_again(self, node: Node, given: list[Any], rest: list[Any]) -> None:
        """Call what has failed in C in Python, for the error that it raises."""
        inputs = dict(zip(self.places.plan.inputs, given, strict=True))
        others = dict(zip(self.segment.others, rest, strict=True))

        def array(one: Any) -> Any:
            if isinstance(one, Constant):
                return one.array
            if not isinstance(one, Value):
                return one
            place = self.places.of(one)
            slots = {self.places.slots[value]: thing for value, thing in (*inputs.items(), *others.items())}
            memory = slots.get(place.slot, self.arena)
            return np.ndarray(place.shape, place.dtype, memory, place.offset, place.strides)

        called_by(node, self.backend)(*replaced(node.args, array), **node.kwargs)
        raise RuntimeError(f"{node.operation}() has failed in a compiled step")

    def _fitting(self, value: Any, thing: Any) -> Any:
        if value.dtype is None:
            return float(thing)
        place = self.places.places[value]
        if value in self.places.direct.values() or not isinstance(thing, np.ndarray):
            raise ValueError(
                f"an array that a compiled step writes to is not as it was, or read-only: {thing!r:.80}"
            )
        order = sorted(range(len(place.shape)), key=lambda axis: -abs(place.strides[axis]))
        made = np.empty([place.shape[axis] for axis in order], place.dtype)
        shown = made.transpose([order.index(axis) for axis in range(len(order))])
        shown[...] = thing
        return shown
