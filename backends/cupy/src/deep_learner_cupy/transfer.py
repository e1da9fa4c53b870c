"""Arrays from the host to a GPU, back, and from one GPU to another."""

from __future__ import annotations

from collections import deque
from typing import Any, NoReturn

import cupy
import cupyx

from deep_learner_cupy import captures, notes
from deep_learner_cupy.failures import CAPTURE_CURE

_LOCKED = 1  # cudaMemoryTypeHost

# Page-locked arrays that are being copied, each with the event at the copy's end.
_in_flight: deque[tuple[Any, Any]] = deque()


def to_gpu(array: Any, index: int) -> cupy.ndarray:
    """A NumPy array on a GPU, without waiting for the copy.

    A page-locked array is copied as it lies there, so it must not be changed before the copy is done; any other is
    first copied into page-locked memory.

    Raises
    ------
    RuntimeError
        While the current stream is captured, but for a 0-d array: that becomes part of the graph as a constant.
    """
    with cupy.cuda.Device(index):
        if array.ndim and captures.active():
            _refuse("values cannot come from the host while a graph is captured")
        if array.ndim and array.flags.c_contiguous and array.dtype.isnative and is_pinned(array):
            return _directly(array)
        return cupy.array(array, blocking=False)


def _directly(array: Any) -> cupy.ndarray:
    made = cupy.empty(array.shape, array.dtype)
    overwrite(made, array)
    return made


def overwrite(made: cupy.ndarray, array: Any) -> None:
    """Copy a page-locked array into one of the current GPU, without waiting; it is kept alive until that is done."""
    made.set(array)
    while _in_flight and _in_flight[0][0].done:
        _in_flight.popleft()
    _in_flight.append((cupy.cuda.get_current_stream().record(), array))


def to_host(array: cupy.ndarray) -> Any:
    """The values as a NumPy array, once the GPU has made them.

    Raises
    ------
    RuntimeError
        While the current stream is captured.
    IndexError, RuntimeError
        What kernels have noted: see `notes`.
    """
    with array.device:
        if captures.active():
            _refuse("values cannot be read while a graph is captured: there are none yet")
        values = array.get()
    notes.check()
    return values


def between(array: cupy.ndarray, index: int) -> cupy.ndarray:
    """The array on another GPU: copied from there, after what its own GPU has been given so far."""
    source = array.device
    if source.id == index:
        return array
    with source:
        array = cupy.ascontiguousarray(array).reshape(array.shape)
        ready = cupy.cuda.get_current_stream().record()
    with cupy.cuda.Device(index):
        made = cupy.empty(array.shape, array.dtype)
        stream = cupy.cuda.get_current_stream()
        stream.wait_event(ready)
        made.data.copy_from_device_async(array.data, array.nbytes, stream)
        copied = stream.record()
    with source:  # what takes over the source's memory comes after the copy
        cupy.cuda.get_current_stream().wait_event(copied)
    return made


def pinned(array: Any) -> Any:
    """The values of a NumPy array in page-locked memory."""
    made = cupyx.empty_pinned(array.shape, array.dtype)
    made[...] = array
    return made


def is_pinned(array: Any) -> bool:
    """Whether a NumPy array lies in page-locked memory."""
    if not array.size:
        return False
    return cupy.cuda.runtime.pointerGetAttributes(array.ctypes.data).type == _LOCKED


def _refuse(what: str) -> NoReturn:
    raise RuntimeError(
        f"Attempting CUDA graph capture of a copy between host and GPU: {what}. {CAPTURE_CURE}"
    )
