"""What is done to processes that save: killed, starved of disk, set against each other, kept from writing.

Each trial forks processes that save, and checks what it finds in the folder; an AssertionError says what is wrong. The
process must have one thread.
"""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.campaigns.saves import Save

__all__ = ["TRIALS", "crowded", "killed", "limited", "mounted", "read_only"]

_NOBODY = 65534


class Shared:
    """Two numbers that processes share: of the save that was begun, and of the one that was finished."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, 16)

    def set(self, place: int, number: int) -> None:
        """Write one."""
        struct.pack_into("<q", self.memory, 8 * place, number)

    def get(self, place: int) -> int:
        """Read one."""
        return struct.unpack_from("<q", self.memory, 8 * place)[0]


def forked(work: Callable[[], Any]) -> int:
    """Start a process that does something; its exit status is 0 if that raised nothing."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.stderr.flush()
        os._exit(status)


def content(folder: Path, save: Save) -> dict[str, str]:
    """The files that can be seen and are not the save's own, by name, with what identifies their content."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if not path.name.startswith(".") and not save.owns(path.name)
    }


def prepared(folder: Path, save: Save) -> dict[str, str]:
    """Make the folder, with files of others in it."""
    folder.mkdir(parents=True, exist_ok=True)
    save.prepare(folder)
    for name in ("notes.txt", "model", f"{save.names[0].replace('*', '')}.old"):
        (folder / name).write_bytes(b"of somebody else")
    return content(folder, save)


def clean(folder: Path) -> int:
    """Remove what killed processes left behind: hidden files, which nobody reads; how many there were."""
    left = [path for path in folder.iterdir() if path.name.startswith(".") and path.name.endswith(".tmp")]
    for path in left:
        path.unlink()
    return len(left)


def killed(save: Save, folder: Path, times: int, chance: random.Random) -> dict[str, int]:
    """Kill processes at random moments: by the clock, and between two calls of functions."""
    others = prepared(folder, save)
    last = 1
    save.save(folder, last)
    start = time.perf_counter()
    save.save(folder, last := last + 1)
    duration = time.perf_counter() - start
    calls = _counted(lambda: save.save(folder, last + 1))
    last += 1
    found = {"kills": 0, "old": 0, "new": 0, "saves": last, "left": 0}
    for trial in range(times):
        shared = Shared()
        shared.set(1, last)
        at = chance.randrange(1, calls + 1) if trial % 2 else None

        def work(shared: Shared = shared, at: int | None = at, last: int = last) -> None:
            number, parent = last, os.getppid()
            if at is not None:
                _kill_at(at)
            while os.getppid() == parent:
                number += 1
                shared.set(0, number)
                save.save(folder, number)
                shared.set(1, number)

        process = forked(work)
        if at is None:
            while not shared.get(0):
                time.sleep(0)
            time.sleep(chance.uniform(0, 3 * duration))
            os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
        assert os.WIFSIGNALED(status), f"the process ended by itself, with {status}"
        begun, finished, number = shared.get(0), shared.get(1), save.load(folder)
        assert number in (finished, begun), (
            f"the file is of save {number}; finished was {finished}, begun {begun}"
        )
        assert content(folder, save) == others, f"other files changed: {content(folder, save)}"
        found["kills"] += 1
        found["new" if number == begun else "old"] += 1
        found["saves"] += finished - last
        found["left"] += clean(folder)
        last = max(number, finished)
    return found


def _counted(work: Callable[[], Any]) -> int:
    """How many calls of functions something makes."""
    count = 0

    def profile(*_: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _kill_at(count: int) -> None:
    """Have this process kill itself at a call of a function, or a return from one, from now on."""

    def profile(*_: Any) -> None:
        nonlocal count
        count -= 1
        if not count:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(profile)


def crowded(save: Save, folder: Path, times: int, chance: random.Random) -> dict[str, int]:
    """Two processes save under one path, and a third always reads a whole value."""
    others = prepared(folder, save)
    if not save.several:
        return {}
    save.save(folder, 1)
    end = time.monotonic() + times / 10

    def work() -> None:
        number = os.getpid()
        while time.monotonic() < end:
            save.save(folder, number := number + 1)

    writers = [forked(work) for _ in range(2)]
    reads, numbers = 0, set[int]()
    try:
        while time.monotonic() < end:
            numbers.add(save.load(folder))
            reads += 1
    finally:
        ended = [os.waitpid(writer, 0)[1] for writer in writers]
    assert ended == [0, 0], "a process that saved failed"
    save.load(folder)
    assert content(folder, save) == others
    assert clean(folder) == 0, "something was left behind"
    return {"reads": reads, "values seen": len(numbers)}


def limited(save: Save, folder: Path, times: int, chance: random.Random) -> dict[str, int]:
    """No file may grow beyond a size, at which the system refuses to write on, as on a full disk."""
    others = prepared(folder, save)
    save.save(folder, 1)
    size = max(path.stat().st_size for path in folder.iterdir() if path.is_file())

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = chance.randrange(size)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        refused(lambda: save.save(folder, 2), errno.EFBIG)

    return _unchanged(save, folder, others, work, times, chance)


def refused(work: Callable[[], Any], *numbers: int) -> None:
    """Something that must fail with an error of the system."""
    try:
        work()
    except OSError as error:
        if error.errno not in (*numbers, None):
            raise
    else:
        raise AssertionError("it was not refused")


def _unchanged(
    save: Save,
    folder: Path,
    others: dict[str, str],
    work: Callable[[], None],
    times: int,
    chance: random.Random,
) -> dict[str, int]:
    """Have processes fail at a save; the first value stays, and nothing else."""
    for _ in range(times):
        chance.random()
        before = {path.name for path in folder.iterdir()}
        assert os.waitpid(forked(work), 0)[1] == 0, "the save did not fail as it should"
        assert save.load(folder) == 1
        assert content(folder, save) == others
        assert {path.name for path in folder.iterdir()} == before, "something was left behind"
    return {"failed saves": times}


@contextmanager
def mounted(folder: Path, size: int) -> Iterator[None]:
    """A file system of its own in a folder, as large as said; PermissionError where nobody may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise PermissionError("there is no mount") from None
    if done.returncode:
        raise PermissionError(done.stderr.decode(errors="replace").strip())
    try:
        yield
    finally:
        # Lazily: a process that reads a file may take a moment longer to end.
        subprocess.run(["umount", "--lazy", folder], check=True)


def full(save: Save, folder: Path, times: int, chance: random.Random) -> dict[str, int]:
    """The disk is full: a small one that is filled more each time."""
    try:
        with mounted(folder, 4 << 20):
            others = prepared(folder, save)
            save.save(folder, 1)
            filling = folder / ".filling"

            def work() -> None:
                refused(lambda: save.save(folder, 2), errno.ENOSPC)

            found = {"failed saves": 0}
            for _ in range(times):
                filling.write_bytes(b"")
                free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
                filling.write_bytes(bytes(free - chance.randrange(1 << 17)))
                found["failed saves"] += _unchanged(save, folder, others, work, 1, chance)["failed saves"]
            return found
    except PermissionError as error:
        return {f"left out: {error}": 1}


def read_only(save: Save, folder: Path, times: int, chance: random.Random) -> dict[str, int]:
    """The folder cannot be written."""
    others = prepared(folder, save)
    save.save(folder, 1)

    def work() -> None:
        if os.geteuid() == 0:  # who may write everything
            with suppress(OSError):
                os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        refused(lambda: save.save(folder, 2), errno.EACCES, errno.EPERM)

    readable = [*reversed(folder.resolve().parents)][1:]
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o005 == 0o005 for parent in readable):
        return {"left out: root may write, and nobody else may see the folder": 1}
    folder.chmod(0o555)
    try:
        return _unchanged(save, folder, others, work, min(times, 3), chance)
    finally:
        folder.chmod(0o755)


TRIALS: dict[str, Callable[[Save, Path, int, random.Random], dict[str, int]]] = {
    "killed": killed,
    "crowded": crowded,
    "limited": limited,
    "full": full,
    "read_only": read_only,
}
