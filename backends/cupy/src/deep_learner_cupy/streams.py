"""Streams and events of CuPy in PyTorch's terms, each with the GPU that it belongs to."""

from __future__ import annotations

from typing import Any

import cupy

from deep_learner_cupy import notes


class Stream:
    """A queue of work for a GPU.

    Parameters
    ----------
    native
        CuPy's stream.
    index
        The GPU's number.
    """

    def __init__(self, native: Any, index: int) -> None:
        self.native = native
        self.device_index = index

    @property
    def pointer(self) -> int:
        """CUDA's handle."""
        return int(self.native.ptr)

    def synchronize(self) -> None:
        """Wait until all its work is done; raises what kernels have noted."""
        with cupy.cuda.Device(self.device_index):
            self.native.synchronize()
        notes.check()

    def query(self) -> bool:
        """Whether all its work is done."""
        with cupy.cuda.Device(self.device_index):
            return _is_done(self.native)

    def wait_event(self, event: Event) -> None:
        """Let what it is given from now on wait for an event."""
        event.wait(self)

    def wait_stream(self, stream: Stream) -> None:
        """Let what it is given from now on wait for what another stream has been given so far."""
        self.wait_event(stream.record_event())

    def record_event(self, event: Event | None = None) -> Event:
        """Set a mark; a new one unless given."""
        event = Event(timing=False, blocking=False) if event is None else event
        event.record(self)
        return event

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stream):
            return NotImplemented
        return (self.pointer, self.device_index) == (other.pointer, other.device_index)

    def __hash__(self) -> int:
        return hash((self.pointer, self.device_index))

    def __repr__(self) -> str:
        return f"<stream {self.pointer:#x} of cuda:{self.device_index}>"


class Event:
    """A mark in a stream; CUDA's event is made when it is first set, on the stream's GPU.

    Parameters
    ----------
    timing
        Whether the time is kept, for `elapsed_time`.
    blocking
        Whether the host sleeps while it waits.
    """

    def __init__(self, timing: bool, blocking: bool) -> None:
        self.timing = timing
        self.blocking = blocking
        self.native: Any = None
        self.device_index = 0

    def record(self, stream: Stream | None = None) -> None:
        """Set the mark at the end of what a stream (the current one by default) has been given so far.

        Raises
        ------
        RuntimeError
            If it was set on another GPU before.
        """
        stream = current(None) if stream is None else stream
        if self.native is None:
            self.device_index = stream.device_index
            with cupy.cuda.Device(self.device_index):
                self.native = cupy.cuda.Event(block=self.blocking, disable_timing=not self.timing)
        elif self.device_index != stream.device_index:
            raise RuntimeError(
                f"Event device cuda:{self.device_index} does not match recording stream's device "
                f"cuda:{stream.device_index}; make an event for each"
            )
        with cupy.cuda.Device(self.device_index):
            stream.native.record(self.native)

    def wait(self, stream: Stream | None = None) -> None:
        """Let what a stream is given from now on wait for the mark; at once if it was never set."""
        if self.native is not None:
            stream = current(None) if stream is None else stream
            with cupy.cuda.Device(stream.device_index):
                stream.native.wait_event(self.native)

    def query(self) -> bool:
        """Whether the mark has been reached, or was never set."""
        return self.native is None or _is_done(self.native)

    def synchronize(self) -> None:
        """Wait for the mark; raises what kernels have noted."""
        if self.native is not None:
            self.native.synchronize()
            notes.check()

    def elapsed_time(self, end: Event) -> float:
        """Milliseconds from this mark to another.

        Raises
        ------
        RuntimeError
            If one was not set, keeps no time or has not been reached.
        """
        if self.native is None or end.native is None:
            raise RuntimeError("Both events must be recorded before calculating elapsed time.")
        if not (self.timing and end.timing):
            raise RuntimeError("Both events must be created with argument 'enable_timing=True'.")
        if not (self.query() and end.query()):
            raise RuntimeError(
                "Both events must be completed before calculating elapsed time: call end.synchronize() first"
            )
        return float(cupy.cuda.get_elapsed_time(self.native, end.native))


def _is_done(native: Any) -> bool:
    """CuPy's `done`; it says by an error that work is under way in some versions."""
    try:
        return bool(native.done)
    except cupy.cuda.runtime.CUDARuntimeError as error:
        if error.status != _NOT_READY:
            raise
        return False


_NOT_READY = 600  # cudaErrorNotReady


def current(index: int | None) -> Stream:
    """The stream that work for a GPU is given to."""
    index = cupy.cuda.runtime.getDevice() if index is None else index
    return Stream(cupy.cuda.get_current_stream(index), index)


def default(index: int | None) -> Stream:
    """The stream that work for a GPU is given to unless another is chosen."""
    index = cupy.cuda.runtime.getDevice() if index is None else index
    return Stream(cupy.cuda.Stream.null, index)


class _Foreign:
    """Another library's stream as CuPy takes it, by the protocol for streams of CUDA."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self._pointer


def foreign(pointer: int, index: int) -> Any:
    """CuPy's stream for the handle of another library's."""
    if hasattr(cupy.cuda.Stream, "from_external"):  # from CuPy 14 on
        return cupy.cuda.Stream.from_external(_Foreign(pointer))
    return cupy.cuda.ExternalStream(pointer, index)
