"""Whether a graph is being captured, asked before anything that cannot be; and what the graph must keep alive."""

from __future__ import annotations

import threading
from typing import Any

import cupy


class _State(threading.local):
    def __init__(self) -> None:
        self.kept: list[list[Any]] = []  # one list for each capture that this thread has begun and not ended


_state = _State()


def under_way() -> bool:
    """Whether this thread is capturing through Deep Learner: cheap, to be asked first."""
    return bool(_state.kept)


def begun() -> None:
    """A capture has begun."""
    _state.kept.append([])


def keep(thing: Any) -> None:
    """Keep something alive as long as the graph that is being captured."""
    _state.kept[-1].append(thing)


def ended() -> list[Any]:
    """A capture has ended; what its graph must keep alive."""
    return _state.kept.pop() if _state.kept else []


def capturing() -> bool:
    """Whether the work given to the current stream is being captured, by whomever."""
    stream = cupy.cuda.get_current_stream()
    try:
        return bool(stream.ptr) and bool(stream.is_capturing())
    except RuntimeError:  # the capture is broken: what follows cannot be part of it either
        return True


def active() -> bool:
    """Whether what is done now becomes part of a graph."""
    return under_way() and capturing()
