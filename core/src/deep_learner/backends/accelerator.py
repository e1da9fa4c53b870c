"""What a backend tells of devices that work in the background: streams, events, graphs, the current device.

`deep_learner.cuda` says in PyTorch's words what an `Accelerator` says in few; a backend brings a subclass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["Accelerator", "Capture", "DeviceProperties", "EventLike", "GraphLike", "StreamLike"]


class DeviceProperties(NamedTuple):
    """What a device is.

    Attributes
    ----------
    name : str
    major, minor : int
        Its compute capability.
    total_memory : int
        In bytes.
    multi_processor_count : int
    """

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int


class EventLike(Protocol):
    """A mark in a stream."""

    def record(self, stream: Any = None) -> None:
        """Set the mark at the end of what the stream (the current one by default) has been given so far."""
        ...

    def wait(self, stream: Any = None) -> None:
        """Let what the stream is given from now on wait for the mark."""
        ...

    def query(self) -> bool:
        """Whether the mark has been reached."""
        ...

    def synchronize(self) -> None:
        """Wait for the mark."""
        ...

    def elapsed_time(self, end: Any) -> float:
        """Milliseconds from this mark to another."""
        ...


class StreamLike(Protocol):
    """A queue of work for a device."""

    @property
    def pointer(self) -> int:
        """The library's handle."""
        ...

    @property
    def device_index(self) -> int:
        """Whose it is."""
        ...

    def synchronize(self) -> None:
        """Wait until all its work is done."""
        ...

    def query(self) -> bool:
        """Whether all its work is done."""
        ...

    def wait_event(self, event: Any) -> None:
        """Let what it is given from now on wait for an event."""
        ...

    def wait_stream(self, stream: Any) -> None:
        """Let what it is given from now on wait for what another stream has been given so far."""
        ...

    def record_event(self, event: Any = None) -> Any:
        """Set a mark; a new one unless given."""
        ...


class GraphLike(Protocol):
    """Captured work."""

    @property
    def pool(self) -> Any:
        """The memory that its arrays live in; another capture may share it."""
        ...

    def replay(self) -> None:
        """Do the work again, on the current stream."""
        ...

    def reset(self) -> None:
        """Let go of the work and of the memory."""
        ...


class Capture(Protocol):
    """A capture under way."""

    def begin(self) -> None:
        """From now on, note the work given to the stream in place of doing it."""
        ...

    def end(self) -> GraphLike:
        """The work that was noted."""
        ...


class Accelerator:
    """Devices of one type that work in the background.

    A subclass overrides what its library can do; what is asked of it and missing raises a RuntimeError that names it.
    Devices are counted from 0; an index of None is the current device.
    """

    name = "this accelerator"

    def _lacks(self, what: str) -> NoReturn:
        raise RuntimeError(f"{self.name} has no {what}")

    def count(self) -> int:
        """How many devices there are."""
        return 0

    def current(self) -> int:
        """The index of the device that this thread computes on unless told otherwise."""
        return 0

    def use(self, index: int) -> None:
        """Make a device the current one of this thread."""
        if index:
            self._lacks(f"device {index}")

    def properties(self, index: int | None = None) -> DeviceProperties:
        """What a device is."""
        self._lacks("properties of devices")

    def empty_cache(self) -> None:
        """Give memory that no array holds back to the device."""

    def peak(self, index: int | None = None) -> int:
        """The most bytes that arrays have held at a time since the start or the last `reset_peak`."""
        self._lacks("record of the memory's peak")

    def reset_peak(self, index: int | None = None) -> None:
        """Begin the record of the memory's peak anew."""
        self._lacks("record of the memory's peak")

    def stream(self, index: int | None = None, priority: int = 0) -> StreamLike:
        """A new stream; a lower priority goes first."""
        self._lacks("streams")

    def external_stream(self, pointer: int, index: int | None = None) -> StreamLike:
        """A stream that another library made, by its handle."""
        self._lacks("streams of other libraries")

    def current_stream(self, index: int | None = None) -> StreamLike:
        """The stream that work is given to."""
        self._lacks("streams")

    def default_stream(self, index: int | None = None) -> StreamLike:
        """The stream that work is given to unless another is chosen."""
        self._lacks("streams")

    def use_stream(self, stream: Any) -> AbstractContextManager[Any]:
        """A context in which work is given to a stream."""
        self._lacks("streams")

    def set_stream(self, stream: Any) -> None:
        """Give work to a stream from now on, in this thread."""
        self._lacks("streams")

    def event(self, timing: bool = False, blocking: bool = False) -> EventLike:
        """A new event; with `timing`, one whose time is kept; with `blocking`, one that is waited for asleep."""
        self._lacks("events")

    def capture(self, stream: Any = None, pool: Any = None) -> Capture:
        """A capture of the work given to a stream (a new one by default), with its memory in a pool."""
        self._lacks("graphs")

    def capturing(self) -> bool:
        """Whether the work of the current stream is being captured."""
        return False
