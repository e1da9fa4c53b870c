"""Processes that are asked in lines of JSON, and answer in such; what they and others find in their environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import Any


class NoAnswerError(RuntimeError):
    """A process that gave no answer, and why."""


def environment(threads: int = 2) -> dict[str, str]:
    """So many threads for everybody; BLAS free to choose its kernels and Python to keep bytecode, as a user's would."""
    unusual = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in unusual}
    pools = ("OPENBLAS", "OMP", "MKL")
    return kept | {f"{pool}_NUM_THREADS": str(threads) for pool in pools}


class Worker:
    """A module run in a process of its own.

    Parameters
    ----------
    module : str
        What ``python -m`` runs.
    *arguments : str
        Its command line.
    environment : Mapping, optional
        Its environment; that of this process unless given.
    quiet : bool, optional
        Show nothing of what it writes to standard error; the last line is told where it gives no answer.
    """

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None, quiet: bool = False
    ) -> None:
        self.errors = tempfile.TemporaryFile("w+") if quiet else None  # noqa: SIM115, it is closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True,
            stderr=self.errors,
        )  # fmt: skip

    def ask(self, *request: Any, limit: float | None = None) -> dict[str, Any]:
        """Send a request and wait for the answer, for `limit` seconds at most.

        Raises
        ------
        NoAnswerError
            If the process ends before, or is ended because the time is over.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(limit or threading.TIMEOUT_MAX, stop)
        timer.daemon = True
        timer.start()
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if late.is_set():
            raise NoAnswerError(f"took longer than {limit:.0f} s")
        if not line:
            raise NoAnswerError(f"its process ended with status {self.process.wait()}{self._last_words()}")
        return json.loads(line)

    def _last_words(self) -> str:
        if self.errors is None:
            return ""
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def kill(self) -> None:
        """End the process and those that it started, compilers for example."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError):  # no groups of processes on Windows
            self.process.kill()

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        if self.errors is not None:
            self.errors.close()
