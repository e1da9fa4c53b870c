"""Truths about profilers: what ran is listed, as often as it ran, and everything runs as before afterwards."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

import deep_learner as dl
from deep_learner import profiler
from deep_learner.autograd.profiler import emit_nvtx, profile, record_function
from deep_learner.autograd.profiler_util import EventList, FunctionEvent, FunctionEventAvg
from deep_learner.profiler import ProfilerAction, schedule

pytestmark = pytest.mark.needs("deep_learner_numpy")


def counts(events) -> dict[str, int]:
    return {event.key: event.count for event in events}


def test_operations_and_gradients_are_counted_wherever_they_were_recorded() -> None:
    x = dl.tensor([1.0, 2.0], requires_grad=True)
    before = x.exp()
    with profile() as found:
        for _ in range(3):
            (x.sin() * before).sum().backward(retain_graph=True)
    x.sin()
    counted = counts(found.key_averages())
    assert {name: counted[name] for name in ("sin", "multiply", "sum", "SinBackward", "ExpBackward")} == {
        "sin": 3, "multiply": 3, "sum": 3, "SinBackward": 3, "ExpBackward": 3,
    }  # fmt: skip
    assert "exp" not in counted


def test_gradients_under_a_profiler_are_the_same() -> None:
    def gradient() -> list[float]:
        x = dl.tensor([0.5, -1.5], requires_grad=True)
        (x.tanh() * x).prod().backward()
        return x.grad.tolist()

    with profile():
        profiled = gradient()
    assert profiled == gradient()


def test_own_time_is_what_the_calls_inside_leave() -> None:
    with profile() as found, record_function("outside"):
        time.sleep(0.002)
        with record_function("inside"):
            time.sleep(0.004)
    outside, inside = (next(e for e in found.key_averages() if e.key == key) for key in ("outside", "inside"))
    assert inside.self_cpu_time_total == inside.cpu_time_total >= 4000
    assert outside.self_cpu_time_total == pytest.approx(outside.cpu_time_total - inside.cpu_time_total)
    assert found.self_cpu_time_total == pytest.approx(outside.cpu_time_total)


def test_a_decorated_function_may_call_itself() -> None:
    @record_function("factorial")
    def factorial(n: int) -> int:
        return 1 if n < 2 else n * factorial(n - 1)

    with profile() as found:
        assert factorial(4) == 24
    assert counts(found.key_averages()) == {"factorial": 4}
    assert factorial(3) == 6


def test_an_error_ends_what_it_leaves() -> None:
    with pytest.raises(RuntimeError, match="broadcast"), profile() as found:
        dl.ones(2) + dl.ones(3)
    with profile() as again:
        dl.ones(2).exp()
    assert found.function_events is not None and counts(again.key_averages())["exp"] == 1
    assert all(event.cpu_time_total > 0 for event in found.function_events)


def test_one_profiler_runs_at_a_time() -> None:
    with profile(), pytest.raises(RuntimeError, match="already enabled"), profile():
        pass
    with profile(enabled=False) as off:
        dl.ones(2)
    with pytest.raises(RuntimeError, match="didn't finish"):
        off.table()


def test_a_table_has_the_largest_first_and_says_what_is_not_measured() -> None:
    events = EventList([FunctionEventAvg("a", 2, 10, 4), FunctionEventAvg("long_name", 1, 3000, 6)])
    lines = events.table(sort_by="cuda_time_total", max_name_column_width=6, time_unit="us").splitlines()
    assert lines[3].split() == ["lon...", "60.00%", "6.000us", "30000.00%", "3000.000us", "3000.000us", "1"]
    assert lines[4].split() == ["a", "40.00%", "4.000us", "100.00%", "10.000us", "5.000us", "2"]
    assert lines[-2:] == [
        "Self CPU time total: 10.000us",
        "Times are the processor's own: what a device does meanwhile is not measured.",
    ]
    assert len(events.table(row_limit=1).splitlines()) == len(lines) - 1
    with pytest.raises(NotImplementedError, match="neither shapes nor stacks"):
        events.key_averages(group_by_input_shape=True)


def test_emit_nvtx_says_that_it_marks_nothing() -> None:
    with pytest.warns(UserWarning, match="marks nothing"), emit_nvtx():
        pass


@pytest.mark.filterwarnings("ignore:Profiler won't be using warmup:UserWarning")
@pytest.mark.parametrize(
    "options",
    [
        {"wait": 1, "warmup": 1, "active": 2},
        {"wait": 0, "warmup": 0, "active": 1, "repeat": 2, "skip_first": 3},
        {"wait": 2, "warmup": 1, "active": 3, "repeat": 1},
        {"wait": 3, "warmup": 0, "active": 1, "skip_first": 1, "skip_first_wait": 1},
    ],
)
def test_schedules_are_those_of_pytorch(options: dict[str, int]) -> None:
    pytest.importorskip("torch", reason="PyTorch is the oracle")
    import torch.profiler

    theirs, ours = torch.profiler.schedule(**options), schedule(**options)
    assert [ours(step).name for step in range(20)] == [theirs(step).name for step in range(20)]


def test_a_scheduled_profiler_gives_a_trace_of_the_active_steps(tmp_path: Path) -> None:
    traces: list[list[str]] = []

    def ready(found: profiler.profile) -> None:
        traces.append([event.name for event in found.events()])

    with profiler.profile(
        schedule=schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=ready, record_shapes=True
    ) as found:
        for _ in range(10):
            dl.ones(1).exp()
            found.step()
    steps = [[name for name in trace if name.startswith("ProfilerStep")] for trace in traces]
    assert steps == [["ProfilerStep#2", "ProfilerStep#3"], ["ProfilerStep#6", "ProfilerStep#7"]]
    assert [trace.count("exp") for trace in traces] == [2, 2]


def test_traces_are_json_that_browsers_show(tmp_path: Path) -> None:
    handler = profiler.tensorboard_trace_handler(str(tmp_path / "traces"), "worker", use_gzip=True)
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU], on_trace_ready=handler) as found:
        dl.ones(1).exp()
    [path] = (tmp_path / "traces").glob("worker.*.pt.trace.json.gz")
    [event] = [e for e in json.loads(gzip.decompress(path.read_bytes()))["traceEvents"] if e["name"] == "exp"]
    [seen] = [e for e in found.events() if e.name == "exp"]
    assert isinstance(seen, FunctionEvent) and event["ph"] == "X"
    assert (event["ts"], event["dur"], event["tid"]) == (seen.start, seen.cpu_time_total, seen.thread)


def test_without_a_trace_there_is_nothing_to_show() -> None:
    with profiler.profile(schedule=lambda step: ProfilerAction.NONE) as found:
        found.step()
    with pytest.raises(RuntimeError, match="no complete trace"):
        found.key_averages()
