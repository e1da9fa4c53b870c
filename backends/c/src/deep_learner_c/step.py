"""A plan as C and a few lines of Python around it."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

import numpy as np

from deep_learner.compiler import Emitted, Node, Plan, Value
from deep_learner_c.arena import Arena
from deep_learner_c.layout import ARENA, Layout
from deep_learner_c.library import load
from deep_learner_c.part import Part
from deep_learner_c.schedule import scheduled
from deep_learner_c.segment import Segment
from deep_learner_c.simplify import simplified
from deep_learner_c.unfit import Repair
from deep_learner_numpy.compiler.buffers import Layout as Buffers
from deep_learner_numpy.compiler.executor import Emission

if TYPE_CHECKING:
    from deep_learner.backends import Backend

__all__ = ["emitted", "included"]


def emitted(
    backend: Backend, plan: Plan, *, entirely: bool = False, arena: Arena | None = None
) -> Emitted | None:
    """The function of a plan; None if all of it should be C, and some of it has no form in C.

    Parameters
    ----------
    backend
        Whose kernels Python calls for what has no form in C.
    plan
        What is to be computed.
    entirely
        Whether all of it should be C.
    arena
        What it works in; one of its own unless given. Functions that share one may not overlap.

    Raises
    ------
    CannotBuildError
        If its C code cannot be built.
    """
    step = _Step(backend, simplified(plan), arena or Arena())
    return None if entirely and not step.is_all_in_c() else step.finished()


def included(header: tuple[str, str]) -> str:
    """The lines that include a header of kernels for a type of float."""
    name, dtype = header
    kind, bits, letter = ("float", 32, "##f") if dtype == "float32" else ("double", 64, "")
    return (
        f"#define real {kind}\n#define OF(name) name##{bits}\n#define BITS {bits}\n#define LIBM(name) name{letter}\n"
        f'#include "kernels/{name}.h"\n#undef real\n#undef OF\n#undef BITS\n#undef LIBM\n'
    )


def _threads() -> int:
    """How many threads there may ever be."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Step(Emission):
    """One plan while it is written."""

    def __init__(self, backend: Backend, plan: Plan, arena: Arena) -> None:
        super().__init__(backend, plan, Buffers())
        self.shared = arena
        self.threads = _threads()
        self.places = Layout(plan, scheduled(plan, self.threads))
        self.segments: list[Segment] = []
        self.makers: dict[Value, Node] = {}

    def is_all_in_c(self) -> bool:
        """Whether nothing is left to Python but to show arrays in another way."""
        return all(isinstance(part, Part) or self.places.view(part) is not None for part in self.places.parts)

    def finished(self) -> Emitted:
        made = super().finished()
        return Emitted(made.run, made.source, lambda error: made.node_at(error) or self.places.failed)

    def signature(self) -> str:
        return "*inputs"

    def title(self) -> str:
        count = len(self.plan.nodes)
        return f"{self.source}\n# {count} operations, {self.places.nbytes} bytes of memory beside inputs and results\n"

    def body(self) -> None:
        self.arena = self.shared.memory(self.places.nbytes)
        self._split()
        parts = [part for segment in self.segments for part in segment.parts]
        headers = dict.fromkeys(header for part in parts for header in part.headers)
        self.source = "\n".join([
            '#include "functions.h"', '#include "support.h"', "", *map(included, headers),
            *(one.source() for one in self.segments),
        ])  # fmt: skip
        self.state = (ctypes.c_void_p * self.places.count)()
        self.state[ARENA] = self.arena.ctypes.data
        for array, slot in self.places.constants.values():
            self.state[slot] = array.ctypes.data
        self._kept_alive = [array for array, _ in self.places.constants.values()]
        self.library = load(self.source)
        self._lines()

    def _split(self) -> None:
        """Runs of parts in C."""
        self.pieces: list[Segment | Node] = []
        run: list[Part] = []
        for part in self.places.parts:
            if isinstance(part, Part):
                run.append(part)
            elif self.places.view(part) is None:
                self._end(run)
                self.pieces.append(part)
            self.makers.update(dict.fromkeys(part.outputs, part) if isinstance(part, Node) else {})
            if isinstance(part, Part):
                self.makers.update({node.outputs[0]: node for node in part.views})
        self._end(run)

    def _end(self, run: list[Part]) -> None:
        if run:
            self.segments.append(Segment(len(self.segments), [*run], self.places, self.threads))
            self.pieces.append(self.segments[-1])
            run.clear()

    # Python's lines

    def _lines(self) -> None:
        self.names["state"] = ctypes.cast(self.state, ctypes.c_void_p)
        self.inputs = {value: place for place, value in enumerate(self.plan.inputs)}
        self.values.clear()
        self.at: dict[Value, int] = {}
        for piece in self.pieces:
            if isinstance(piece, Segment):
                self._call(piece)
            else:
                for value in piece.inputs():
                    self._ensure(value)
                self.emit(piece)
        for source, value in self.places.left:
            self.lines.append((f"copyto({self._ensure(source)}, {self._ensure(value)})", None))
        for value in self.plan.results:
            self._ensure(value)

    def _call(self, segment: Segment) -> None:
        """The line that runs some C."""
        for value in segment.made():
            name = f"v{value.number}"
            self.values[value] = name
            self.lines.append((f"{name} = {self._memory(value)}", None))
        function = getattr(self.library, segment.name)
        function.restype = ctypes.c_int
        function.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
        self.names[segment.name] = function
        others = "".join(f"{self._ensure(value)}, " for value in segment.others)
        given = f"({others})"
        again = self.object_named(
            Repair(self.backend, segment, self.places, self.arena, self.state, function), "again"
        )
        call = f"{segment.name}(state, inputs, {given})"
        self.lines.append((f"if failure := {call}:", None))
        self.lines.append((f"    inputs = {again}(failure, inputs, {given})", None))

    def _memory(self, value: Value) -> str:
        """The call that makes memory for a result."""
        place = self.places.of(value)
        dtype = self.object_named(value.dtype, "dtype")
        plain = (
            np.empty(0, value.dtype).dtype == value.dtype
            and place.strides == np.empty(value.shape, value.dtype).strides
        )
        if plain:
            return f"{self.named(np.empty, 'empty')}({value.shape}, {dtype})"
        order = sorted(range(len(value.shape)), key=lambda axis: -place.strides[axis])
        shape = tuple(value.shape[axis] for axis in order)
        back = tuple(order.index(axis) for axis in range(len(order)))
        return f"{self.named(np.empty, 'empty')}({shape}, {dtype}).transpose({back})"

    def _ensure(self, value: Value) -> str:
        """The name of a value in Python, with the lines that it takes to have it."""
        if value in self.values:
            return self.values[value]
        name = f"v{value.number}"
        place = self.places.places[value]
        if value in self.inputs:
            self.lines.append((f"{name} = inputs[{self.inputs[value]}]", None))
        elif value in self.places.direct:
            name = self._ensure(self.places.direct[value])
        elif place.slot == ARENA:
            place = self.places.of(value)
            array = np.ndarray(place.shape, place.dtype, self.arena, place.offset, place.strides)
            if value.dtype is None:
                holder = self.object_named(array, "number")
                self.lines.append((f"{name} = {holder}.item()", None))
                return name  # another one in the next call, and perhaps in the next line
            self.names[name] = array
        else:
            node = self.makers[value]
            for one in node.inputs():
                self._ensure(one)
            self.emit(node)
            return self.values[value]
        self.values[value] = name
        return name
