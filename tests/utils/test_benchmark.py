"""Truths about the timer: clocks are given, so that times are known."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.utils.benchmark import Measurement, Timer

pytestmark = pytest.mark.needs("deep_learner_numpy")


class Clock:
    """Goes on by what the statement says it took."""

    def __init__(self) -> None:
        self.time, self.runs = 0.0, 0

    def __call__(self) -> float:
        return self.time

    def work(self, seconds: float) -> None:
        self.runs += 1
        self.time += seconds


def test_a_run_is_timed_with_its_names_and_its_threads() -> None:
    clock, seen = Clock(), []
    before = dl.get_num_threads()
    timer = Timer(
        "clock.work(step); seen.append(threads())",
        "step = 0.25",
        timer=clock,
        globals={"clock": clock, "seen": seen, "threads": dl.get_num_threads},
        label="work",
        sub_label="short",
    )
    found = timer.timeit(4)
    assert found.mean == found.median == 0.25 and found.number_per_run == 4 and clock.runs == 6
    assert set(seen) == {1} and dl.get_num_threads() == before
    assert repr(found).splitlines()[:2] == ["work: short", "  median 250.00 ms, IQR 0.00 ms"]
    with pytest.raises(ValueError, match="at least once"):
        timer.timeit(0)


def test_blocks_are_long_enough_and_repeated_until_the_time_is_up() -> None:
    clock = Clock()
    found = Timer("clock.work(1e-5)", timer=clock, globals={"clock": clock}).blocked_autorange(
        min_run_time=0.1
    )
    assert found.median == pytest.approx(1e-5) and found.number_per_run >= 10
    assert sum(found.raw_times) == pytest.approx(0.1, rel=0.1)


def test_an_unsteady_clock_is_measured_longer() -> None:
    clock = Clock()
    steps = iter([1.0, 3.0] * 1000)
    names = {"clock": clock, "steps": steps}
    timer = Timer("clock.work(next(steps))", timer=clock, globals=names)
    assert sum(timer.adaptive_autorange(min_run_time=1, max_run_time=30).raw_times) >= 30


def test_quartiles_are_those_between_which_half_of_the_times_lie() -> None:
    found = Measurement(2, [2.0, 4.0, 6.0, 8.0, 10.0])
    assert found.times == [1, 2, 3, 4, 5] and found.median == 3 and found.iqr == 2
