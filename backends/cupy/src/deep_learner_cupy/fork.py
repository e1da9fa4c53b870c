"""CUDA does not survive `fork`: a child of a process that has used it cannot, and is told so at once."""

from __future__ import annotations

import os

MESSAGE = (
    "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start "
    "method: multiprocessing.get_context('spawn')"
)


class _Process:
    watched = False
    forked = False  # CUDA was started in a parent


def watch() -> None:
    """Have children of this process know that CUDA was started before them."""
    if not _Process.watched and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_mark)
        _Process.watched = True


def _mark() -> None:
    _Process.forked = True


def is_forked() -> bool:
    """Whether this process was forked off one that had started CUDA."""
    return _Process.forked


def refuse() -> None:
    """Refuse to work in such a process.

    Raises
    ------
    RuntimeError
    """
    if _Process.forked:
        raise RuntimeError(MESSAGE)
