"""Work on streams: it is done at once, or recorded while the stream is captured into a graph."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cupy.cuda.runtime import CUDARuntimeError

from tests.simulated_cupy.machine import (
    CAPTURE_IMPLICIT,
    CAPTURE_UNSUPPORTED,
    ILLEGAL_ADDRESS,
    INVALID_DEVICE,
    machine,
)

if TYPE_CHECKING:
    from tests.simulated_cupy.memory import Block

GLOBAL, THREAD_LOCAL, RELAXED = 0, 1, 2  # cudaStreamCaptureMode


@dataclass
class Capture:
    """What a graph will do: the recorded work, with the blocks of memory that it touches."""

    origin: int
    mode: int
    thread: int
    steps: list[tuple[Callable[[], None], list[Block]]] = field(default_factory=list)
    invalidated: bool = False
    unjoined: set[int] = field(default_factory=set)

    def replay(self) -> None:
        for work, blocks in self.steps:
            if any(not block.allocated for block in blocks):
                raise CUDARuntimeError(ILLEGAL_ADDRESS)
            work()


@dataclass
class StreamState:
    """One stream of the runtime, known by its handle."""

    handle: int
    device: int
    flags: int = 0
    priority: int = 0
    capture: Capture | None = None


@dataclass
class EventState:
    """One event of the runtime: when and where it was recorded."""

    flags: int = 0
    time: float | None = None
    capture: Capture | None = None
    stream: int = 0


class PerThread(threading.local):
    """The current device of a thread, and its current stream on each device."""

    def __init__(self) -> None:
        self.device = 0
        self.stream: dict[int, int] = {}


thread = PerThread()
handles = itertools.count(0x5000, 16)
streams: dict[int, StreamState] = {handle: StreamState(handle, -1) for handle in (0, 1, 2)}
events: dict[int, EventState] = {}


def current_device() -> int:
    """Number of the current device of this thread."""
    machine.require()
    return thread.device


def set_device(device: int) -> None:
    """Makes a device the current one of this thread."""
    machine.require()
    if not 0 <= device < machine.count:
        raise CUDARuntimeError(INVALID_DEVICE)
    thread.device = device


def current_stream() -> StreamState:
    """The current stream of the current device."""
    return streams[thread.stream.get(current_device(), 0)]


def captures() -> list[Capture]:
    """Every capture under way."""
    found = (state.capture for state in streams.values())
    return list({id(capture): capture for capture in found if capture is not None}.values())


def refuse(capture: Capture, status: int) -> None:
    """What CUDA does with a call that a capture does not permit: the capture is lost and the call fails."""
    capture.invalidated = True
    raise CUDARuntimeError(status)


def launch(work: Callable[[], None], blocks: Iterable[Block] = (), stream: int | None = None) -> None:
    """Does the work on the current stream (or the one given), or records it where that is being captured."""
    machine.require()
    machine.launches += 1
    state = current_stream() if stream is None else streams[stream]
    if state.capture is None:
        if state.handle in (0, 1):  # the legacy stream waits for all blocking ones, captured ones too
            for other in streams.values():
                if other.capture is not None and not other.flags and other.device == thread.device:
                    refuse(other.capture, CAPTURE_IMPLICIT)
        work()
        return
    if state.capture.invalidated:
        refuse(state.capture, CAPTURE_UNSUPPORTED)
    if state.handle != state.capture.origin:
        state.capture.unjoined.add(state.handle)
    state.capture.steps.append((work, list(blocks)))


def capturing() -> bool:
    """Whether work of this thread is recorded now."""
    return current_stream().capture is not None


def synchronize(stream: int | None = None) -> None:
    """The host waits: for one stream, or with None for the whole device. Refused while one of them is captured."""
    machine.require()
    machine.synchronizations += 1
    waited = list(streams.values()) if stream is None else [streams[stream]]
    for state in waited:
        if state.capture is not None and (stream is not None or state.device == thread.device):
            refuse(state.capture, CAPTURE_UNSUPPORTED)


def potentially_unsafe() -> None:
    """Calls such as cudaMalloc, that captures in the stricter modes do not permit."""
    for capture in captures():
        mine = capture.thread == threading.get_ident()
        if capture.mode == GLOBAL or (capture.mode == THREAD_LOCAL and mine):
            refuse(capture, CAPTURE_UNSUPPORTED)
