"""Readers and savers with faults, which the campaigns must find: ``python -m tests.campaigns.planted FOLDER``.

Prints what the judge says of each faulty reader, and which trials each faulty saver fails, as JSON.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import deep_learner as dl
from deep_learner import hookimpl
from deep_learner.plugins import host
from deep_learner.serialization import SerializationError, Serializer
from tests.campaigns.formats import Format, scrambled
from tests.campaigns.judging import Judge
from tests.campaigns.saves import SAVES, Save, number_of, value
from tests.campaigns.trials import TRIALS


class Faulty(Serializer):
    """Does what the file says."""

    @staticmethod
    def recognises(head: bytes) -> bool:
        """Only by its name."""
        return False

    def write(self, value: Any, file: BinaryIO) -> None:
        """Nothing is written."""

    def read(self, file: BinaryIO) -> Any:
        """Do it."""
        what = file.read().decode()
        if what == "refuse":
            raise SerializationError("what it says is wrong")
        if what == "unchecked":
            return {}["key"]
        if what == "short":
            raise SerializationError("bad")
        if what == "error":
            raise OSError(5, "of the disk")
        if what == "other file":
            return Path(__file__).read_text(encoding="utf-8")
        if what == "write":
            Path(file.name).write_bytes(b"changed")
        if what == "compile":
            return compile("1 + 1", "file", "eval")
        if what == "process":
            return subprocess.run(["true"], check=True)
        if what == "connection":
            return socket.socket().close()
        if what == "import":
            with suppress(ImportError):
                __import__("this_is_nowhere")
        if what == "huge":
            return np.empty(1 << 32, np.uint8)
        if what == "large":
            return bytes(64 << 20)
        if what == "slow":
            end = time.process_time() + 1.5
            while time.process_time() < end:
                pass
        return {"a": dl.ones(2)}


READERS = ("refuse", "value", "unchecked", "short", "error", "other file", "write", "compile", "process", "connection",
           "import", "huge", "large", "slow")  # fmt: skip


class Plugin:
    """Registers the faulty reader."""

    @hookimpl
    def register_serializers(self, register: Any) -> None:
        """Under its name."""
        register("faulty", Faulty, suffixes=(".faulty",))


def readers(folder: Path) -> dict[str, str]:
    """What the judge says of each."""
    host().add(Plugin(), distribution="planted")
    form = Format("faulty", ".faulty", lambda: iter([b"value"]), scrambled)
    said = {}
    for name, measure in [(name, False) for name in READERS if name != "large"] + [("large", True)]:
        place = folder / name
        place.mkdir()
        said[name] = Judge(form, place, measure=measure).judge(name.encode()).kind
    return said


def in_place(folder: Path, number: int) -> None:
    """Not aside."""
    with (folder / "model.npz").open("wb") as file:
        dl.save(value(number), file, format="npz")


def in_two_files(folder: Path, number: int) -> None:
    """Each whole, and not both."""
    dl.save(value(number), folder / "model.npz")
    dl.save(value(number), folder / "model-too.npz")


def over_others(folder: Path, number: int) -> None:
    """A file of somebody else, too."""
    dl.save(value(number), folder / "model.npz")
    (folder / "notes.txt").write_text(str(number))


def load_two(folder: Path) -> int:
    """The number of both files."""
    numbers = {number_of(dl.load(folder / name)) for name in ("model.npz", "model-too.npz")}
    assert len(numbers) == 1, numbers
    return numbers.pop()


SAVERS = {
    "in place": SAVES["npz"]._replace(save=in_place),
    "in two files": Save(in_two_files, load_two, ("model*.npz",), "npz"),
    "over others": SAVES["npz"]._replace(save=over_others),
}


def savers(folder: Path) -> dict[str, list[str]]:
    """The trials that each fails."""
    failed: dict[str, list[str]] = {}
    for name, save in SAVERS.items():
        for trial in ("killed", "crowded", "limited"):
            try:
                TRIALS[trial](
                    save, folder / f"{name} {trial}", 3 if trial == "crowded" else 30, random.Random(0)
                )
            except Exception:
                failed.setdefault(name, []).append(trial)
    return failed


if __name__ == "__main__":
    print(json.dumps({"readers": readers(Path(sys.argv[1])), "savers": savers(Path(sys.argv[1]))}))
