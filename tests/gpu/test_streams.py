"""Streams and events, and that the host does not wait for the device."""

from __future__ import annotations

import threading
import time

import pytest

import deep_learner as dl
from deep_learner import cuda


def test_work_on_a_stream_is_done_when_it_says_so(device: dl.Device) -> None:
    x = dl.ones(1000, device=device)
    stream = cuda.Stream()
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        assert cuda.current_stream() == stream
        y = (x * 2).sum()
    assert cuda.current_stream() == cuda.default_stream()
    stream.synchronize()
    assert stream.query()
    assert y.item() == 2000.0


def test_a_backward_on_a_stream_gives_the_gradients(device: dl.Device) -> None:
    x = dl.full((100,), 3.0, device=device, requires_grad=True)
    stream = cuda.Stream()
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        (x * x).sum().backward()
    cuda.current_stream().wait_stream(stream)
    assert x.grad.tolist() == [6.0] * 100


def test_events_order_streams_and_measure_time(device: dl.Device) -> None:
    start, end = (cuda.Event(enable_timing=True) for _ in range(2))
    first, second = cuda.Stream(), cuda.Stream()
    first.wait_stream(cuda.current_stream())
    with cuda.stream(first):
        start.record()
        x = dl.ones(512, 512, device=device)
        for _ in range(10):
            x = x @ x / 512
        end.record()
    second.wait_event(end)
    with cuda.stream(second):
        total = x.sum()
    second.synchronize()
    assert end.query()
    assert total.item() == 512 * 512
    assert start.elapsed_time(end) >= 0.0


def test_an_event_without_timing_tells_no_time(device: dl.Device) -> None:
    start, end = cuda.Event(), cuda.Event()
    start.record()
    end.record()
    end.synchronize()
    with pytest.raises((RuntimeError, ValueError)):
        start.elapsed_time(end)


def test_a_stream_of_another_library_is_used_by_its_handle(device: dl.Device) -> None:
    stream = cuda.Stream()
    other = cuda.ExternalStream(stream.cuda_stream)
    assert other == stream
    other.wait_stream(cuda.current_stream())
    with cuda.stream(other):
        assert cuda.current_stream().cuda_stream == stream.cuda_stream
        x = dl.ones(3, device=device) + 1
    other.synchronize()
    assert x.tolist() == [2.0, 2.0, 2.0]


def test_a_thread_has_its_own_current_stream(device: dl.Device) -> None:
    found = []
    stream = cuda.Stream()
    with cuda.stream(stream):
        thread = threading.Thread(target=lambda: found.append(cuda.current_stream() == cuda.default_stream()))
        thread.start()
        thread.join()
        assert cuda.current_stream() == stream
    assert found == [True]


@pytest.mark.hardware
def test_a_long_chain_returns_before_it_is_done(device: dl.Device) -> None:
    x = dl.full((4096, 4096), 1 / 4096, device=device, requires_grad=True)

    def chain() -> None:
        y = x
        for _ in range(50):
            y = y @ x
        y.sum().backward()

    chain()  # libraries are loaded
    cuda.synchronize()
    end = cuda.Event()
    begin = time.perf_counter()
    chain()
    end.record()
    returned, done = time.perf_counter() - begin, end.query()
    cuda.synchronize()
    finished = time.perf_counter() - begin
    assert not done
    assert returned < finished / 2
