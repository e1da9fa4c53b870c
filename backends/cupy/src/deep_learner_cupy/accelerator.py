"""GPUs and what they work through: devices, streams, events and graphs, as `deep_learner.cuda` shows them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.backends import Accelerator, DeviceProperties
from deep_learner_cupy import captures, fork, streams
from deep_learner_cupy.graphs import Capture, Pool
from deep_learner_cupy.streams import Event, Stream

if TYPE_CHECKING:
    from collections.abc import Generator


class CupyAccelerator(Accelerator):
    """The GPUs that CUDA sees."""

    name = "CuPy"

    def __init__(self) -> None:
        self._count = cupy.cuda.runtime.getDeviceCount()
        self._peaks: dict[int, _Peak] = {}
        self._for_captures: dict[int, Stream] = {}

    def count(self) -> int:
        return self._count

    def current(self) -> int:
        fork.refuse()
        return cupy.cuda.runtime.getDevice()

    def use(self, index: int) -> None:
        self._device(index).use()

    def _device(self, index: int | None) -> Any:
        """CuPy's device of an index, the current one for None."""
        fork.refuse()
        if index is None:
            return cupy.cuda.Device()
        if not 0 <= index < self._count:
            raise RuntimeError(f"CUDA error: invalid device ordinal: {index}; CUDA sees {self._count} GPU(s)")
        return cupy.cuda.Device(index)

    def properties(self, index: int | None = None) -> DeviceProperties:
        found = cupy.cuda.runtime.getDeviceProperties(self._device(index).id)
        name = found["name"]
        return DeviceProperties(
            name.decode() if isinstance(name, bytes) else name,
            found["major"],
            found["minor"],
            found["totalGlobalMem"],
            found["multiProcessorCount"],
        )

    def empty_cache(self) -> None:
        """Give unused memory of the current GPU back; to ask the others would start those that are not in use."""
        self._device(None)
        cupy.get_default_memory_pool().free_all_blocks()
        cupy.get_default_pinned_memory_pool().free_all_blocks()

    def peak(self, index: int | None = None) -> int:
        index = self._device(index).id
        if index not in self._peaks:
            raise RuntimeError(
                "CuPy keeps no record of the memory's peak unless it is asked to: call reset_peak_memory_stats() where "
                "the record shall begin"
            )
        return self._peaks[index].bytes

    def reset_peak(self, index: int | None = None) -> None:
        device = self._device(index)
        if device.id not in self._peaks:
            self._peaks[device.id] = _Peak(device.id)
            self._peaks[device.id].__enter__()  # for good: allocations of this thread are noted from now on
        with device:
            self._peaks[device.id].bytes = cupy.get_default_memory_pool().used_bytes()

    def stream(self, index: int | None = None, priority: int = 0) -> Stream:
        with self._device(index) as device:
            return Stream(cupy.cuda.Stream(non_blocking=True, priority=priority), device.id)

    def external_stream(self, pointer: int, index: int | None = None) -> Stream:
        with self._device(index) as device:
            return Stream(streams.foreign(pointer, device.id), device.id)

    def current_stream(self, index: int | None = None) -> Stream:
        return streams.current(self._device(index).id)

    def default_stream(self, index: int | None = None) -> Stream:
        return streams.default(self._device(index).id)

    @contextmanager
    def use_stream(self, stream: Stream) -> Generator[Stream, None, None]:
        with self._device(stream.device_index), stream.native:
            yield stream

    def set_stream(self, stream: Stream) -> None:
        self._device(stream.device_index).use()
        stream.native.use()

    def event(self, timing: bool = False, blocking: bool = False) -> Event:
        fork.refuse()
        return Event(timing, blocking)

    def capture(self, stream: Stream | None = None, pool: Pool | None = None) -> Capture:
        if stream is None:
            index = self.current()
            # One for all captures of a GPU: the memory of a pool is divided by streams.
            if index not in self._for_captures:
                self._for_captures[index] = self.stream(index)
            stream = self._for_captures[index]
        return Capture(stream, pool)

    def capturing(self) -> bool:
        return not fork.is_forked() and captures.capturing()

    def pool(self) -> Pool:
        """Memory that several captures may share."""
        return Pool()


_MemoryHook: Any = cupy.cuda.MemoryHook


class _Peak(_MemoryHook):
    """Notes the most bytes that arrays of a GPU have held, after each allocation."""

    def __init__(self, index: int) -> None:
        self.name = f"deep_learner_peak_{index}"  # CuPy tells hooks apart by their names
        self.bytes = 0
        self._index = index

    def malloc_postprocess(self, **kwargs: Any) -> None:
        if kwargs["device_id"] == self._index:
            self.bytes = max(self.bytes, cupy.get_default_memory_pool().used_bytes())
