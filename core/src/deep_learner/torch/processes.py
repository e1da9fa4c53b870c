"""Processes that are started together and waited for together, as ``torch.multiprocessing`` starts them."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import weakref
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess

__all__ = [
    "ProcessContext",
    "ProcessException",
    "ProcessExitedException",
    "ProcessRaisedException",
    "spawn",
    "start_processes",
]

_log = logging.getLogger(__name__)
_PATIENCE: Final = 30.0  # seconds between asking processes to end and ending them


class ProcessException(Exception):  # noqa: N818 (PyTorch's name)
    """A process did not end well.

    Parameters
    ----------
    msg : str
    error_index : int
        Its number among those started together.
    error_pid : int
        Its process id.
    """

    def __init__(self, msg: str, error_index: int, error_pid: int) -> None:
        super().__init__(msg)
        self.msg = msg
        self.error_index = error_index
        self.error_pid = error_pid

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid)


class ProcessRaisedException(ProcessException):
    """A process ended with an exception, whose traceback the message holds."""


class ProcessExitedException(ProcessException):
    """A process was ended by a signal or with an exit code other than 0.

    Parameters
    ----------
    msg, error_index, error_pid
        As those of `ProcessException`.
    exit_code : int
        Negative for a signal.
    signal_name : str, optional
        Its name.
    """

    def __init__(
        self, msg: str, error_index: int, error_pid: int, exit_code: int, signal_name: str | None = None
    ) -> None:
        super().__init__(msg, error_index, error_pid)
        self.exit_code = exit_code
        self.signal_name = signal_name

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid, self.exit_code, self.signal_name)


class ProcessContext:
    """Processes that were started together.

    Parameters
    ----------
    processes : sequence of multiprocessing.Process
    error_files : sequence of str
        Where each of them leaves the traceback of an exception.

    Attributes
    ----------
    processes, error_files
    sentinels : dict of int to int
        The numbers of the processes that have not been joined, by their sentinels.
    """

    def __init__(self, processes: Sequence[BaseProcess], error_files: Sequence[str]) -> None:
        self.processes = processes
        self.error_files = error_files
        self.sentinels = {one.sentinel: index for index, one in enumerate(processes)}

    def pids(self) -> list[int]:
        """The process ids."""
        return [one.pid or 0 for one in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Wait until a process ends. Once one has failed, end all others.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most.
        grace_period : float, optional
            Seconds that the others have to end by themselves when one has failed, and again once they have been asked
            to.

        Returns
        -------
        bool
            Whether all have ended.

        Raises
        ------
        ProcessRaisedException
            One failed by an exception.
        ProcessExitedException
            One failed otherwise.
        """
        if not self.sentinels:
            return True
        for sentinel in connection.wait(list(self.sentinels), timeout):
            index = self.sentinels.pop(sentinel)  # type: ignore[arg-type]
            self.processes[index].join()
            if self.processes[index].exitcode != 0:
                self._end_all(grace_period)
                raise self._failure(index)
        return not self.sentinels

    def _end_all(self, grace_period: float | None) -> None:
        if grace_period is not None:
            self._wait(grace_period)
        for one in self.processes:
            if one.is_alive():
                _log.warning("Terminating process %s via signal SIGTERM", one.pid)
                one.terminate()
        self._wait(_PATIENCE if grace_period is None else grace_period)
        for one in self.processes:
            if one.is_alive():
                _log.warning("Process %s does not end: killing it", one.pid)
                one.kill()
            one.join()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for one in self.processes:
            one.join(max(0.0, end - time.monotonic()))

    def _failure(self, index: int) -> ProcessException:
        pid, code, file = (
            self.pids()[index],
            self.processes[index].exitcode or 0,
            Path(self.error_files[index]),
        )
        if file.exists():
            trace = file.read_text("utf-8")
            return ProcessRaisedException(
                f"\n\n-- Process {index} terminated with the following error:\n{trace}", index, pid
            )
        if code >= 0:
            return ProcessExitedException(
                f"process {index} terminated with exit code {code}", index, pid, code
            )
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"<Unknown signal {-code}>"
        return ProcessExitedException(
            f"process {index} terminated with signal {name}", index, pid, code, name
        )


def _run(fn: Callable[..., Any], index: int, args: tuple[Any, ...], error_file: str) -> None:
    """What a process does."""
    if sys.platform == "linux":  # a process that is no daemon ends with its parent, too
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)
    try:
        fn(index, *args)
    except KeyboardInterrupt:
        return  # the parent was interrupted, or has ended
    except Exception:
        Path(error_file).write_text(traceback.format_exc(), "utf-8")
        sys.exit(1)


def start_processes(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """Start processes that call ``fn(i, *args)``, process i for i from 0 to `nprocs` - 1.

    Parameters
    ----------
    fn : callable
        At the top of a module, unless `start_method` is ``"fork"``.
    args : tuple
    nprocs : int
    join : bool
        Whether to wait for all of them.
    daemon : bool
        Whether they are daemons.
    start_method : str
        ``"spawn"``, ``"fork"`` or ``"forkserver"``.

    Returns
    -------
    ProcessContext or None
        None once they have been joined.

    Raises
    ------
    ProcessException
        As `ProcessContext.join`, with `join`.
    """
    start: Any = multiprocessing.get_context(start_method)
    folder = Path(tempfile.mkdtemp(prefix="deep-learner-"))
    files = [str(folder / str(index)) for index in range(nprocs)]
    processes: list[BaseProcess] = []
    for index, file in enumerate(files):
        one = start.Process(target=_run, args=(fn, index, args, file), daemon=daemon)
        one.start()
        processes.append(one)
    together = ProcessContext(processes, files)
    weakref.finalize(together, shutil.rmtree, folder, ignore_errors=True)
    if not join:
        return together
    while not together.join():
        continue
    return None


def spawn(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """`start_processes` with the start method ``"spawn"``; another one is warned of and not used."""
    if start_method != "spawn":
        warnings.warn(
            f"This method only supports start_method=spawn (got: {start_method}).\nTo use a different start_method "
            "use torch.multiprocessing.start_processes(...)",
            FutureWarning,
            stacklevel=2,
        )
    return start_processes(fn, args, nprocs, join, daemon, "spawn")
