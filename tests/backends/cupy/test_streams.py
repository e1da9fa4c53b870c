"""Streams and events in PyTorch's terms, over CuPy's, which users may use beside them."""

from __future__ import annotations

import pytest

cupy = pytest.importorskip("cupy", reason="needs CuPy")


@pytest.fixture
def accelerator(gpu):
    return gpu.accelerator


def test_a_stream_is_current_within_its_context(accelerator):
    stream, before = accelerator.stream(), accelerator.current_stream()
    with accelerator.use_stream(stream):
        assert accelerator.current_stream() == stream
        assert cupy.cuda.get_current_stream().ptr == stream.pointer
    assert accelerator.current_stream() == before == accelerator.default_stream()
    assert stream != before


def test_a_stream_of_cupy_is_respected(accelerator):
    with cupy.cuda.Stream(non_blocking=True) as native:
        assert accelerator.current_stream().pointer == native.ptr


def test_a_stream_chosen_for_good_stays(accelerator):
    stream, before = accelerator.stream(priority=-1), accelerator.current_stream()
    accelerator.set_stream(stream)
    try:
        assert accelerator.current_stream() == stream
    finally:
        accelerator.set_stream(before)


def test_a_stream_of_another_library_is_known_by_its_handle(accelerator):
    stream = accelerator.stream()
    other = accelerator.external_stream(stream.pointer)
    assert other == stream
    assert hash(other) == hash(stream)
    with accelerator.use_stream(other):
        assert accelerator.current_stream().pointer == stream.pointer


def test_streams_wait_for_each_other(accelerator):
    first, second = accelerator.stream(), accelerator.stream()
    with accelerator.use_stream(first):
        array = cupy.arange(1000).sum()
    second.wait_stream(first)
    with accelerator.use_stream(second):
        doubled = array * 2
    second.synchronize()
    assert second.query()
    assert int(doubled) == 999000


def test_events_keep_the_time_that_is_asked_for(accelerator):
    start, end = accelerator.event(timing=True), accelerator.event(timing=True)
    start.record()
    cupy.arange(1000).sum()
    end.record()
    end.synchronize()
    assert end.query()
    assert start.elapsed_time(end) >= 0.0


def test_events_without_time_or_without_a_mark_refuse_to_tell_it(accelerator):
    with pytest.raises(RuntimeError, match="must be recorded"):
        accelerator.event(timing=True).elapsed_time(accelerator.event(timing=True))
    mark = accelerator.current_stream().record_event()
    with pytest.raises(RuntimeError, match="enable_timing=True"):
        mark.elapsed_time(mark)


def test_an_event_that_was_never_set_is_reached(accelerator):
    event = accelerator.event()
    event.wait()
    event.synchronize()
    assert event.query()


def test_streams_and_events_belong_to_a_gpu(two):
    accelerator = two.accelerator
    stream = accelerator.stream(1)
    assert stream.device_index == 1
    with accelerator.use_stream(stream):
        assert accelerator.current() == 1
        event = stream.record_event()
    assert accelerator.current() == 0
    with pytest.raises(RuntimeError, match="Event device cuda:1 does not match"):
        event.record(accelerator.stream(0))
    accelerator.stream(0).wait_event(event)
    assert accelerator.current_stream(1) == accelerator.default_stream(1)
