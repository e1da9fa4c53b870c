"""Replacing a file so that every observer, after a crash too, finds the old content or the new, whole.

The new content goes to a temporary file in the same folder (renaming is atomic within a file system only), is
forced to the disk, takes the target's name in one step, and then the folder's entry is forced to the disk.
What a killed process leaves behind is a hidden file ``.<name>.<random>.tmp`` that nobody reads.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["atomic_write"]


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """Open a file whose content becomes that of `path` when the block ends without an error.

    Parameters
    ----------
    path
        The file to replace or to create. A symbolic link stays and the file it points to is replaced. An
        existing file keeps its permission bits; a new one gets those that ``open`` would give it.

    Yields
    ------
    BinaryIO
        A file open for writing, and for reading again. If the block raises, `path` is left as it was and nothing else
        stays behind.

    Raises
    ------
    FileNotFoundError
        The folder does not exist.
    PermissionError
        An existing file is read-only, or the folder cannot be written.
    OSError
        `path` is something other than a regular file, or the disk is full.
    """
    target = Path(path).resolve()
    mode = _permissions(target)
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.tmp")
    try:
        file = temporary.open("x+b")
    except OSError as error:  # about the file that was asked for: nobody knows the temporary one
        raise OSError(error.errno, error.strerror, str(target)) from error
    try:
        with file:
            yield file
            file.flush()
            if mode is not None:
                temporary.chmod(mode)
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _permissions(target: Path) -> int | None:
    """Permission bits of the existing target, None for a new one; refuse what must not be replaced."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise FileNotFoundError(f"cannot write {target}: there is no folder {target.parent}") from None
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"cannot write {target}: it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError(f"cannot write {target}: it is not a regular file, and replacing it would remove it")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"cannot write {target}: the file is read-only")
    return stat.S_IMODE(mode)


def _sync_folder(folder: Path) -> None:
    """Force the folder's entries to the disk, where the system can (Windows cannot open a folder)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
