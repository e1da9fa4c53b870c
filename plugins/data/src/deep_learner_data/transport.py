"""Objects over a connection between processes; large arrays go in memory that both map, and are not copied.

That memory is anonymous (Linux's ``memfd_create``): its descriptor is handed over, it has no name that could be left
behind, and the kernel frees it with the last process or tensor that uses it. Elsewhere all goes by value.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any
from weakref import WeakSet

__all__ = ["Packet", "pack", "receive"]

SMALL = 1 << 18  # bytes up to which an array goes by value: mapping costs more than copying then
ALIGNMENT = 64
KEPT = 64  # mappings alive at a time: each holds a descriptor, of which a process has about a thousand
_mappings: WeakSet[mmap.mmap] = WeakSet()


@dataclass(frozen=True)
class Packet:
    """A pickled object: by value, but for buffers of `sizes` bytes in the memory of a descriptor."""

    payload: bytes
    sizes: list[int]
    descriptor: int = -1

    def send(self, connection: Connection) -> None:
        """Send it, once."""
        try:
            connection.send(self.sizes)
            connection.send_bytes(self.payload)
            if self.sizes:
                reduction.send_handle(connection, self.descriptor, None)  # type: ignore[arg-type]
        finally:
            if self.sizes:
                os.close(self.descriptor)


def pack(value: Any) -> Packet:
    """The object as it is now, ready to be sent. Raises what pickling it raises."""
    if hasattr(os, "memfd_create"):
        buffers: list[memoryview] = []

        def by_value(buffer: pickle.PickleBuffer) -> bool:
            view = buffer.raw()
            if view.nbytes <= SMALL:
                return True
            buffers.append(view)
            return False

        payload = _pickled(value, by_value)
        if not buffers:
            return Packet(payload, [])
        try:
            return Packet(payload, [view.nbytes for view in buffers], _shared(buffers))
        except OSError:  # no memory or descriptor is left for it
            buffers.clear()
    return Packet(_pickled(value, None), [])


def receive(connection: Connection) -> Any:
    """The next object.

    Raises
    ------
    ConnectionError
        The other side has gone away.
    """
    try:
        sizes = connection.recv()
        payload = connection.recv_bytes()
        descriptor = reduction.recv_handle(connection) if sizes else -1
    except (EOFError, OSError) as error:
        raise ConnectionResetError("the other process has gone away") from error
    buffers = _mapped(descriptor, sizes) if sizes else []
    return pickle.loads(payload, buffers=buffers)


def _pickled(value: Any, by_value: Any) -> bytes:
    file = io.BytesIO()
    reduction.ForkingPickler(file, 5, True, by_value).dump(value)
    return file.getvalue()


def _offsets(sizes: Sequence[int]) -> tuple[list[int], int]:
    """Where each buffer begins, and the end of the last."""
    offsets, end = [], 0
    for size in sizes:
        offsets.append(end)
        end += -(-size // ALIGNMENT) * ALIGNMENT
    return offsets, end


def _shared(buffers: Sequence[memoryview]) -> int:
    """The descriptor of memory that holds the buffers; written, not mapped, which spares the page faults."""
    offsets, end = _offsets([view.nbytes for view in buffers])
    descriptor = os.memfd_create("deep-learner-data")
    try:
        os.truncate(descriptor, end)
        for view, offset in zip(buffers, offsets, strict=True):
            done = 0
            while done < view.nbytes:
                done += os.pwrite(descriptor, view[done:], offset + done)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _mapped(descriptor: int, sizes: Sequence[int]) -> list[memoryview]:
    """The buffers in the memory of a descriptor, which is closed; in memory of their own if many are mapped."""
    offsets, end = _offsets(sizes)
    try:
        mapping = mmap.mmap(descriptor, end, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
    finally:
        os.close(descriptor)
    if len(_mappings) < KEPT:
        _mappings.add(mapping)
        whole = memoryview(mapping)
    else:
        with mapping:
            whole = memoryview(bytearray(mapping))
    return [whole[offset : offset + size] for offset, size in zip(offsets, sizes, strict=True)]
