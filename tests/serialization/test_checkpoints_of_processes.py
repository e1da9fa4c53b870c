"""Checkpoints of several processes in one folder, and of killed ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from deep_learner.serialization import Checkpoints, load_checkpoint

pytestmark = pytest.mark.needs("deep_learner_serializers")
posix = pytest.mark.skipif(os.name != "posix", reason="folders are locked on POSIX systems")

WRITER = """
import sys
import deep_learner as dl
checkpoints = dl.serialization.Checkpoints(sys.argv[1], keep_last=2)
print("ready", flush=True)
sys.stdin.readline()
for step in range(int(sys.argv[2]), 60, int(sys.argv[3])):
    checkpoints.save({"value": dl.full((int(sys.argv[4]),), float(step))}, step=step)
    print(step, flush=True)
"""


def steps(folder):
    return sorted(int(path.stem[-8:]) for path in folder.glob("step-????????.safetensors"))


def writer(folder, first, stride, size=1000):
    arguments = [sys.executable, "-c", WRITER, str(folder), str(first), str(stride), str(size)]
    return subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def start(*writers):
    for one in writers:
        one.stdout.readline()
    for one in writers:
        one.stdin.write("\n")
        one.stdin.flush()


def test_two_processes_in_one_folder_keep_what_each_would_alone(tmp_path):
    with writer(tmp_path, 0, 2) as even, writer(tmp_path, 1, 2) as odd:
        start(even, odd)
        results = [one.communicate() for one in (even, odd)]
    assert [errors for _, errors in results] == ["", ""]
    assert steps(tmp_path) == [56, 57, 58, 59]
    assert all(
        int(load_checkpoint(one.path).values["value"][0]) == one.step for one in Checkpoints(tmp_path).list()
    )


def test_two_processes_never_write_over_each_others_files(tmp_path):
    with writer(tmp_path, 0, 30) as one, writer(tmp_path, 0, 30) as other:
        start(one, other)
        results = [one.communicate(), other.communicate()]
    refused = [errors for _, errors in results if errors]
    assert len(refused) == 1
    assert "FileExistsError" in refused[0]
    assert steps(tmp_path) == [0, 30]


@posix
@pytest.mark.parametrize("seed", range(2))
def test_a_process_killed_while_it_saves_leaves_whole_checkpoints_and_its_leftovers_go(tmp_path, seed):
    with writer(tmp_path, 0, 1, size=300_000) as process:
        start(process)
        acknowledged = int([process.stdout.readline() for _ in range(3)][-1])
        deadline = time.monotonic() + 5
        while not list(tmp_path.glob(".*.tmp")) and time.monotonic() < deadline:
            pass
        time.sleep(seed * 0.002)
        process.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.restore({}).step in (acknowledged, acknowledged + 1)
    leftovers = list(tmp_path.glob(".*.tmp"))
    (tmp_path / ".notes.tmp").write_text("mine")
    checkpoints.save({}, step=500)
    assert set(leftovers) <= set(tmp_path.iterdir())  # young: somebody might be writing
    for path in tmp_path.glob(".*.tmp"):
        os.utime(path, (1, 1))
    checkpoints.save({}, step=501)
    assert [path.name for path in tmp_path.glob(".*.tmp")] == [".notes.tmp"]


@posix
def test_while_another_process_saves_nothing_of_its_is_removed(tmp_path, monkeypatch):
    import fcntl

    from deep_learner.serialization.checkpoints import folder_lock

    Checkpoints(tmp_path).save({}, step=1)
    leftover = tmp_path / ".step-00000002.safetensors.0123456789abcdef.tmp"
    leftover.write_bytes(b"half")
    os.utime(leftover, (1, 1))
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    monkeypatch.setattr(folder_lock.alone_in.__wrapped__, "__defaults__", (0.1,))
    with pytest.raises(TimeoutError, match="another process has been saving into"):
        Checkpoints(tmp_path).save({}, step=3)
    assert leftover.exists()
    os.close(descriptor)
    monkeypatch.setattr(folder_lock, "fcntl", None)
    Checkpoints(tmp_path).save({}, step=3)  # without locks nobody can tell
    assert leftover.exists()
    monkeypatch.undo()
    Checkpoints(tmp_path).save({}, step=4)
    assert not leftover.exists()
