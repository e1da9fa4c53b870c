"""Parts of a file, read where they lie into memory of their own, or shown."""

from __future__ import annotations

import io
import mmap
from threading import Lock
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from deep_learner.serialization import SerializationError

__all__ = ["Regions", "is_on_disk", "map_privately"]


def is_on_disk(file: BinaryIO) -> bool:
    """Whether what is read from the file is what its descriptor has: not so of files that are unpacked meanwhile."""
    return isinstance(getattr(file, "raw", file), io.FileIO)


def map_privately(file: BinaryIO) -> mmap.mmap:
    """The file in memory; changes stay there.

    Raises
    ------
    SerializationError
        It is none of the operating system's.
    """
    if not is_on_disk(file):
        raise SerializationError("only a file on the disk is mapped into memory: leave out mmap=True")
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)


class Regions:
    """Reads parts of a file; threads may do so side by side, though the file has one position.

    Parameters
    ----------
    file
        Open for reading.
    mapped
        Whether parts show the file, mapped into memory, rather than memory of their own; changes stay in memory.
    """

    def __init__(self, file: BinaryIO, mapped: bool = False) -> None:
        self.file = file
        self.lock = Lock()
        self.map = map_privately(file) if mapped else None

    def read(self, start: int, nbytes: int) -> npt.NDArray[np.uint8]:
        """So many bytes from a place on, which the caller has found to be in the file.

        Raises
        ------
        SerializationError
            The file has become shorter since.
        """
        if self.map is not None:
            return np.frombuffer(self.map, np.uint8, nbytes, start)
        content = np.empty(nbytes, np.uint8)
        with self.lock:
            self.file.seek(start)
            received = self.file.readinto(content.data)  # type: ignore[attr-defined]
        if received != nbytes:
            raise SerializationError(f"the file ended after {received} of a tensor's {nbytes} bytes")
        return content
