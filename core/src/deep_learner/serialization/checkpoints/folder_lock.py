"""Being the only one who saves into a folder, for as long as a save takes.

The folder itself is locked (``flock``), so nothing is left in it, and the system unlocks it when a process dies.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = ["alone_in"]


@contextmanager
def alone_in(folder: Path, patience: float = 600.0) -> Generator[bool]:
    """Keep others who ask for the same out of a folder; wait while one of them is in there.

    Parameters
    ----------
    folder
        An existing one.
    patience
        For how many seconds to wait.

    Yields
    ------
    bool
        Whether nobody else is in there for certain; False where the system or the file system has no locks.

    Raises
    ------
    TimeoutError
        Another process stays in there for longer.
    """
    if fcntl is None:
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        locked = _locked(descriptor, folder, patience)
        try:
            yield locked
        finally:
            if locked:  # said aloud: a process forked meanwhile has the open folder, too
                fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, folder: Path, patience: float) -> bool:
    assert fcntl is not None
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"another process has been saving into {folder} for more than {patience:g} seconds"
                ) from None
            time.sleep(0.02)
        except OSError:  # a file system without locks
            return False
        else:
            return True
