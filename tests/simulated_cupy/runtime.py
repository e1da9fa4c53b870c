"""`cupy.cuda.runtime`, as far as it is simulated, under its names."""

# ruff: noqa: N802

from __future__ import annotations

import threading
import time
from typing import Any

import cupy.cuda.runtime as real

from tests.simulated_cupy import capture, devices, memory, pinned
from tests.simulated_cupy.capture import Capture, EventState, StreamState, events, streams
from tests.simulated_cupy.machine import (
    CAPTURE_INVALIDATED,
    CAPTURE_UNJOINED,
    CAPTURE_UNMATCHED,
    CAPTURE_UNSUPPORTED,
    INVALID_VALUE,
    machine,
)
from tests.simulated_cupy.modules import stand_in

CAPTURED_EVENT = 907
INVALID_HANDLE = 400


def getDeviceCount() -> int:
    machine.require()
    return machine.count


def driverGetVersion() -> int:
    return machine.driver_version


def runtimeGetVersion() -> int:
    return machine.runtime_version


def _getLocalRuntimeVersion() -> int:
    return machine.runtime_version


def deviceCanAccessPeer(device: int, peer: int) -> bool:
    devices.require_device(device)
    devices.require_device(peer)
    return machine.peer_access and device != peer


def deviceGetAttribute(attrib: int, device: int) -> int:
    devices.require_device(device)
    return devices.attribute(attrib, device)


def deviceSynchronize() -> None:
    capture.synchronize()


def streamCreateWithPriority(flags: int, priority: int) -> int:
    handle = next(capture.handles)
    streams[handle] = StreamState(handle, capture.current_device(), flags, max(-5, min(0, priority)))
    return handle


def streamCreateWithFlags(flags: int) -> int:
    return streamCreateWithPriority(flags, 0)


def streamCreate() -> int:
    return streamCreateWithFlags(0)


def streamDestroy(stream: int) -> None:
    streams.pop(stream, None)


def _stream(handle: int) -> StreamState:
    machine.require()
    if handle not in streams:
        raise real.CUDARuntimeError(INVALID_HANDLE)
    return streams[handle]


def streamSynchronize(stream: int) -> None:
    capture.synchronize(_stream(stream).handle)


def streamQuery(stream: int) -> int:
    state = _stream(stream)
    if state.capture is not None:
        capture.refuse(state.capture, CAPTURE_UNSUPPORTED)
    return 0


def streamGetFlags(stream: int) -> int:
    return _stream(stream).flags


def streamGetPriority(stream: int) -> int:
    return _stream(stream).priority


def streamBeginCapture(stream: int, mode: int = capture.RELAXED) -> None:
    state = _stream(stream)
    if state.capture is not None:
        raise real.CUDARuntimeError(901 if state.capture.invalidated else 1)
    state.capture = Capture(stream, mode, threading.get_ident())


def streamEndCapture(stream: int) -> Capture:
    state = _stream(stream)
    captured = state.capture
    if captured is None:
        raise real.CUDARuntimeError(INVALID_VALUE)
    if captured.origin != stream:
        raise real.CUDARuntimeError(CAPTURE_UNMATCHED)
    for other in streams.values():
        if other.capture is captured:
            other.capture = None
    if captured.invalidated:
        raise real.CUDARuntimeError(CAPTURE_INVALIDATED)
    if captured.unjoined:
        raise real.CUDARuntimeError(CAPTURE_UNJOINED)
    return captured


def streamIsCapturing(stream: int) -> bool:
    state = _stream(stream)
    if state.capture is not None and state.capture.invalidated:
        raise RuntimeError("the stream was capturing, but an error has invalidated the capture sequence")
    return state.capture is not None


def streamWaitEvent(stream: int, event: int, flags: int = 0) -> None:
    state, awaited = _stream(stream), events[event]
    if awaited.capture is None or not any(awaited.capture is known for known in capture.captures()):
        return
    if state.capture is None:
        state.capture = awaited.capture  # the stream joins the capture
    awaited.capture.unjoined.discard(awaited.stream)


def launchHostFunc(stream: int, callback: Any, arg: Any) -> None:
    capture.launch(lambda: callback(arg), (), _stream(stream).handle)


def eventCreateWithFlags(flag: int) -> int:
    machine.require()
    handle = next(capture.handles)
    events[handle] = EventState(flag)
    return handle


def eventCreate() -> int:
    return eventCreateWithFlags(0)


def eventDestroy(event: int) -> None:
    events.pop(event, None)


def eventRecord(event: int, stream: int) -> None:
    state, recorded = _stream(stream), events[event]
    recorded.stream, recorded.capture = stream, state.capture
    recorded.time = None if state.capture is not None else time.perf_counter()


def eventQuery(event: int) -> int:
    machine.require()
    if events[event].capture is not None:
        raise real.CUDARuntimeError(CAPTURED_EVENT)
    return 0


def eventSynchronize(event: int) -> None:
    eventQuery(event)
    machine.synchronizations += 1


def eventElapsedTime(start: int, end: int) -> float:
    first, last = events[start], events[end]
    if (first.flags | last.flags) & real.eventDisableTiming or first.time is None or last.time is None:
        raise real.CUDARuntimeError(INVALID_HANDLE)
    return (last.time - first.time) * 1e3


def graphInstantiate(graph: Capture) -> Capture:
    return graph


def graphLaunch(graphExec: Capture, stream: int) -> None:
    capture.launch(graphExec.replay, [], _stream(stream).handle)


def graphUpload(graphExec: Capture, stream: int) -> None:
    _stream(stream)


def memcpy(dst: int, src: int, size: int, kind: int) -> None:
    capture.synchronize(capture.current_stream().handle)
    memory.host_bytes(dst, size)[...] = memory.host_bytes(src, size)


def memcpyAsync(dst: int, src: int, size: int, kind: int, stream: int) -> None:
    host = {real.memcpyHostToDevice: src, real.memcpyDeviceToHost: dst}.get(kind)
    if host is not None:
        memory.require_pinned_for_capture(host, _stream(stream))
    target, source = memory.host_bytes(dst, size), memory.host_bytes(src, size)
    capture.launch(lambda: target.__setitem__(..., source), (), _stream(stream).handle)


def memsetAsync(ptr: int, value: int, size: int, stream: int) -> None:
    target = memory.host_bytes(ptr, size)
    capture.launch(lambda: target.fill(value), (), _stream(stream).handle)


_host_memory: dict[int, pinned.PinnedMemory] = {}


def hostAlloc(size: int, flags: int) -> int:
    found = pinned.PinnedMemory(size, flags)
    _host_memory[found.ptr] = found
    return found.ptr


def freeHost(ptr: int) -> None:
    del _host_memory[ptr]


def hostRegister(ptr: int, size: int, flags: int) -> None:
    machine.require()
    if pinned.is_memory_pinned(ptr):
        raise real.CUDARuntimeError(712)  # cudaErrorHostMemoryAlreadyRegistered
    pinned.ranges[ptr] = size


def hostUnregister(ptr: int) -> None:
    if pinned.ranges.pop(ptr, None) is None:
        raise real.CUDARuntimeError(713)  # cudaErrorHostMemoryNotRegistered


def pointerGetAttributes(ptr: int) -> Any:
    """Kinds: 0 unknown to CUDA, 1 of the host, 2 of a device."""
    machine.require()
    if pinned.is_memory_pinned(ptr):
        return real.PointerAttributes(0, ptr, ptr, real.memoryTypeHost)
    for block in memory.known_blocks():
        if block.pointer <= ptr < block.pointer + block.size:
            return real.PointerAttributes(block.device, ptr, 0, real.memoryTypeDevice)
    return real.PointerAttributes(-1, 0, ptr, real.memoryTypeUnregistered)


def pointerGetMemoryType(ptr: int) -> int:
    return pointerGetAttributes(ptr).type


FUNCTIONS = {name: value for name, value in globals().items() if callable(value) and hasattr(real, name)} | {
    "getDevice": capture.current_device,
    "setDevice": capture.set_device,
    "getDeviceProperties": devices.properties,
    "memGetInfo": devices.memory_info,
    "PointerAttributes": real.PointerAttributes,
}
runtime = stand_in(real, FUNCTIONS)
