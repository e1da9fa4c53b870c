"""Reads one file and says what became of it: a value, a refusal in one clear error, or a finding.

Where the system allows, memory is limited while a file is read; every opened file, import, compiled text, process and
connection is seen through Python's audit hooks, and all but the file itself is a finding.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
import tracemalloc
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import deep_learner as dl
from deep_learner.serialization import SerializationError, leaves, open_file
from tests.campaigns.formats import Format
from tests.campaigns.oracles import ORACLES

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["FINDINGS", "Judge", "Verdict"]

SECONDS = 1.0  # of the processor, for files of some kilobytes
_MEMORY = 96 << 20  # beyond what the process has: a fixed part, for all formats
_TIMES = 100  # ... and so many times the file
_MEASURED = 24 << 20, 16  # the same, where it is measured to the byte
# Values that no list of paths can show are loaded, and cannot be opened.
_NOT_OPENED = "nested more than", "no list of paths can be made"
_TOUCHED = 1 << 20
# What Python does by itself, and what looks at things without changing any.
_HARMLESS = ("sys._getframe", "object.__getattr__", "builtins.id", "array.__new__",
             "sys.unraisablehook", "gc.", "cpython.")  # fmt: skip
FINDINGS = ("error", "message", "audit", "time", "memory", "difference", "death")


class Verdict(NamedTuple):
    """What became of a file: ``"value"``, ``"refused"`` or one of `FINDINGS`, and what there is to say of it."""

    kind: str
    detail: str = ""


class Judge:
    """The judge of one format's files; one for a process.

    Parameters
    ----------
    form
        The format.
    folder
        An empty folder of the judge's own.
    limits
        Whether memory is limited in the whole process while a file is read.
    measure
        Whether memory is measured to the byte, which takes time.
    """

    def __init__(self, form: Format, folder: Path, *, limits: bool = True, measure: bool = False) -> None:
        self.form = form
        self.path = folder / f"file{form.suffix}"
        self.beside = form.beside()
        for name, content in self.beside.items():
            (folder / name).write_bytes(content)
        self.folder = folder.resolve()
        self.measure = measure
        self.watching = False
        self.seen: list[str] = []
        self.table = os.open("/proc/self/statm", os.O_RDONLY) if limits and sys.platform == "linux" else None
        repr(dl.zeros(1))  # what is imported on first use is imported now
        for seed in form.seeds():
            self.write(seed)
            self.outcome()
        sys.addaudithook(self.audit)

    def write(self, content: bytes) -> None:
        """Make it the file; an older one that a value may still show goes on to exist without a name."""
        self.path.unlink(missing_ok=True)
        self.path.write_bytes(content)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what the process does."""
        if not self.watching or event.startswith((*_HARMLESS, *self.form.events)):
            return
        if event in ("open", "mmap.__new__", "os.listdir", "os.scandir") and self.is_ours(event, arguments):
            return
        self.seen.append(f"{event} {str(arguments)[:200]}")

    def is_ours(self, event: str, arguments: tuple[Any, ...]) -> bool:
        """Whether an event is about the files that were given: opened to be read, or mapped without writing."""
        if event == "mmap.__new__":
            return True
        path, _, flags = (*arguments, None, 0)[:3]
        if isinstance(path, int):
            return True
        reading = event == "open" and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        return reading and Path(os.fsdecode(path)).resolve().parent == self.folder

    def judge(self, content: bytes) -> Verdict:
        """Read a file of this content in every way."""
        self.write(content)
        self.limit(_MEMORY + _TIMES * len(content))
        self.seen, self.watching = [], True
        if self.measure:
            tracemalloc.start()
        start = time.process_time()
        try:
            verdict = self.outcome(content)
        finally:
            seconds = time.process_time() - start
            self.watching = False
            peak = tracemalloc.get_traced_memory()[1] if self.measure else 0
            tracemalloc.stop()
            self.limit(None)
        if verdict.kind in FINDINGS:
            return verdict
        if self.seen:
            return Verdict("audit", "; ".join(self.seen[:4]))
        if seconds > SECONDS * (20 if self.measure else 1):
            return Verdict("time", f"{seconds:.1f} s")
        constant, times = _MEASURED
        if peak > constant + times * len(content):
            return Verdict("memory", f"{peak >> 20} MiB for {len(content)} bytes")
        return verdict

    def limit(self, more: int | None) -> None:
        """Limit the process to what it has and `more` bytes; None ends that."""
        if self.table is None:
            return
        soft = resource.RLIM_INFINITY
        if more is not None:
            soft = int(os.pread(self.table, 64, 0).split()[0]) * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (soft, resource.getrlimit(resource.RLIMIT_AS)[1]))

    def outcome(self, content: bytes | None = None) -> Verdict:
        """Load the file that is there, open it, and hold both against each other and against others' readers."""
        loaded, value = self.attempt(partial(dl.load, self.path, format=self.form.serializer))
        if loaded.kind in FINDINGS:
            return loaded
        opened, tensors = self.attempt(self.every_tensor)
        if opened.kind in FINDINGS:
            return opened
        if loaded.kind == "value":
            touch(value)
            too_many = any(words in opened.detail for words in _NOT_OPENED)
            if not too_many and opened.kind != "value":
                return Verdict("difference", f"load reads it, open_file does not: {opened.detail}")
        for options in self.form.variants:
            other, value = self.attempt(partial(dl.load, self.path, format=self.form.serializer, **options))
            if other.kind in FINDINGS:
                return Verdict(other.kind, f"with {options}: {other.detail}")
            if other.kind == "value":
                touch(value)
        oracle = ORACLES.get(self.form.serializer)
        if oracle is None or content is None:
            return loaded
        differs = oracle(content, loaded.kind == "value", tensors, loaded.detail)
        return loaded if differs is None else Verdict("difference", differs)

    def every_tensor(self) -> dict[str, dl.Tensor]:
        """All tensors of the file, opened."""
        with open_file(self.path, format=self.form.serializer) as file:
            tensors = {name: file[name] for name in file}
            for name, info in file.tensors.items():
                if tuple(tensors[name].shape) != info.shape:
                    raise AssertionError(f"{name!r} was said to have the shape {info.shape}")
            touch(tensors)
            return tensors

    def attempt(self, read: Any) -> tuple[Verdict, Any]:
        """What reading gives, and the value."""
        try:
            return Verdict("value"), read()
        except SerializationError as error:
            return self.refusal(error), None
        except MemoryError as error:
            return Verdict("memory", _at(error)), None
        except BaseException as error:
            return Verdict("error", f"{type(error).__name__}: {str(error)[:200]} {_at(error)}"), None

    def refusal(self, error: SerializationError) -> Verdict:
        """A refusal is clear: it names the file and the format, and a check of ours said what is wrong."""
        message = str(error)
        said = message.partition(": ")[2]
        if (
            self.path.name not in message
            or self.form.serializer not in message
            or len(said) < 8
            or len(message) > 2000
        ):
            return Verdict("message", message[:300])
        cause = error.__cause__
        if not isinstance(cause, SerializationError):
            return Verdict("message", f"nothing checked this: {message[-200:]} {_at(cause or error)}")
        return Verdict("refused", message)


def touch(value: Any) -> None:
    """Read every element there is, as far as that is quickly done: memory that is none would end the process."""
    with suppress(SerializationError):  # of values that no list of paths can show
        for _, item in leaves(value):
            if isinstance(item, dl.Tensor) and 0 < item.numel() * item.itemsize <= _TOUCHED:
                item = item.to_dense() if item.is_sparse else item
                np.asarray(item.detach().numpy()).tobytes()


def _at(error: BaseException) -> str:
    """Where it was raised: the last place, which tells findings apart."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
