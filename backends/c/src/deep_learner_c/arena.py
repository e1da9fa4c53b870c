"""The memory that functions in C work in."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Any

import numpy as np

__all__ = ["Arena"]

ALIGNMENT = 64
LARGE = 1 << 25  # bytes from which the system is given the memory back that runs without a plan have left


class Arena:
    """Memory for functions of which one works at a time: as much as the largest of them needs."""

    def __init__(self) -> None:
        self._memory: Any = np.empty(0, np.uint8)

    def memory(self, nbytes: int) -> Any:
        """So many bytes; those that were given before stay where they are.

        What there is grows to twice its size at least, so that all of it is not much more than the last.
        """
        if self._memory.nbytes < nbytes:
            if nbytes > LARGE:
                _give_back()
            whole = np.empty(max(nbytes, 2 * self._memory.nbytes) + ALIGNMENT, np.uint8)
            start = -whole.ctypes.data % ALIGNMENT
            self._memory = whole[start : start + whole.nbytes - ALIGNMENT]
        return self._memory


def _give_back() -> None:
    with suppress(AttributeError):  # glibc alone has this function
        ctypes.CDLL(None).malloc_trim(0)
