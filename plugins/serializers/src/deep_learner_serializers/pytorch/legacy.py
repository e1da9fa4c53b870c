"""PyTorch's format before version 1.6: four pickles in a row, then the storages.

The pickles are a magic number, the version of the format, properties of the computer, and the value; a fifth lists
the storages' keys in the order in which they follow, each as a count of elements (8 bytes) and the elements.
"""

from __future__ import annotations

import io
import pickle
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from deep_learner.serialization import SerializationError
from deep_learner_serializers.pytorch.kinds import STORAGES
from deep_learner_serializers.pytorch.opcodes import Unpickler, UnpicklingError
from deep_learner_serializers.pytorch.pickling import Pickler

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from deep_learner_serializers.pytorch.tensors import Storage, Tensors

__all__ = ["MAGIC", "Legacy", "write_legacy"]

_NUMBER = 0x1950A86A20F9469CFC6C  # "magic number" of torch.save
_VERSION = 1001
MAGIC = pickle.LONG1 + b"\x0a" + _NUMBER.to_bytes(10, "little") + pickle.STOP
_SIZES = {"short": 2, "int": 4, "long": 4}


class _Plain:
    """Rules for pickles of plain values."""

    def find(self, module: str, name: str) -> Any:
        """Nothing: without a name nothing can be called either."""
        raise UnpicklingError(f"it names {module}.{name} where there are plain values alone")

    def call(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        """Nothing."""
        raise UnpicklingError("the pickle calls something where there are plain values alone")

    def new(self, kind: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Nothing."""
        return self.call(kind, arguments)

    def build(self, instance: Any, state: Any) -> None:
        """Nothing."""
        self.call(instance, ())

    def persistent(self, identity: Any) -> Any:
        """Nothing."""
        return self.call(identity, ())


class _Unmade:
    """What stands for all that a survey does not make."""


class _Survey(Unpickler):
    """Goes over a pickle to learn which storages it refers to; makes plain values, and nothing else."""

    def call(self) -> None:
        self.pop_tuple()
        self.pop()
        self.stack.append(_Unmade())

    def new(self, keywords: Any = None) -> None:
        self.call()

    def build(self) -> None:
        self.pop()
        self.top()

    def extend(self, values: list[Any]) -> None:
        self.top()

    update = add = extend


class _StorageNames(_Plain):
    """Rules for a survey, which calls nothing: a name is that of a storage's type, or of no interest."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors

    def find(self, module: str, name: str) -> Any:
        """The type of storage, if it is one."""
        return STORAGES.get(name) if module in ("torch", "torch.storage") else None

    def persistent(self, identity: Any) -> Any:
        """The storage."""
        return self.tensors.storage(identity)


class Legacy:
    """The storages of a file; its pickle is left for :meth:`load`.

    Parameters
    ----------
    file
        Open for reading, at its beginning.
    """

    byteorder = "little"

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        start = file.tell()
        self.end = file.seek(0, io.SEEK_END)
        file.seek(start)
        if self._plain() != _NUMBER or self._plain() != _VERSION:
            raise SerializationError(
                "it has neither of PyTorch's formats: the magic number or the version differs"
            )
        self._plain()  # the byte order of the computer, which does not matter: files are little-endian
        self.pickle = file.tell()
        self.content: dict[str, npt.NDArray[np.uint8]] = {}

    def _plain(self) -> Any:
        return Unpickler(self.file, self.end, _Plain()).load()

    def read_storages(self, tensors: Tensors) -> None:
        """Learn from the pickle which storages there are, and read them; the file then stands at the pickle again."""
        _Survey(self.file, self.end, _StorageNames(tensors), "latin1").load()
        keys = self._plain()
        known = isinstance(keys, list) and all(type(key) in (str, int) for key in keys)
        if not known or len(keys) != len(set(map(str, keys))):
            raise SerializationError("the file's list of storages is damaged")
        for key in map(str, keys):
            if key not in tensors.storages:
                raise SerializationError(
                    f"the storage {key!r:.100} is in the file, but its value does not refer to it"
                )
            self.content[key] = self._read(tensors.storages[key])
        self.file.seek(self.pickle)

    def _read(self, storage: Storage) -> npt.NDArray[np.uint8]:
        head = self.file.read(8)
        if len(head) < 8:
            raise SerializationError(f"the file is cut short before the storage {storage.key!r:.100}")
        count = int.from_bytes(head, "little")
        if count != storage.length:
            raise SerializationError(
                f"the storage {storage.key!r:.100} should have {storage.length} elements ({storage.kind.name}), but "
                f"states {count}"
            )
        if storage.nbytes > self.end - self.file.tell():
            raise SerializationError(
                f"the storage {storage.key!r:.100} of {storage.length} elements ({storage.kind.name}) takes "
                f"{storage.nbytes} bytes, more than there are left"
            )
        content = np.empty(storage.nbytes, np.uint8)
        if self.file.readinto(memoryview(content)) != storage.nbytes:  # type: ignore[attr-defined]
            raise SerializationError(f"the file is cut short in the storage {storage.key!r:.100}")
        return content

    def bytes_of(self, storage: Storage) -> npt.NDArray[np.uint8]:
        """The bytes of a storage."""
        if storage.key not in self.content:
            raise SerializationError(f"the storage {storage.key!r:.100} is not in the file")
        return self.content[storage.key]


def write_legacy(
    file: BinaryIO, pickled: bytes, storages: Iterable[npt.NDArray[np.generic]], count: int
) -> None:
    """Write a file as PyTorch did before version 1.6, taking one of `count` storages after the other."""
    system = {"protocol_version": _VERSION, "little_endian": True, "type_sizes": _SIZES}
    for value in (_NUMBER, _VERSION, system):
        file.write(Pickler(_nothing).dump(value))
    file.write(pickled)
    file.write(Pickler(_nothing).dump([str(key) for key in range(count)]))
    for storage in storages:
        file.write(struct.pack("<q", storage.size))
        file.write(storage.view(np.uint8).data)


def _nothing(value: Any) -> Any:
    raise TypeError("it is no plain value")
