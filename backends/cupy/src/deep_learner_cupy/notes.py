"""What kernels find wrong with values, noted without stopping the GPU.

A position out of range is seen by the kernel that reads it. Asking it at once would make the host wait for the GPU at
every lookup. So the kernel goes on with a position that exists, and notes the first wrong value in page-locked memory
of the host, which GPUs write to as well. Whoever next waits for the GPU reads the note and raises the error.

A note is four numbers: the kind of error (0 for none), the wrong value, the size that it does not fit, the dimension.
"""

from __future__ import annotations

from typing import Any

import cupy
import numpy

INDEX, PROBABILITY = 1, 2
_LENGTH = 4

# For kernels that note: `note(record, kind, value, size, dim)`.
SOURCE = """
__device__ inline void note(long long* record, long long kind, long long value, long long size, long long dim) {
  volatile long long* told = record;
  if (told[0] != 0) return;
  told[1] = value;
  told[2] = size;
  told[3] = dim;
  __threadfence_system();
  told[0] = kind;
}
// A position from 0 to size - 1; one that is none is noted, and 0 stands for it.
__device__ inline long long position(long long index, long long size, long long dim, bool negative, long long* record) {
  if (index >= 0 && index < size) return index;
  if (negative && index < 0 && index >= -size) return index + size;
  note(record, 1, index, size, dim);
  return 0;
}
"""


class _Board:
    """The page-locked memory, and the arrays by which each GPU sees it."""

    def __init__(self) -> None:
        self.memory = cupy.cuda.alloc_pinned_memory(_LENGTH * 8)
        self.seen: Any = numpy.frombuffer(self.memory, numpy.int64, _LENGTH)
        self.seen[:] = 0
        self.arrays: dict[int, cupy.ndarray] = {}

    def array(self, index: int) -> cupy.ndarray:
        array = self.arrays.get(index)
        if array is None:
            memory = cupy.cuda.UnownedMemory(self.memory.ptr, _LENGTH * 8, self.memory, index)
            array = cupy.ndarray((_LENGTH,), numpy.int64, cupy.cuda.MemoryPointer(memory, 0))
            self.arrays[index] = array
        return array


_boards: list[_Board] = []


def record() -> cupy.ndarray:
    """Where kernels on the current device note what is wrong: (4,), int64."""
    if not _boards:
        _boards.append(_Board())
    return _boards[0].array(cupy.cuda.runtime.getDevice())


def check() -> None:
    """Raise what a kernel has noted; to be called when the GPU has been waited for.

    Raises
    ------
    IndexError
        For a position out of range.
    RuntimeError
        For a probability that is none.
    """
    if _boards and _boards[0].seen[0]:
        seen = _boards[0].seen
        kind, value, size, dim = (int(number) for number in seen)
        seen[:] = 0
        if kind == PROBABILITY:
            raise RuntimeError(
                "all elements of input should be between 0 and 1 (found by binary_cross_entropy on the GPU, and told "
                "now that the host waits for it: results made since then are void)"
            )
        raise IndexError(
            f"index {value} is out of bounds for dimension {dim} with size {size} (found by the GPU, and told now that "
            "the host waits for it: results made since then are void)"
        )
