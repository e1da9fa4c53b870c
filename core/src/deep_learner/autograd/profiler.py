"""How often operations and their derivatives run, and how long: each is timed where it is called."""

from __future__ import annotations

import functools
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any

from ..ops.registry import OPERATIONS
from .modes import modes
from .profiler_util import EventList, FunctionEvent

__all__ = ["EventList", "FunctionEvent", "Recorder", "emit_nvtx", "profile", "record_function"]


class Recorder:
    """Times operations and gradients while it runs: every operation's forward asks for it when it is found.

    An operation that is made of others while its derivative is recorded counts as these.
    """

    def __init__(self) -> None:
        self.events: list[FunctionEvent] = []
        self._threads = threading.local()

    def start(self) -> None:
        """Begin.

        Raises
        ------
        RuntimeError
            If one runs already.
        """
        if modes.profiler is not None:
            raise RuntimeError("Profiler is already enabled: leave the profiler that runs first")
        self._become(self)

    def stop(self) -> None:
        """End; operations run as before."""
        self._become(None)

    @staticmethod
    def _become(recorder: Recorder | None) -> None:
        modes.profiler = recorder
        for function in OPERATIONS.values():
            function.operation.implementations.clear()
            function.operation.direct.clear()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, whose calls become events."""

        @functools.wraps(function, updated=())
        def call(*args: Any, **kwargs: Any) -> Any:
            self.enter(name)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return call

    def enter(self, name: str) -> None:
        """Something of this name begins in this thread."""
        stack = self._threads.__dict__.setdefault("stack", [])
        event = FunctionEvent(name, 1, thread=threading.get_native_id())
        self.events.append(event)
        stack.append(event)
        event.start = time.perf_counter_ns() / 1e3

    def leave(self) -> None:
        """What began last in this thread ends."""
        now = time.perf_counter_ns() / 1e3
        stack = self._threads.__dict__.get("stack")
        if not stack:  # it began before the recorder did
            return
        event = stack.pop()
        event.cpu_time_total = now - event.start
        event.self_cpu_time_total += event.cpu_time_total
        if stack:
            stack[-1].self_cpu_time_total -= event.cpu_time_total


class record_function(ContextDecorator):
    """A context, or a decorator, that a profiler lists under a name of its own.

    Parameters
    ----------
    name
        The name.
    args
        Accepted for PyTorch's sake.
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self._recorder: Recorder | None = None

    def _recreate_cm(self) -> record_function:
        return record_function(self.name)  # a function may call itself

    def __enter__(self) -> record_function:
        self._recorder = modes.profiler
        if self._recorder is not None:
            self._recorder.enter(self.name)
        return self

    def __exit__(self, *error: object) -> None:
        if self._recorder is not None:
            self._recorder.leave()


class profile:
    """A context in which operations are timed.

    Parameters
    ----------
    enabled
        Whether anything is.
    use_cuda, use_device, use_cpu, use_kineto, record_shapes, with_flops, profile_memory, with_stack, with_modules
        Accepted for PyTorch's sake: names and the processor's times are kept, nothing else.
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        use_cpu: bool = True,
        use_kineto: bool = False,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        **options: Any,
    ) -> None:
        self.enabled = enabled
        self._recorder = Recorder()
        self.function_events: EventList[FunctionEvent] | None = None

    def __enter__(self) -> profile:
        if self.enabled:
            self._recorder.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.enabled:
            self._recorder.stop()
            self.function_events = EventList(self._recorder.events)

    def _events(self) -> EventList[FunctionEvent]:
        if self.function_events is None:
            raise RuntimeError("Profiler didn't finish running: leave its context first")
        return self.function_events

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> EventList[Any]:
        """One sum for each name. Raises as :meth:`EventList.key_averages`."""
        return self._events().key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self) -> Any:
        """The sum of all."""
        return self._events().total_average()

    def table(self, *args: Any, **options: Any) -> str:
        """As :meth:`EventList.table`."""
        return self._events().table(*args, **options)

    def export_chrome_trace(self, path: Any) -> None:
        """As :meth:`EventList.export_chrome_trace`."""
        self._events().export_chrome_trace(path)

    @property
    def self_cpu_time_total(self) -> float:
        """How long all took together, in microseconds."""
        return self._events().self_cpu_time_total

    def __str__(self) -> str:
        return "<unfinished profile>" if self.function_events is None else str(self.function_events)


class emit_nvtx:
    """Accepted for PyTorch's sake, with a warning: nothing is marked for NVIDIA's profilers.

    Parameters
    ----------
    enabled
        Whether to warn.
    record_shapes
        Not used.
    """

    def __init__(self, enabled: bool = True, record_shapes: bool = False) -> None:
        self.enabled = enabled

    def __enter__(self) -> emit_nvtx:
        if self.enabled:
            warnings.warn("emit_nvtx marks nothing; profile() lists operations and times", stacklevel=2)
        return self

    def __exit__(self, *error: object) -> None: ...
