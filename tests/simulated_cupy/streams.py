"""The classes of streams, events and graphs, over the simulated runtime."""

from __future__ import annotations

import threading
from typing import Any

from tests.simulated_cupy import capture
from tests.simulated_cupy.runtime import runtime

_entered = threading.local()


class Event:
    """A point on a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False, interprocess: bool = False) -> None:
        self.ptr = 0
        if interprocess and not disable_timing:
            raise ValueError("Timing must be disabled for interprocess events")
        self.ptr = runtime.eventCreateWithFlags(
            (block and runtime.eventBlockingSync)
            | (disable_timing and runtime.eventDisableTiming)
            | (interprocess and runtime.eventInterprocess)
        )

    def __del__(self) -> None:
        if self.ptr:
            runtime.eventDestroy(self.ptr)

    @property
    def done(self) -> bool:
        return runtime.eventQuery(self.ptr) == 0

    def record(self, stream: Any = None) -> None:
        runtime.eventRecord(self.ptr, capture.current_stream().handle if stream is None else stream.ptr)

    def synchronize(self) -> None:
        runtime.eventSynchronize(self.ptr)


def get_elapsed_time(start_event: Event, end_event: Event) -> float:
    """Milliseconds between two events."""
    return runtime.eventElapsedTime(start_event.ptr, end_event.ptr)


class _BaseStream:
    """What streams of CuPy and of others have in common."""

    def __init__(self, ptr: int, device_id: int) -> None:
        self.ptr, self.device_id = ptr, device_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _BaseStream) and self.ptr == other.ptr

    def __hash__(self) -> int:
        return self.ptr

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.ptr} (device {self.device_id})>"

    def _require_device(self) -> int:
        current = capture.current_device()
        if self.device_id not in (-1, current):
            raise RuntimeError(
                f"The device that the stream is created on ({self.device_id}) does not match with the current device "
                f"({current})"
            )
        return current

    def __enter__(self) -> Any:
        device = self._require_device()
        _stack().append((device, get_current_stream()))
        _set_current(device, self)
        return self

    def __exit__(self, *args: object) -> None:
        _set_current(*_stack().pop())

    def __cuda_stream__(self) -> tuple[int, int]:
        return (0, self.ptr)

    def use(self) -> Any:
        _set_current(self._require_device(), self)
        return self

    @property
    def done(self) -> bool:
        return runtime.streamQuery(self.ptr) == 0

    def synchronize(self) -> None:
        runtime.streamSynchronize(self.ptr)

    def launch_host_func(self, callback: Any, arg: Any) -> None:
        runtime.launchHostFunc(self.ptr, callback, arg)

    def add_callback(self, callback: Any, arg: Any) -> None:
        if self.is_capturing():
            runtime.streamQuery(self.ptr)  # refused
        callback(self, 0, arg)

    def record(self, event: Event | None = None) -> Event:
        event = Event() if event is None else event
        runtime.eventRecord(event.ptr, self.ptr)
        return event

    def wait_event(self, event: Event) -> None:
        runtime.streamWaitEvent(self.ptr, event.ptr)

    def begin_capture(self, mode: int | None = None) -> None:
        if self.ptr in (0, 1):
            raise RuntimeError("cannot capture on the default (legacy) stream")
        runtime.streamBeginCapture(self.ptr, runtime.streamCaptureModeRelaxed if mode is None else mode)

    def end_capture(self) -> Graph:
        graph = Graph.__new__(Graph)
        graph.graph = graph.graphExec = runtime.graphInstantiate(runtime.streamEndCapture(self.ptr))
        return graph

    def is_capturing(self) -> bool:
        return runtime.streamIsCapturing(self.ptr)

    @property
    def is_non_blocking(self) -> bool:
        return (runtime.streamGetFlags(self.ptr) & runtime.streamNonBlocking) != 0

    @property
    def priority(self) -> int:
        return runtime.streamGetPriority(self.ptr)


class Stream(_BaseStream):
    """A stream of the current device."""

    null: Any = None
    ptds: Any = None

    def __init__(
        self, null: bool = False, non_blocking: bool = False, ptds: bool = False, priority: int | None = None
    ) -> None:
        self.ptr = 0
        if null:
            super().__init__(0, -1)
        elif ptds:
            super().__init__(runtime.streamPerThread, -1)
        else:
            flags = runtime.streamNonBlocking if non_blocking else runtime.streamDefault
            super().__init__(runtime.streamCreateWithPriority(flags, priority or 0), runtime.getDevice())
        self._foreign_stream_ref: Any = None

    @classmethod
    def from_external(cls, obj: Any) -> Stream:
        """The stream of another library, told by `__cuda_stream__`."""
        try:
            version, pointer = obj.__cuda_stream__()
        except AttributeError as error:
            raise TypeError(
                f"Object of type {type(obj).__name__} does not implement the CUDA stream protocol "
                "(__cuda_stream__ method)"
            ) from error
        if version != 0:
            raise TypeError(
                f"__cuda_stream__() returned unsupported version {version}, only version 0 is supported"
            )
        stream = cls.__new__(cls)
        _BaseStream.__init__(stream, _adopted(pointer), -1)
        stream._foreign_stream_ref = obj
        return stream


class ExternalStream(_BaseStream):
    """A stream that CuPy does not own."""

    def __init__(self, ptr: int, device_id: int = -1) -> None:
        super().__init__(_adopted(ptr), device_id)


def _adopted(pointer: int) -> int:
    """A handle that another library made."""
    capture.streams.setdefault(pointer, capture.StreamState(pointer, capture.current_device()))
    return pointer


class Graph:
    """Captured work."""

    graph: Any
    graphExec: Any  # noqa: N815

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "currently this class cannot be initiated by the user and must be created via stream capture"
        )

    def launch(self, stream: Any = None) -> None:
        runtime.graphLaunch(self.graphExec, capture.current_stream().handle if stream is None else stream.ptr)

    def upload(self, stream: Any = None) -> None:
        runtime.graphUpload(self.graphExec, capture.current_stream().handle if stream is None else stream.ptr)


def _stack() -> list[tuple[int, Any]]:
    if not hasattr(_entered, "streams"):
        _entered.streams = []
    return _entered.streams


def _set_current(device: int, stream: _BaseStream) -> None:
    capture.thread.stream[device] = stream.ptr
    _current()[device] = stream


def _current() -> dict[int, Any]:
    if not hasattr(_entered, "current"):
        _entered.current = {}
    return _entered.current


def get_current_stream(device_id: int = -1) -> Any:
    """The current stream of a device."""
    return _current().get(capture.current_device() if device_id == -1 else device_id, Stream.null)


Stream.null = Stream(null=True)
Stream.ptds = Stream(ptds=True)
