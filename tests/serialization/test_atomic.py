"""Replacing a file: whatever happens, the old content or the new one is there, whole."""

from __future__ import annotations

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deep_learner.serialization import atomic_write

OLD, NEW = b"old" * 1000, b"new" * 2000
posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links and signals of POSIX")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(OLD)
    return path


def replace(path, content=NEW):
    with atomic_write(path) as file:
        file.write(content)


def test_a_new_file_has_the_content_written(tmp_path):
    replace(tmp_path / "new.bin")
    assert (tmp_path / "new.bin").read_bytes() == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["new.bin"]


def test_an_existing_file_gets_the_content_written(path):
    replace(path)
    assert path.read_bytes() == NEW
    assert list(path.parent.iterdir()) == [path]


def test_a_path_may_be_text(path):
    replace(str(path))
    assert path.read_bytes() == NEW


def test_a_relative_path_is_taken_from_the_current_folder(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    replace(path.name)
    assert path.read_bytes() == NEW


def test_while_writing_the_old_content_is_there(path):
    with atomic_write(path) as file:
        file.write(NEW)
        file.flush()
        assert path.read_bytes() == OLD
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(path, error):
    def write():
        with atomic_write(path) as file:
            file.write(NEW)
            raise error

    with pytest.raises(error):
        write()
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_system_call_leaves_the_old_file_and_nothing_else(path, monkeypatch, call):
    def fail(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        replace(path)
    monkeypatch.undo()
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


@posix
def test_content_reaches_the_disk_before_the_name_and_the_folder_after(path, monkeypatch):
    events = []
    fsync, rename = os.fsync, os.replace

    def recorded_fsync(descriptor):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        events.append("sync folder" if is_folder else f"sync {os.fstat(descriptor).st_size} bytes")
        fsync(descriptor)

    def recorded_replace(source, target):
        events.append("replace")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "replace", recorded_replace)
    replace(path)
    assert events == [f"sync {len(NEW)} bytes", "replace", "sync folder"]


@posix
def test_permissions_of_an_existing_file_are_kept(path):
    path.chmod(0o640)
    replace(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_new_file_gets_the_permissions_that_open_would_give(tmp_path):
    (tmp_path / "opened").write_bytes(b"")
    replace(tmp_path / "replaced")
    assert (tmp_path / "replaced").stat().st_mode == (tmp_path / "opened").stat().st_mode


@posix
def test_a_symbolic_link_stays_and_its_target_is_replaced(path, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "latest.npz"
    link.symlink_to(path)
    replace(link)
    assert link.is_symlink()
    assert path.read_bytes() == NEW
    assert [entry.name for entry in link.parent.iterdir()] == ["latest.npz"]


@posix
def test_a_symbolic_link_to_nothing_creates_its_target(tmp_path):
    link = tmp_path / "latest"
    link.symlink_to("first")
    replace(link)
    assert link.is_symlink()
    assert (tmp_path / "first").read_bytes() == NEW


@posix
def test_a_device_is_not_replaced():
    with pytest.raises(OSError, match="not a regular file"):
        replace("/dev/null")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        replace(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        replace(tmp_path / "nowhere" / "model.npz")


def test_a_read_only_file_is_not_replaced(path, monkeypatch):
    path.chmod(0o400)
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)  # root may write everything
    with pytest.raises(PermissionError, match="read-only"):
        replace(path)
    assert path.read_bytes() == OLD


def test_a_name_as_long_as_the_system_allows_can_be_replaced(tmp_path):
    path = tmp_path / ("ä" * 120 + ".npz")
    replace(path)
    assert path.read_bytes() == NEW


def test_readers_never_see_half_a_file(path):
    contents, done = set(), threading.Event()

    def read():
        while not done.is_set():
            contents.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(50):
        replace(path, bytes([number]) * 10_000)
    done.set()
    reader.join()
    assert contents - {OLD} <= {bytes([number]) * 10_000 for number in range(50)}


WRITER = """
import sys
from deep_learner.serialization.atomic import atomic_write

for number in range(1, 250):
    with atomic_write(sys.argv[1]) as file:
        for _ in range(64):
            file.write(bytes([number]) * 16_384)
    print(number, flush=True)
"""


@posix
@pytest.mark.parametrize("seed", range(8))
def test_a_process_killed_at_any_moment_leaves_the_last_whole_file_or_the_next(tmp_path, seed):
    path = tmp_path / "model.bin"
    chance = random.Random(seed)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        for _ in range(chance.randrange(1, 6)):
            acknowledged = int(writer.stdout.readline())
        for _ in range(chance.randrange(4000)):  # some moment within the next replacements
            path.stat()
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
    content = path.read_bytes()
    assert len(content) == 16_384 * 64
    assert set(content) <= {acknowledged, acknowledged + 1}
    assert len(set(content)) == 1


def test_a_file_that_cannot_be_made_is_named_itself(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError, match=r"'[^']*[/\\]new'$"), atomic_write(tmp_path / "new"):
        pass
