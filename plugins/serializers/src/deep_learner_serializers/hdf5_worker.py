"""What reads HDF5 files, in a process of its own: the HDF5 library crashes and hangs on some damaged ones.

Run as a program, with the number of a socket, it starts one process for each file that arrives there, and that process
answers over a connection of its own, within bounds of time and memory. It can open no further file, so whatever a file
refers to, no other one is read. Little of Deep Learner is imported: the program is ready at once.

The first line of an answer is JSON, ``{"error": text}`` or what was asked for: at first a table of what the file holds,
then, for each line with the number of a dataset, its bytes after the line, in row-major order and little-endian.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5l, h5o, h5s, h5t  # pyright: ignore[reportAttributeAccessIssue]

from deep_learner_serializers.hdf5_types import KINDS, dtype_of

__all__ = ["main"]

_SECONDS = 1  # of computing for an answer, and one more for each of
_PACE = 1_000_000  # bytes
_MEMORY = 64 << 20  # bytes, and as much again as
_SHARE = 4  # times what a file or a dataset takes
_NAMES = 1 << 20  # bytes that the names of any file may take, as their paths repeat those of groups
_LONGEST = 1 << 16  # elements of an attribute that count as metadata
_PLAIN = h5t.INTEGER, h5t.FLOAT, h5t.STRING, h5t.ENUM


class _File(io.RawIOBase):
    """Reads a file without moving the position that its descriptor shares with the one who asks."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self.position = 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.position, os.SEEK_END: self.size}[whence]
        return self.position

    def tell(self) -> int:
        return self.position

    def readinto(self, buffer: Any) -> int:
        content = os.pread(self.descriptor, len(buffer), self.position)
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)


def main(channel: socket.socket) -> None:
    """Serve one file after the other, each in a process that ends with its connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    _prepare()
    channel.send(b"!")
    while True:
        _, descriptors, *_ = socket.recv_fds(channel, 1, 2)
        if not descriptors:  # the program that reads files has ended
            return
        if os.fork() == 0:
            channel.close()
            file, connection = descriptors
            with suppress(OSError), socket.socket(fileno=connection).makefile("rwb") as stream:
                serve(_File(file), stream)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _prepare() -> None:
    """Have everything imported that reading takes: a process that reads can open no file."""
    with io.BytesIO() as file, h5py.File(file, "w") as sample:
        sample.attrs["text"], sample.attrs["texts"] = "a", [b"a"]
        for dtype in ("?", "c8", ">f4"):
            sample.create_dataset(dtype, (), dtype)
        datasets, _ = table(sample, 0)
        for dataset in datasets:
            _values(sample, *dataset[:-1])


def serve(file: _File, stream: Any) -> None:
    """Answer what is asked of one file."""
    memory = _address_space()
    _limit(memory, file.size)
    _set(resource.RLIMIT_NOFILE, 0)
    _set(resource.RLIMIT_CORE, 0)
    try:
        opened = h5py.File(file, "r")
        datasets, answer = table(opened, file.size)
    except Exception as error:
        return _answer(stream, _error(error))
    _answer(stream, answer)
    for line in stream:
        *dataset, nbytes = datasets[int(line)]
        _limit(memory, file.size + nbytes)
        try:
            content = _values(opened, *dataset).reshape(-1).view(np.uint8).data
        except Exception as error:
            _answer(stream, _error(error))
        else:
            _answer(stream, {}, content)
    return None


def _answer(stream: Any, answer: dict[str, Any], content: Any = b"") -> None:
    stream.write(json.dumps(answer).encode() + b"\n")
    stream.write(content)
    stream.flush()


def _error(error: Exception) -> dict[str, Any]:
    return {"error": (str(error) or type(error).__name__)[:500]}


def _address_space() -> int | None:
    """The bytes of memory that this process has mapped, where the system tells."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def _limit(memory: int | None, nbytes: int) -> None:
    """Bound what the next answer, about so many bytes, may take, besides the memory that was taken at first."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + _SECONDS + nbytes // _PACE)
    if memory is not None:
        _set(resource.RLIMIT_AS, memory + _MEMORY + _SHARE * nbytes)


def _set(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    with suppress(ValueError, OSError):  # some systems lack some
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def table(file: Any, size: int) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """What a file holds: its datasets, as :func:`_values` takes them, and a table for the one who reads.

    Raises
    ------
    ValueError
        It leads to other files, or cannot be true.
    """
    datasets: list[tuple[Any, ...]] = []
    described: dict[int, dict[str, Any]] = {}  # by the place of the dataset's header
    entries: list[dict[str, Any]] = []
    waiting = [(b"", file.id)]
    groups = {h5o.get_info(file.id).addr}
    letters = 0
    while waiting:
        folder, group = waiting.pop()
        names: set[bytes] = set()
        for name in group:
            link, path = group.links.get_info(name), folder + name
            letters += len(path)
            if name in names or letters > size + _NAMES:
                raise ValueError(f"the group {_text(folder)!r:.100} cannot hold all the names that it lists")
            names.add(name)
            if link.type == h5l.TYPE_SOFT:  # a second name of something that has one
                continue
            if link.type != h5l.TYPE_HARD:
                raise ValueError(f"{_text(path)!r:.100} leads to another file, and no other is ever read")
            info = h5o.get_info(group, name)
            if info.type == h5o.TYPE_GROUP and info.addr not in groups:
                groups.add(info.addr)
                waiting.append((path + b"/", h5o.open(group, name)))
            elif info.type == h5o.TYPE_DATASET:
                if info.addr not in described:
                    entry = _described(h5o.open(group, name), path)
                    described[info.addr] = {"number": len(datasets), **entry}
                    datasets.append((path, info.addr, entry["dtype"], entry["shape"], entry["nbytes"]))
                entries.append({"name": _text(path), **described[info.addr]})
    return datasets, {"datasets": entries, "attributes": _attributes(file)}


def _described(dataset: Any, path: bytes) -> dict[str, Any]:
    """Shape, dtype (ours, or None) and size of a dataset; its place, if its bytes lie there as they are in memory."""
    creation, kind, space = dataset.get_create_plist(), dataset.get_type(), dataset.get_space()
    if creation.get_layout() == h5d.VIRTUAL or creation.get_external_count():
        raise ValueError(f"the values of {_text(path)!r:.100} lie in other files, and no other is ever read")
    null = space.get_simple_extent_type() == h5s.NULL
    dtype, itemsize, plain = (None, 0, False) if null else dtype_of(kind)
    shape = () if null else dataset.shape
    nbytes = math.prod(shape) * itemsize
    direct = plain and creation.get_layout() == h5d.CONTIGUOUS and dataset.get_storage_size() == nbytes
    return {
        "shape": shape,
        "dtype": dtype,
        "kind": KINDS.get(kind.get_class(), "nothing that is known"),
        "nbytes": nbytes,
        "offset": dataset.get_offset() if direct else None,
    }


def _values(opened: Any, path: bytes, address: int, dtype: str, shape: tuple[int, ...]) -> Any:
    """The elements of a dataset, as our dtype has them."""
    dataset = h5o.open(opened.id, path)
    if h5o.get_info(dataset).addr != address:
        raise ValueError(f"the name {_text(path)!r:.100} is ambiguous")
    kind = dataset.get_type()
    if dtype == "bfloat16":
        values = np.empty(shape, "<u2")
        dataset.read(h5s.ALL, h5s.ALL, values, mtype=kind)
        return values
    values = np.empty(shape, kind.dtype)
    dataset.read(h5s.ALL, h5s.ALL, values)
    return values.astype(np.dtype(dtype).newbyteorder("<"), copy=False)


def _attributes(file: Any) -> dict[str, Any]:
    """The attributes of the file as a whole that are texts, numbers, or lists of them that are not too long."""
    values: dict[str, Any] = {}
    for name in file.attrs:
        attribute = file.attrs.get_id(name)
        if attribute.get_type().get_class() in _PLAIN and math.prod(attribute.shape) <= _LONGEST:
            values[_text(name.encode("utf-8", "surrogateescape"))] = _plain(file.attrs[name])
    return values


def _plain(value: Any) -> Any:
    """A value without NumPy's types."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    return _text(value) if isinstance(value, bytes) else None if isinstance(value, h5py.Empty) else value


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        main(connection)
