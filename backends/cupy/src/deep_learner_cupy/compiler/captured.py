"""A program's second run, captured into a graph that later runs replay."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.compiler import Value
from deep_learner_cupy.compiler.layout import extent, room
from deep_learner_cupy.compiler.results import Results
from deep_learner_cupy.graphs import Graph, Pool

if TYPE_CHECKING:
    from deep_learner_cupy.accelerator import CupyAccelerator
    from deep_learner_cupy.compiler.program import Program

__all__ = ["Captured", "GraphMemory"]

_TRIES = 8  # captures of one plan, after which its kernels are called
_OFTEN = 32  # replays that made a capture worth it


class GraphMemory:
    """The memory that all plans' graphs on a GPU work in, one after the other.

    None of it holds anything between two replays, so graphs may work in the same places; each waits for the one before.

    Attributes
    ----------
    pool : Pool
    lock : RLock
        For threads, of which only one at a time may capture or give work to the GPU that uses the memory.
    """

    def __init__(self) -> None:
        self.pool = Pool()
        self.lock = threading.RLock()
        self._stream: Any = None

    def take(self) -> None:
        """Let the current stream wait for whoever worked in it last."""
        stream = cupy.cuda.get_current_stream()
        if self._stream is not None and self._stream.ptr != stream.ptr:
            stream.wait_event(self._stream.record())
        self._stream = stream

    def seen(self, array: Any) -> Any:
        """An array of the pool without a hold on its place, so that other graphs may work there, too."""
        memory = cupy.cuda.UnownedMemory(array.data.ptr, max(extent(array), 1), self, array.device.id)
        pointer = cupy.cuda.MemoryPointer(memory, 0)
        return cupy.ndarray(array.shape, array.dtype, memptr=pointer, strides=array.strides)


class Captured:
    """A captured run.

    Inputs that lay at the same place in two runs are read there, and held; the others are copied to a place that the
    graph reads. Should an input that is read in place lie elsewhere one day, the graph is captured anew.

    Parameters
    ----------
    program
        What is run.
    memory
        What the graph works in.
    accelerator
        Of the backend.
    """

    def __init__(self, program: Program, memory: GraphMemory, accelerator: CupyAccelerator) -> None:
        self._program = program
        self._memory = memory
        self._accelerator = accelerator
        self._written = {source for source, _ in program.plan.writes}
        self._graph: Graph | None = None
        self._tries = 0
        self._replays = 0
        self._places: dict[Value, tuple[int, Any]] = {}  # of each input when it was last seen
        self._moving: set[Value] = set()  # inputs that were somewhere else each time
        self._held: dict[Value, Any] = {}
        self._copies: dict[Value, Any] = {}
        self._numbers: dict[Value, tuple[Any, Any]] = {}  # where each lies, and what is there
        self._results: Results

    def note(self, arrays: Mapping[Value, Any]) -> None:
        """Note where a run that was not captured has found its inputs."""
        self._places = {value: _place(array) for value, array in arrays.items() if value.dtype is not None}

    def prepare(self, inputs: Mapping[Value, Any]) -> None:
        """Capture a graph if there is none that fits the inputs, arrays and numbers.

        Raises
        ------
        Exception
            If that cannot be done; nothing has been computed.
        """
        if self._graph is None or any(
            _place(inputs[one]) != _place(held) for one, held in self._held.items()
        ):
            arrays = {value: one for value, one in inputs.items() if value.dtype is not None}
            with self._memory.lock:
                try:
                    self._capture(inputs, arrays)
                except MemoryError:  # what eager work has set aside can be had
                    cupy.get_default_memory_pool().free_all_blocks()
                    self._capture(inputs, arrays)

    def replay(self, inputs: Mapping[Value, Any]) -> dict[Value, Any]:
        """The results: arrays in memory of their own, also of numbers."""
        assert self._graph is not None
        with self._memory.lock:
            self._memory.take()
            for value, target in self._copies.items():
                _overwrite(target, inputs[value])
            for value, (target, last) in self._numbers.items():
                if inputs[value] != last:
                    target.fill(inputs[value])
                    self._numbers[value] = target, inputs[value]
            self._graph.replay()
            self._replays += 1
            return self._results.copied()

    def _capture(self, inputs: Mapping[Value, Any], arrays: Mapping[Value, Any]) -> None:
        self._graph = None
        self._tries = 1 if self._replays > _OFTEN else self._tries + 1
        self._replays = 0
        if self._tries > _TRIES:
            raise RuntimeError("the memory of its inputs is another one again and again")
        places = {value: _place(array) for value, array in arrays.items()}
        moved = {value for value, place in places.items() if self._places.get(value) != place}
        self._moving |= moved - self._written
        self._places = places
        self._held = {value: array for value, array in arrays.items() if value not in self._moving}
        for value, number in inputs.items():
            if value.dtype is None and value not in self._numbers:
                self._numbers[value] = cupy.full((), number, "float64"), number
        capture = self._accelerator.capture(None, self._memory.pool)
        capture.begin()
        try:
            copies = {value: _like(arrays[value]) for value in self._moving}
            values: dict[Any, Any] = {value: target for value, (target, _) in self._numbers.items()}
            values |= self._held | copies
            self._program.run(values)
            wanted = [value for value in self._program.plan.results if value not in inputs]
            self._results = Results({value: values[value] for value in wanted})
        except BaseException:
            with suppress(RuntimeError):  # the capture is broken
                capture.end()
            raise
        self._graph = capture.end()
        self._copies = {value: self._memory.seen(array) for value, array in copies.items()}


def _place(array: Any) -> tuple[int, Any]:
    return array.data.ptr, array.strides


def _like(array: Any) -> Any:
    return room(array.shape, array.dtype, array.strides)


def _overwrite(target: Any, array: Any) -> None:
    """Copy an array to where a graph reads it."""
    if array.strides != target.strides:
        target[...] = array
    elif array.size:
        target.data.copy_from_device_async(array.data, extent(array))
