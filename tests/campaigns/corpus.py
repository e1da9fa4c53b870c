"""The files kept of each format: those that reach every part of its reader, and all that were ever findings.

They are in ``corpus/<format>.zip``; the names of findings begin so.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["FOLDER", "kept", "minimised", "store", "unpack"]

FOLDER = Path(__file__).with_name("corpus")
_DATE = (1980, 1, 1, 0, 0, 0)
_READERS = "deep_learner_serializers", "deep_learner_onnx", "serialization"
_SIZE = 64 << 10  # bytes of a format's files, but for findings


def kept(format: str) -> dict[str, bytes]:
    """The files of a format by name."""
    path = FOLDER / f"{format}.zip"
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpack(format: str, seeds: Iterable[bytes], folder: Path) -> None:
    """Write the files of a format and its seeds to a folder, for fuzzers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**{named(seed): seed for seed in seeds}, **kept(format)}.items():
        (folder / name).write_bytes(content)


def store(format: str, files: dict[str, bytes]) -> None:
    """Keep these files of a format; equal files make equal archives."""
    FOLDER.mkdir(exist_ok=True)
    with zipfile.ZipFile(FOLDER / f"{format}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _DATE), files[name], zipfile.ZIP_DEFLATED, 9)


def named(content: bytes) -> str:
    """A name by the content."""
    return hashlib.sha256(content).hexdigest()[:16]


def minimised(files: Iterable[bytes], judge: Callable[[bytes], Any]) -> dict[str, bytes]:
    """Of these files the few, small ones first, that together reach what all of them do."""
    reached: set[tuple[str, int, int]] = set()
    chosen: dict[str, bytes] = {}
    size = 0
    for content in sorted(set(files), key=lambda one: (len(one), one)):
        new = _reached(judge, content) - reached
        if new and size + len(content) <= _SIZE:
            reached |= new
            size += len(content)
            chosen[named(content)] = content
    return chosen


def _reached(judge: Callable[[bytes], Any], content: bytes) -> set[tuple[str, int, int]]:
    """The steps from line to line in our readers."""
    steps: set[tuple[str, int, int]] = set()

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not any(part in name for part in _READERS):
            return None
        before = frame.f_code.co_firstlineno

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            if event == "line":
                steps.add((name, before, frame.f_lineno))
                before = frame.f_lineno
            return line

        return line

    sys.settrace(trace)
    try:
        judge(content)
    finally:
        sys.settrace(None)
    return steps
