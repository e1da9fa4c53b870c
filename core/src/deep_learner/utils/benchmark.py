"""How long statements take, measured often enough to be told from chance."""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..cuda import is_available, synchronize
from ..threads import get_num_threads, set_num_threads

__all__ = ["Measurement", "Timer"]

_UNITS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))


@dataclass(frozen=True)
class Measurement:
    """What a :class:`Timer` has found; times in seconds.

    Attributes
    ----------
    number_per_run
        How often the statement ran in each measurement.
    raw_times
        How long each measurement took.
    stmt, label, sub_label, description, num_threads
        Of the timer.
    """

    number_per_run: int
    raw_times: list[float] = field(repr=False)
    stmt: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    num_threads: int = 1

    @property
    def times(self) -> list[float]:
        """How long one run took, in each measurement."""
        return [time / self.number_per_run for time in self.raw_times]

    @property
    def median(self) -> float:
        """The median of the times."""
        return statistics.median(self.times)

    @property
    def mean(self) -> float:
        """Their mean."""
        return statistics.fmean(self.times)

    @property
    def iqr(self) -> float:
        """The distance of their quartiles; 0 for fewer than two."""
        if len(self.raw_times) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.times, n=4, method="inclusive")
        return high - low

    def __repr__(self) -> str:
        unit, size = next((entry for entry in _UNITS if self.median >= entry[1]), _UNITS[-1])
        title = ": ".join(
            part for part in (self.label or self.stmt, self.sub_label, self.description) if part
        )
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        times = f"median {self.median / size:.2f} {unit}, IQR {self.iqr / size:.2f} {unit}"
        runs = f"{len(self.raw_times)} measurements of {self.number_per_run} runs, {threads}"
        return f"{title}\n  {times}\n  {runs}"


class Timer:
    """Times a statement, which runs on as many threads as it is told and waits for the device.

    Parameters
    ----------
    stmt, setup
        Python source: what is timed, and what comes before.
    timer
        A clock, in seconds.
    globals
        The names that the statement knows.
    label, sub_label, description
        What to call it.
    num_threads
        On how many threads operations may run.
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Callable[[], float] = timeit.default_timer,
        globals: dict[str, Any] | None = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
    ) -> None:
        if global_setup:
            raise NotImplementedError("global_setup is for statements in C++; statements are Python's here")
        names = {
            "label": label,
            "sub_label": sub_label,
            "description": description,
            "num_threads": num_threads,
        }
        self._about: dict[str, Any] = {"stmt": stmt.strip(), **names}
        self._threads = num_threads
        self._timer = timeit.Timer(stmt, setup, lambda: _now(timer), dict(globals or {}))

    def timeit(self, number: int = 1000000) -> Measurement:
        """One measurement of `number` runs, after one that is not counted.

        Raises
        ------
        ValueError
            If `number` is less than 1.
        """
        if number < 1:
            raise ValueError(f"a statement is timed by running it at least once. Received: number={number}")
        return self._measured(number, lambda times: bool(times), warm_up=max(number // 100, 2))

    def blocked_autorange(
        self, callback: Callable[[int, float], Any] | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Measurements of equally many runs, long enough for the clock, until they took `min_run_time` seconds."""
        number = 1
        while (taken := self._seconds(number)) < min_run_time / 1000 and number < 10**9:
            number = number * 10 if taken <= 0 else max(number * 2, int(number * min_run_time / 1000 / taken))

        def enough(times: list[float]) -> bool:
            if callback is not None and times:
                callback(number, times[-1])
            return sum(times) >= min_run_time

        return self._measured(number, enough)

    def adaptive_autorange(
        self,
        threshold: float = 0.1,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Callable[[int, float], Any] | None = None,
    ) -> Measurement:
        """As :meth:`blocked_autorange`, until the quartiles lie within `threshold` of the median, or time is up."""
        while True:
            found = self.blocked_autorange(callback, min_run_time)
            steady = len(found.raw_times) > 3 and found.iqr < threshold * found.median
            if steady or min_run_time >= max_run_time:
                return found
            min_run_time = min(3 * min_run_time, max_run_time)

    def _seconds(self, number: int) -> float:
        before = get_num_threads()
        set_num_threads(self._threads)
        try:
            return self._timer.timeit(number)
        finally:
            set_num_threads(before)

    def _measured(self, number: int, enough: Callable[[list[float]], bool], warm_up: int = 0) -> Measurement:
        if warm_up:
            self._seconds(warm_up)
        times: list[float] = []
        while not enough(times):
            times.append(self._seconds(number))
        return Measurement(number, times, **self._about)


def _now(timer: Callable[[], float]) -> float:
    if is_available():
        synchronize()
    return timer()
