"""Workers in processes of their own, with random numbers, settings and the data set as PyTorch's workers have them."""

from __future__ import annotations

import multiprocessing
import os
import queue
import random
import signal
import socket
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

import deep_learner as dl
from deep_learner_data.transport import Packet, pack, receive
from deep_learner_data.workers import Failure, Job, Task, WorkerInfo, set_worker_info, work

__all__ = ["Processes", "RemoteFailure", "numpy_seed"]

CHECK = 5.0  # seconds after which one side looks whether the other still lives, should nothing have told it
PATIENCE = 5.0  # seconds that workers have to end by themselves


class _Message(str):
    """A text that KeyError shows as it is."""

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class RemoteFailure(Failure):
    """An exception in another process: its type, and its traceback as text."""

    kind: type[Exception]
    text: str

    @classmethod
    def of(cls, error: Exception, place: str) -> RemoteFailure:
        """The failure for an exception that was caught in a place."""
        trace = "".join(traceback.format_exception(error))
        return cls(type(error), f"Caught {type(error).__name__} {place}.\nOriginal {trace}")

    def restored(self) -> Exception:
        """An exception of the same type; a RuntimeError if that takes other arguments than a text."""
        try:
            return self.kind(_Message(self.text) if issubclass(self.kind, KeyError) else self.text)
        except Exception:
            return RuntimeError(self.text)


class Processes:
    """The processes of a loader's iterator.

    Parameters
    ----------
    job : Job
    context : multiprocessing.context.BaseContext, optional
        How they are started; the program's default without it.
    """

    def __init__(self, job: Job, context: Any = None) -> None:
        self._processes: list[BaseProcess] = []
        self._connections: list[Connection] = []
        context = context or multiprocessing.get_context()
        state = (dict(dl.config.settings().values), dl.get_default_dtype().name)
        try:
            for number in range(job.num_workers):
                here, there = context.Pipe(duplex=True)
                self._connections.append(here)
                copies = tuple(self._connections) if context.get_start_method() == "fork" else ()
                with there:
                    process = context.Process(
                        target=_main, args=(job, number, there, copies, state), daemon=True
                    )
                    process.start()
                self._processes.append(process)
        except BaseException as error:
            error.add_note(
                f"DataLoader could not start its workers; unless they are forked, the data set and all functions "
                f"must be picklable (start method: {context.get_start_method()})"
            )
            self.close()
            raise

    def send(self, worker: int, task: Task) -> None:
        """Give a worker a task. That a worker is dead shows where its results are waited for."""
        try:
            self._connections[worker].send(task)
        except OSError:
            return

    def receive(self, workers: Sequence[int], timeout: float) -> tuple[int, int, Any]:
        """The next result of one of the workers: its number, the number of the pass, and the result.

        Raises
        ------
        TimeoutError
            None came in so many seconds (0: wait without end).
        RuntimeError
            One of them has died.
        """
        sources: dict[Any, int] = {self._connections[worker]: worker for worker in workers}
        sentinels = [self._processes[worker].sentinel for worker in workers]
        end = time.monotonic() + timeout if timeout else float("inf")
        while True:
            left = end - time.monotonic()
            ready = wait([*sources, *sentinels], min(CHECK, max(left, 0.0)))
            for connection in ready:
                if connection in sources:
                    try:
                        return sources[connection], *receive(connection)  # type: ignore[arg-type]
                    except ConnectionError as error:
                        raise self._death([sources[connection]]) from error
            dead = [worker for worker in workers if not self._processes[worker].is_alive()]
            if dead:
                if any(self._connections[worker].poll(0) for worker in dead):
                    continue  # a last word
                raise self._death(dead)
            if left <= 0:
                raise TimeoutError

    def _death(self, workers: Sequence[int]) -> RuntimeError:
        """The error that tells of dead workers; its cause, how the first of them died."""
        processes = [self._processes[worker] for worker in workers]
        processes[0].join(PATIENCE)
        code, pids = processes[0].exitcode, ", ".join(str(process.pid) for process in processes)
        error = RuntimeError(f"DataLoader worker (pid(s) {pids}) exited unexpectedly")
        if code is not None and code < 0:
            reason = f"is killed by signal: {signal.strsignal(-code)}."
        else:
            reason = f"ended with exit code {code}."
        error.add_note(f"DataLoader worker (pid {processes[0].pid}) {reason}")
        return error

    def close(self) -> None:
        """End the processes: after the batch they are at, or by force if that takes longer than some seconds."""
        for connection in self._connections:
            _hang_up(connection)
        end = time.monotonic() + PATIENCE
        for process in self._processes:
            process.join(max(0.0, end - time.monotonic()))
        for force in (BaseProcess.terminate, BaseProcess.kill):
            alive = [process for process in self._processes if process.is_alive()]
            for process in alive:
                force(process)
            for process in alive:
                process.join(PATIENCE)
        for process in self._processes:
            if not process.is_alive():
                process.close()
        self._processes.clear()
        self._connections.clear()


def _hang_up(connection: Connection) -> None:
    """Close a connection for all who hold a copy of it; other workers that were forked do."""
    if connection.closed:
        return
    if os.name == "posix":
        try:
            with socket.socket(fileno=os.dup(connection.fileno())) as both_ways:
                both_ways.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other side was faster
            pass
    connection.close()


def numpy_seed(seed: int, worker: int) -> np.ndarray[Any, Any]:
    """The seed of NumPy's global generator in a worker, of shape (4,), made of the loader's seed."""
    return np.random.SeedSequence([worker, seed & 0xFFFFFFFF, seed >> 32, 0]).generate_state(4)


def _main(
    job: Job,
    number: int,
    connection: Connection,
    copies: tuple[Connection, ...],
    state: tuple[Mapping[str, Any], str],
) -> None:
    """What a process does from its start to its end; `copies` are the loader's ends, which a forked process has too."""
    try:
        for copy in copies:
            copy.close()
        settings, dtype = state
        with dl.config.using(**settings):
            dl.set_default_dtype(dtype)
            dl.set_num_threads(1)
            seed = job.seed + number
            random.seed(seed)
            dl.manual_seed(seed)
            np.random.seed(numpy_seed(job.seed, number))
            set_worker_info(WorkerInfo(number, job.num_workers, seed, job.fetching.dataset))
            outbox = _outbox(connection)

            def failure(error: Exception) -> RemoteFailure:
                return RemoteFailure.of(error, f"in DataLoader worker process {number}")

            def deliver(task: Task, result: Any) -> None:
                try:
                    packet = pack((task.turn, result))
                except Exception as error:
                    told = failure(error)
                    if isinstance(
                        result, RemoteFailure
                    ):  # an exception of a class that only this process knows
                        told = RemoteFailure(RuntimeError, result.text)
                    packet = pack((task.turn, told))
                outbox(packet)

            work(job, number, _inbox(connection), deliver, failure)
    except KeyboardInterrupt:
        return  # the main process was interrupted too, and tells of it


def _inbox(connection: Connection) -> Iterator[Task]:
    """The tasks, until the loader hangs up or its process dies; those of a former pass are left out."""
    parent = os.getppid()
    tasks: deque[Task] = deque()
    while True:
        try:
            while connection.poll(0 if tasks else CHECK):
                task = connection.recv()
                if tasks and tasks[0].turn != task.turn:
                    tasks.clear()
                tasks.append(task)
        except (EOFError, OSError):
            return
        if tasks:
            yield tasks.popleft()
        elif os.getppid() != parent:
            return


def _outbox(connection: Connection) -> Callable[[Packet], None]:
    """A function that sends packets in the background, so that no worker waits for the loader to take them."""
    packets: queue.SimpleQueue[Packet] = queue.SimpleQueue()

    def send() -> None:
        try:
            while True:
                packets.get().send(connection)
        except OSError:  # the loader has hung up; the inbox tells the worker
            return

    threading.Thread(target=send, name="deep-learner-data-outbox", daemon=True).start()
    return packets.put
