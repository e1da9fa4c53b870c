"""Reading the local files of data sets, compressed or not, with every length checked."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

__all__ = ["find", "open_file", "read_at_most", "read_exactly"]

_PIECE = 1 << 24


def find(root: str | Path, folders: Iterable[str], name: str) -> Path:
    """The file `name`, or ``name.gz``, in `root` or in one of its folders.

    Raises
    ------
    FileNotFoundError
        It is in none of them; the message lists where it was looked for.
    """
    places = [Path(root), *(Path(root, folder) for folder in folders)]
    candidates = [place / (name + suffix) for place in places for suffix in ("", ".gz")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(
        f"no file {name} (or {name}.gz) in {', '.join(map(str, places))}: put the data set's files there; "
        "nothing is downloaded"
    )


def open_file(path: Path) -> BinaryIO:
    """The file open for reading, decompressed if its content is gzip's."""
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path)) if compressed else path.open("rb")


def read_at_most(file: BinaryIO, count: int, path: Path) -> bytes:
    """The next `count` bytes, or as many as there are; memory is taken only for what is there.

    Raises
    ------
    ValueError
        The compressed data is damaged.
    """
    pieces: list[bytes] = []
    while count > 0:
        try:
            piece = file.read(min(count, _PIECE))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path} is damaged: its compressed data cannot be read ({error})") from None
        if not piece:
            break
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def read_exactly(file: BinaryIO, count: int, path: Path, what: str) -> bytes:
    """The next `count` bytes.

    Raises
    ------
    ValueError
        There are fewer, or the compressed data is damaged.
    """
    content = read_at_most(file, count, path)
    if len(content) < count:
        raise ValueError(f"{path} is truncated: {what} takes {count} bytes, and {len(content)} are there")
    return content
