"""Reading HDF5 files in processes apart, which may crash or hang in place of this one.

The program :mod:`deep_learner_serializers.hdf5_worker` starts once, when the first file is read; it forks a process for
each file, which takes milliseconds.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from deep_learner.serialization import SerializationError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["MISSING", "Reader"]

MISSING = "HDF5 files are read and written with h5py: pip install 'deep-learner-serializers[hdf5]'"
_WORKER = "deep_learner_serializers.hdf5_worker"
_ANSWER = 1 << 24  # bytes that the table of any file may take, and
_SHARE = 16  # times the file's size


class _Server:
    """The running program."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        paths = os.pathsep.join(path for path in sys.path if path)
        settings = {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-P", "-W", "ignore", "-m", _WORKER, str(theirs.fileno())]
        with theirs:
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **settings},
                start_new_session=True,  # an interrupt from the keyboard is for others
            )
        atexit.register(self.end, os.getpid())
        if not self.channel.recv(1):
            self.end(os.getpid())
            raise OSError(f"cannot read HDF5 files: {' '.join(command[:-1])} does not start")

    def connect(self, file: BinaryIO) -> socket.socket:
        """A connection to a new process for a file."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.channel, [b"!"], [file.fileno(), theirs.fileno()])
            except BaseException:
                ours.close()
                raise
        return ours

    def end(self, owner: int) -> None:
        """End the program, unless this is but a copy of the process that started it."""
        self.channel.close()
        if os.getpid() == owner:
            self.process.kill()
            self.process.wait()


_server: _Server | None = None
_starting = Lock()


def _connected(file: BinaryIO) -> socket.socket:
    global _server
    if not hasattr(os, "fork"):
        raise NotImplementedError(
            "HDF5 files are read on systems that can fork, such as Linux and macOS: damaged ones crash the HDF5 "
            "library, which a process apart withstands"
        )
    if not find_spec("h5py"):
        raise ImportError(MISSING)
    with _starting:
        for _ in range(2):  # somebody may have ended the program
            _server = _server or _Server()
            try:
                return _server.connect(file)
            except OSError:
                _server.end(os.getpid())
                _server = None
    raise OSError("cannot read HDF5 files: the process for it ends at once")


class Reader:
    """A file as the HDF5 library sees it.

    Parameters
    ----------
    file
        A file of the operating system, open for reading, whose position stays.
    size
        How many bytes it has.

    Attributes
    ----------
    table : dict
        What it holds, as the worker's `table` tells.

    Raises
    ------
    SerializationError
        The library refuses the file, or breaks at it.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._connection = _connected(file)
        self._lock = Lock()  # threads may ask side by side
        self._answers = self._connection.makefile("rb")
        try:
            self.table = self._answer(_ANSWER + _SHARE * size)
        except BaseException:
            self.close()
            raise

    def values(self, number: int, nbytes: int) -> npt.NDArray[np.uint8]:
        """The bytes of a dataset."""
        content = np.empty(nbytes, np.uint8)
        with self._lock:
            with suppress(OSError):  # a connection that has ended, of which the answer tells
                self._connection.sendall(f"{number}\n".encode())
            self._answer(_ANSWER)
            received = self._answers.readinto(content.data)
        if received != nbytes:
            raise SerializationError(f"of a dataset's {nbytes} bytes, only {received} could be read")
        return content

    def close(self) -> None:
        """End the process."""
        self._answers.close()
        self._connection.close()

    def _answer(self, limit: int) -> dict[str, Any]:
        try:
            line = self._answers.readline(limit)
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            raise SerializationError(
                "the file is damaged: the HDF5 library crashed at it, or took more time or memory than it may"
            )
        answer = json.loads(line)
        if "error" in answer:
            raise SerializationError(f"the HDF5 library says: {answer['error']}")
        return answer
