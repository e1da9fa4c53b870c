"""What a profiler has seen: events, their sums by name, and how they are shown."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg"]

_NOTE = "Times are the processor's own: what a device does meanwhile is not measured."
_UNITS = {"s": 1e6, "ms": 1e3, "us": 1.0}
_COLUMNS = ("Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls")


@dataclass(slots=True)
class FunctionEventAvg:
    """All events of one name; times in microseconds.

    Attributes
    ----------
    key
        The name.
    count
        How many there were.
    cpu_time_total, self_cpu_time_total
        How long they took, and how long without the events inside them.
    """

    key: str
    count: int = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0

    @property
    def cpu_time(self) -> float:
        """How long one took on average."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def add(self, other: FunctionEventAvg) -> FunctionEventAvg:
        """Count another's events here, too."""
        self.count += other.count
        self.cpu_time_total += other.cpu_time_total
        self.self_cpu_time_total += other.self_cpu_time_total
        return self


@dataclass(slots=True)
class FunctionEvent(FunctionEventAvg):
    """One call; `start` in microseconds of the machine's monotonic clock."""

    start: float = 0.0
    thread: int = 0

    @property
    def name(self) -> str:
        """What was called."""
        return self.key


Event = TypeVar("Event", bound=FunctionEventAvg)


class EventList(list[Event], Generic[Event]):
    """Events in their order, or sums of events."""

    @property
    def self_cpu_time_total(self) -> float:
        """How long all took together, in microseconds."""
        return sum(event.self_cpu_time_total for event in self)

    def total_average(self) -> FunctionEventAvg:
        """The sum of all."""
        return _sum("Total", self)

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> EventList[Any]:
        """One sum for each name.

        Raises
        ------
        NotImplementedError
            If more than the name is to tell events apart: shapes and stacks are not kept.
        """
        if group_by_input_shape or group_by_stack_n:
            raise NotImplementedError("the profiler keeps neither shapes nor stacks: group by name alone")
        named: dict[str, list[FunctionEventAvg]] = {}
        for event in self:
            named.setdefault(event.key, []).append(event)
        return EventList([_sum(name, events) for name, events in named.items()])

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as a table.

        Parameters
        ----------
        sort_by
            The attribute whose largest values come first; that of a device stands for the processor's.
        row_limit
            How many rows; -1 for all.
        max_name_column_width
            How many characters of a name.
        header
            A line above.
        time_unit
            ``"s"``, ``"ms"`` or ``"us"``; by default each time's own.
        max_src_column_width, max_shapes_column_width, top_level_events_only
            Accepted for PyTorch's sake.

        Raises
        ------
        AttributeError
            If events have no attribute `sort_by`.
        """
        events: list[Any] = list(self)
        if sort_by is not None:
            attribute = sort_by.replace("device_", "cpu_").replace("cuda_", "cpu_")
            events.sort(key=lambda event: getattr(event, attribute), reverse=True)
        total = self.self_cpu_time_total
        rows = [_COLUMNS] + [
            (
                event.key
                if len(event.key) <= max_name_column_width
                else event.key[: max_name_column_width - 3] + "...",
                _share(event.self_cpu_time_total, total),
                _time(event.self_cpu_time_total, time_unit),
                _share(event.cpu_time_total, total),
                _time(event.cpu_time_total, time_unit),
                _time(event.cpu_time, time_unit),
                str(event.count),
            )
            for event in (events if row_limit < 0 else events[:row_limit])
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        rule = "  ".join("-" * width for width in widths)
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
        foot = [f"Self CPU time total: {_time(total, time_unit)}", _NOTE]
        return "\n".join([*([header] if header else []), rule, lines[0], rule, *lines[1:], rule, *foot, ""])

    def __str__(self) -> str:
        return self.table()

    def export_chrome_trace(self, path: str | os.PathLike[str]) -> None:
        """Write the events as JSON for chrome://tracing or https://ui.perfetto.dev; compressed if named ``.gz``."""
        process = os.getpid()
        found = [event for event in self if isinstance(event, FunctionEvent)]
        trace = [
            {
                "name": e.key,
                "ph": "X",
                "ts": e.start,
                "dur": e.cpu_time_total,
                "pid": process,
                "tid": e.thread,
            }
            for e in found
        ]
        text = json.dumps({"traceEvents": trace, "displayTimeUnit": "ms"}).encode()
        Path(path).write_bytes(gzip.compress(text) if os.fspath(path).endswith(".gz") else text)


def _sum(name: str, events: Iterable[FunctionEventAvg]) -> FunctionEventAvg:
    made = FunctionEventAvg(name)
    for event in events:
        made.add(event)
    return made


def _share(part: float, total: float) -> str:
    return f"{100 * part / total if total else 0:.2f}%"


def _time(microseconds: float, unit: str | None) -> str:
    unit = unit or next((name for name, size in _UNITS.items() if microseconds >= size), "us")
    return f"{microseconds / _UNITS[unit]:.3f}{unit}"
