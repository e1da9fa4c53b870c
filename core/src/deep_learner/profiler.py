"""``torch.profiler``: which operations run and how long, in all steps of a program or in some of them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from .autograd.profiler import EventList, FunctionEvent, Recorder, record_function

__all__ = ["ProfilerAction", "ProfilerActivity", "profile", "record_function", "schedule", "supported_activities",
           "tensorboard_trace_handler"]  # fmt: skip


class ProfilerActivity(Enum):
    """Whose work is timed: the processor's, whatever else is asked for."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(Enum):
    """What a profiler does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities() -> set[ProfilerActivity]:
    """The activities that are timed."""
    return {ProfilerActivity.CPU}


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable[[int], ProfilerAction]:
    """What to do in each step: wait, warm up, be active, and so again.

    Parameters
    ----------
    wait, warmup, active
        How many steps of each.
    repeat
        How many times; 0 for ever.
    skip_first
        How many steps to leave out before the first time.
    skip_first_wait
        Whether (other than 0) the first time begins without waiting.

    Raises
    ------
    AssertionError
        If a number is negative, or `active` is 0.
    """
    if min(wait, warmup, active - 1, repeat, skip_first) < 0:
        raise AssertionError("wait, warmup, repeat and skip_first must be at least 0, and active at least 1")
    cycle = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        if repeat and step // cycle >= repeat:
            return ProfilerAction.NONE
        place = step % cycle
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[profile], None]:
    """What to give to `on_trace_ready`: it writes each trace into a folder.

    Parameters
    ----------
    dir_name
        The folder; made if it is not there.
    worker_name
        How files' names begin; by default with the machine's name and the number of the process.
    use_gzip
        Whether to compress.
    """

    def write(profiler: profile) -> None:
        folder = Path(dir_name)
        folder.mkdir(parents=True, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        path = folder / f"{worker}.{time.time_ns()}.pt.trace.json{'.gz' if use_gzip else ''}"
        profiler.export_chrome_trace(str(path))

    return write


class profile:
    """A context in which operations are timed; the times are the processor's.

    Parameters
    ----------
    activities
        Accepted for PyTorch's sake.
    schedule
        What to do in each step, as :func:`schedule` makes it; by default everything is recorded, as one step.
    on_trace_ready
        Called with the profiler each time that a trace is complete.
    record_shapes, profile_memory, with_stack, with_flops, with_modules, options
        Accepted for PyTorch's sake: names and times are kept, nothing else.

    Attributes
    ----------
    step_num : int
        How many steps are over.
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[[profile], Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        **options: Any,
    ) -> None:
        self._schedule = schedule
        self._on_trace_ready = on_trace_ready
        self.step_num = 0
        self._recorder: Recorder | None = None
        self._found: EventList[FunctionEvent] | None = None
        self._step: record_function | None = None

    def _action(self) -> ProfilerAction:
        return ProfilerAction.RECORD if self._schedule is None else self._schedule(self.step_num)

    def start(self) -> None:
        """Begin with the first step."""
        self._begin()

    def stop(self) -> None:
        """End. A trace that has begun is complete, too."""
        self._end(self._recorder is not None)

    def step(self) -> None:
        """The next step begins."""
        self._end(self._action() is ProfilerAction.RECORD_AND_SAVE)
        self.step_num += 1
        self._begin()

    def _begin(self) -> None:
        if self._action() in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE):
            if self._recorder is None:
                self._recorder = Recorder()
                self._recorder.start()
            if self._schedule is not None:
                self._step = record_function(f"ProfilerStep#{self.step_num}")
                self._step.__enter__()

    def _end(self, complete: bool) -> None:
        if self._step is not None:
            self._step.__exit__()
            self._step = None
        if complete and self._recorder is not None:
            self._recorder.stop()
            self._found = EventList(self._recorder.events)
            self._recorder = None
            if self._on_trace_ready is not None:
                self._on_trace_ready(self)

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def events(self) -> EventList[FunctionEvent]:
        """The calls of the last trace, in their order.

        Raises
        ------
        RuntimeError
            If there is none yet.
        """
        if self._found is None:
            raise RuntimeError("the profiler has no complete trace: leave its context first")
        return self._found

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> EventList[Any]:
        """One sum for each name. Raises as :meth:`events` and :meth:`EventList.key_averages`."""
        return self.events().key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path: str) -> None:
        """Write the last trace as JSON, compressed if the name ends in ``.gz``. Raises as :meth:`events`."""
        self.events().export_chrome_trace(path)
