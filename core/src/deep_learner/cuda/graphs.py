"""CUDA graphs: work that is noted once and then done again with a single call."""

from __future__ import annotations

import gc
from types import TracebackType
from typing import Any

from .devices import accelerator, current_device, synchronize
from .graphed import make_graphed_callables
from .memory import empty_cache
from .streams import Stream

__all__ = [
    "CUDAGraph",
    "graph",
    "graph_pool_handle",
    "is_current_stream_capturing",
    "make_graphed_callables",
]


class _Pool:
    """A pool that several graphs will share, made by the first of them."""

    native: Any = None


def graph_pool_handle() -> _Pool:
    """A token by which several graphs share the memory of their arrays: pass it as `pool` to each capture."""
    return _Pool()


def is_current_stream_capturing() -> bool:
    """Whether work is being noted rather than done; False without a device."""
    from .devices import is_available

    return is_available() and accelerator().capturing()


class CUDAGraph:
    """Captured work of one device.

    While it is captured nothing is computed; `replay` does all of it, reading and writing the very memory that was
    used. So what a captured step reads must be written in place before each replay: ``static_input.copy_(batch)``.

    Examples
    --------
    >>> g = CUDAGraph()
    >>> with graph(g):
    ...     static_output = model(static_input)
    >>> static_input.copy_(batch)
    >>> g.replay()
    """

    def __init__(self, keep_graph: bool = False) -> None:
        self._capture: Any = None
        self._graph: Any = None
        self._shared: _Pool | None = None

    def capture_begin(self, pool: Any = None, capture_error_mode: str = "global") -> None:
        """Note the work given to the current stream from now on.

        Parameters
        ----------
        pool
            What `graph_pool_handle` or another graph's `pool` gave: memory to share with that.
        capture_error_mode
            Accepted for PyTorch's sake: what cannot be captured is refused in this thread alone.

        Raises
        ------
        RuntimeError
            If there is no device, this graph has work already, a capture is under way, or the current stream is the
            default one, which cannot be captured.
        """
        if self._graph is not None or self._capture is not None:
            raise RuntimeError(
                "This CUDAGraph instance already owns a captured graph; reset() it, or make another"
            )
        if capture_error_mode not in ("global", "thread_local", "relaxed"):
            raise RuntimeError(
                f"Unknown capture error mode. Expected `global`, `thread_local`, or `relaxed`, got {capture_error_mode}"
            )
        there = accelerator()
        if there.capturing():
            raise RuntimeError("a capture is under way on this stream already: graphs cannot be nested")
        self._shared = pool if isinstance(pool, _Pool) else None
        capture = there.capture(
            there.current_stream(), self._shared.native if self._shared is not None else pool
        )
        capture.begin()
        self._capture = capture

    def capture_end(self) -> None:
        """End the capture; the work can be replayed from now on.

        Raises
        ------
        RuntimeError
            If none is under way, or something in it could not be captured.
        """
        if self._capture is None:
            raise RuntimeError("capture_end() without capture_begin()")
        capture, self._capture = self._capture, None
        self._graph = capture.end()
        if self._shared is not None:
            self._shared.native = self._graph.pool

    def replay(self) -> None:
        """Do the captured work, on the current stream.

        Raises
        ------
        RuntimeError
            If nothing has been captured.
        """
        if self._graph is None:
            raise RuntimeError("Called CUDAGraph::replay without a preceding successful capture.")
        self._graph.replay()

    def reset(self) -> None:
        """Let go of the work and of its memory."""
        if self._graph is not None:
            self._graph.reset()
        self._graph = None

    def pool(self) -> Any:
        """The memory of its arrays, for other captures to share.

        Raises
        ------
        RuntimeError
            If nothing has been captured.
        """
        if self._graph is None:
            raise RuntimeError("Called CUDAGraph::pool() without a preceding successful capture.")
        return self._graph.pool


class graph:  # PyTorch's name
    """Captures the work of a ``with`` block into a `CUDAGraph`.

    Run the block a few times before, on a stream of its own: what is set up at a first call (gradients, an
    optimizer's state, libraries) must be there.

    Parameters
    ----------
    cuda_graph : CUDAGraph
    pool : optional
        Memory to share: see `CUDAGraph.capture_begin`.
    stream : Stream, optional
        What to capture on; a stream kept for captures by default.
    capture_error_mode : str
        Accepted for PyTorch's sake.

    Raises
    ------
    RuntimeError
        If something in the block cannot be captured: a value was read, or data came from the host's memory (random
        numbers do). The error says which, and the graph stays empty.
    """

    default_capture_stream: Stream | None = None

    def __init__(
        self, cuda_graph: CUDAGraph, pool: Any = None, stream: Stream | None = None,
        capture_error_mode: str = "global",
    ) -> None:  # fmt: skip
        self.cuda_graph = cuda_graph
        self.pool = pool
        self.capture_stream = stream
        self.capture_error_mode = capture_error_mode

    def __enter__(self) -> None:
        synchronize()
        gc.collect()
        empty_cache()
        if self.capture_stream is None:
            default = graph.default_capture_stream
            if default is None or default.device.index != current_device():
                default = graph.default_capture_stream = Stream()
            self.capture_stream = default
        self.capture_stream.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self.capture_stream.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        assert self.capture_stream is not None
        try:
            self.cuda_graph.capture_end()
        except Exception:
            if error is None:  # else the block's own error says more
                raise
        finally:
            self.capture_stream.__exit__(kind, error, where)
        if error is not None:
            self.cuda_graph.reset()
