"""Work captured into graphs of CUDA, with the memory that its arrays live in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import cupy

from deep_learner_cupy import captures, products
from deep_learner_cupy.failures import explained
from deep_learner_cupy.streams import Stream


class Pool:
    """Memory for graphs alone: eager work cannot come to use what a replay writes to."""

    def __init__(self) -> None:
        self.native = cupy.cuda.MemoryPool()


class Graph:
    """Captured work.

    Parameters
    ----------
    native
        CuPy's graph.
    pool
        Its memory.
    index
        The GPU's number.
    kept
        What the work uses besides and must stay alive.
    """

    def __init__(self, native: Any, pool: Pool, index: int, kept: list[Any]) -> None:
        self._native = native
        self._pool: Pool | None = pool
        self._index = index
        self._kept = kept

    @property
    def pool(self) -> Pool:
        """The memory that its arrays live in; another capture may share it if both never run at the same time.

        Raises
        ------
        RuntimeError
            After `reset`.
        """
        if self._pool is None:
            raise RuntimeError("this graph has been reset: it has no memory any more")
        return self._pool

    def replay(self) -> None:
        """Do the work again, on the current stream.

        Raises
        ------
        RuntimeError
            After `reset`.
        """
        if self._native is None:
            raise RuntimeError("this graph has been reset: capture it anew")
        with cupy.cuda.Device(self._index):
            self._native.launch()

    def reset(self) -> None:
        """Let go of the work and of the memory."""
        self._native = self._pool = None
        self._kept = []


class Capture:
    """A capture under way, by one thread on one stream.

    Memory is allocated from the pool while it lasts, and cuBLAS works in memory from there: see `products`. The mode of
    capturing is CUDA's "relaxed" one, so that the pool may grow.
    """

    def __init__(self, stream: Stream, pool: Pool | None) -> None:
        self._stream = stream
        self._pool = Pool() if pool is None else pool
        self._contexts = ExitStack()

    def begin(self) -> None:
        """From now on, note the work given to the stream in place of doing it.

        Raises
        ------
        RuntimeError
            If the stream is the default one, or is being captured already.
        """
        if self._stream.pointer in (0, 1, 2):
            raise RuntimeError(
                "CUDA graphs must be captured on a non-default stream. (However, after capture, it's ok to replay them "
                "on the default stream.)"
            )
        with ExitStack() as contexts:
            contexts.enter_context(cupy.cuda.Device(self._stream.device_index))
            contexts.enter_context(self._stream.native)
            if captures.capturing():
                raise RuntimeError("this stream is being captured already: end that capture first")
            products.prepare()
            contexts.enter_context(cupy.cuda.using_allocator(self._pool.native.malloc))
            self._stream.native.begin_capture()
            captures.begun()
            self._contexts = contexts.pop_all()

    def end(self) -> Graph:
        """The work that was noted.

        Raises
        ------
        RuntimeError
            If something in it cannot be captured.
        """
        with self._contexts:
            kept = captures.ended()
            products.finish()
            try:
                native = self._stream.native.end_capture()
            except RuntimeError as error:
                raise explained(error) from error
        return Graph(native, self._pool, self._stream.device_index, kept)
