"""Streams and events: the order in which a device does its work, and marks in it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from ..device import Device
from .devices import CudaDevice, accelerator, index_of


class Stream:
    """A queue of work for a CUDA device; what is given to one is done in order.

    Parameters
    ----------
    device : Device, str or int, optional
        Whose; the current one's by default.
    priority : int
        A lower one goes first.

    Raises
    ------
    ValueError, RuntimeError
        If the device is of another type, or there is none.
    """

    def __init__(self, device: CudaDevice = None, priority: int = 0) -> None:
        self._native: Any = accelerator().stream(index_of(device), priority)
        self._contexts: list[AbstractContextManager[Any]] = []

    @property
    def cuda_stream(self) -> int:
        """The handle, for other libraries."""
        return self._native.pointer

    @property
    def device(self) -> Device:
        """Whose it is."""
        return Device("cuda", self._native.device_index)

    @property
    def native(self) -> Any:
        """The backend's own object."""
        return self._native

    def synchronize(self) -> None:
        """Wait until all its work is done."""
        self._native.synchronize()

    def query(self) -> bool:
        """Whether all its work is done."""
        return self._native.query()

    def wait_event(self, event: Event) -> None:
        """Let what it is given from now on wait for an event."""
        self._native.wait_event(event.native)

    def wait_stream(self, stream: Stream) -> None:
        """Let what it is given from now on wait for what another stream has been given so far."""
        self._native.wait_stream(stream.native)

    def record_event(self, event: Event | None = None) -> Event:
        """Set a mark behind what it has been given so far: a new one unless given."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def __enter__(self) -> Stream:
        context = accelerator().use_stream(self._native)
        context.__enter__()
        self._contexts.append(context)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._contexts.pop().__exit__(kind, error, where)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and (self.cuda_stream, self.device) == (
            other.cuda_stream,
            other.device,
        )

    def __hash__(self) -> int:
        return hash((self.cuda_stream, self.device))

    def __repr__(self) -> str:
        return f"<deep_learner.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class ExternalStream(Stream):
    """A stream that another library made.

    Parameters
    ----------
    stream_ptr : int
        Its handle.
    device : Device, str or int, optional
        Whose it is.

    Raises
    ------
    ValueError, RuntimeError
        As `Stream`.
    """

    def __init__(self, stream_ptr: int, device: CudaDevice = None) -> None:
        self._native = accelerator().external_stream(stream_ptr, index_of(device))
        self._contexts = []


def _wrapped(native: Any) -> Stream:
    made = Stream.__new__(Stream)
    made._native = native
    made._contexts = []
    return made


def current_stream(device: CudaDevice = None) -> Stream:
    """The stream that work is given to. Raises as `Stream`."""
    return _wrapped(accelerator().current_stream(index_of(device)))


def default_stream(device: CudaDevice = None) -> Stream:
    """The stream that work is given to unless another is chosen. Raises as `Stream`."""
    return _wrapped(accelerator().default_stream(index_of(device)))


def set_stream(stream: Stream | None) -> None:
    """Give work to a stream from now on, in this thread; None changes nothing."""
    if stream is not None:
        accelerator().set_stream(stream.native)


class stream:  # PyTorch's name
    """Gives the work of a ``with`` block to a stream; None changes nothing.

    Parameters
    ----------
    stream : Stream, optional
    """

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        if self.stream is not None:
            self.stream.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self.stream is not None:
            self.stream.__exit__(kind, error, where)


class Event:
    """A mark in a stream, which may be waited for and whose time may be kept.

    Parameters
    ----------
    enable_timing : bool
        Whether its time is kept, for `elapsed_time`.
    blocking : bool
        Whether `synchronize` waits asleep.
    interprocess : bool
        Must be False: events are not shared between processes here.

    Raises
    ------
    RuntimeError
        If there is no device.
    ValueError
        If `interprocess` is asked for.
    """

    def __init__(
        self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False
    ) -> None:
        if interprocess:
            raise ValueError("events are not shared between processes here: leave out interprocess=True")
        self._native: Any = accelerator().event(enable_timing, blocking)

    @property
    def native(self) -> Any:
        """The backend's own object."""
        return self._native

    def record(self, stream: Stream | None = None) -> None:
        """Set the mark behind what the stream (the current one by default) has been given so far."""
        self._native.record(None if stream is None else stream.native)

    def wait(self, stream: Stream | None = None) -> None:
        """Let what the stream (the current one by default) is given from now on wait for the mark."""
        self._native.wait(None if stream is None else stream.native)

    def query(self) -> bool:
        """Whether the mark has been reached."""
        return self._native.query()

    def synchronize(self) -> None:
        """Wait until the mark has been reached."""
        self._native.synchronize()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this mark to another; both keep their time and have been reached."""
        return self._native.elapsed_time(end_event.native)
