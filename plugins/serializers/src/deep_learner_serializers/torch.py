"""PyTorch's own format: what ``torch.save`` writes and ``torch.load`` reads, without PyTorch.

Its zip archive (since version 1.6) is written and read, the format before it is read, and written where asked for.
The value is a pickle, of which nothing is executed: see :mod:`deep_learner_serializers.pytorch.rules`.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, cast

import deep_learner as dl
from deep_learner.serialization import LoadedFile, SerializationError, Serializer, placing
from deep_learner_serializers.arrays import as_array
from deep_learner_serializers.pytorch.archive import Archive, write_archive
from deep_learner_serializers.pytorch.legacy import MAGIC, Legacy, write_legacy
from deep_learner_serializers.pytorch.opcodes import Unpickler
from deep_learner_serializers.pytorch.pickling import Pickler
from deep_learner_serializers.pytorch.reducing import Reducer
from deep_learner_serializers.pytorch.rules import CheckpointRules
from deep_learner_serializers.pytorch.tensors import Tensors
from deep_learner_serializers.regions import is_on_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deep_learner.typing import DeviceLike

__all__ = ["Torch"]

_ZIP = b"PK\x03\x04"
_NAME = 30  # where a zip archive's first record has its name
_TAR = 257, b"ustar"


class Torch(Serializer):
    """Checkpoints that PyTorch reads and writes, also with ``weights_only=True``.

    Notes
    -----
    Tensors that share memory are stored once and share it again. Parameters, `OrderedDict` with ``_metadata`` and
    ``requires_grad`` of leaves are kept; values are those of :func:`save`, and sets, complex numbers, bytes, sizes,
    dtypes, devices, slices, ranges, dates, paths, the containers of `collections`, `argparse.Namespace`, and NumPy's
    arrays and numbers. ``bfloat16`` arrives as ``float32`` where nothing that brings it is installed. Modules,
    dataclasses, named tuples and enumerations are written by their classes' names, and read if ``weights_only=False``
    and the program has imported the class.
    """

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """A zip archive whose first record is a pickle in a folder; or the magic number."""
        if not head.startswith(_ZIP):
            return head.startswith(b"\x80") and MAGIC in head[:32]
        length = int.from_bytes(head[_NAME - 4 : _NAME - 2], "little")
        return head[_NAME : _NAME + length].endswith(b"/data.pkl")

    def write(
        self,
        value: Any,
        file: BinaryIO,
        *,
        legacy: bool = False,
        location: Callable[[dl.Tensor], str] | None = None,
        safe_globals: Iterable[Any] = (),
    ) -> None:
        """Write `value`.

        Parameters
        ----------
        value, file
            As in every format.
        legacy
            Whether to write the format of PyTorch before 1.6.
        location
            ``location(tensor)`` tells where a tensor was, as PyTorch names it: by default ``"cuda:0"`` and so on
            for CUDA devices, ``"cpu"`` for all others.
        safe_globals
            Classes whose instances are written, too, and functions that are written by their name.
        """
        reducer = Reducer(location or location_of, safe_globals, legacy)
        pickled = Pickler(reducer).dump(value)
        storages = (as_array(memory) for memory in reducer.memories)
        if legacy:
            write_legacy(file, pickled, storages, len(reducer.memories))
        else:
            write_archive(file, pickled, storages)

    def read(
        self,
        file: BinaryIO,
        *,
        map_location: DeviceLike | Callable[[dl.Tensor, str], dl.Tensor] = None,
        weights_only: bool = True,
        safe_globals: Iterable[Any] = (),
        mmap: bool = False,
        encoding: str = "utf-8",
    ) -> Any:
        """Read a value.

        Parameters
        ----------
        file
            As in every format.
        map_location
            The device on which tensors arrive, by default the default device; or ``map_location(storage, location)``,
            which puts a flat tensor, given on the CPU, where it is to be.
        weights_only
            Whether to refuse classes of the running program as well.
        safe_globals
            Classes and functions, or pairs of one and its name in the file, which the file may call.
        mmap
            Whether to read tensors when they are used; changes to them stay in memory.
        encoding
            Of text that Python 2 wrote.
        """
        start = file.tell()
        head = file.read(_TAR[0] + 5)
        file.seek(start)
        if head[_TAR[0] :] == _TAR[1]:
            raise SerializationError(
                "it is a tar archive of PyTorch before 0.1.10: load it with PyTorch and save it again"
            )
        if mmap and not head.startswith(b"PK"):
            raise SerializationError("mmap reads the format of PyTorch since 1.6 alone; save the file anew")
        content = Archive(file, mmap) if head.startswith(b"PK") else Legacy(file)
        tensors = Tensors(content, _placing(map_location))
        if isinstance(content, Archive):
            pickled = content.record("data.pkl").tobytes()
            file, end = io.BytesIO(pickled), len(pickled)
        else:
            content.read_storages(tensors)
            end = content.end
        rules = CheckpointRules(tensors, weights_only, safe_globals)
        return Unpickler(file, end, rules, encoding).load()

    def open(self, file: BinaryIO, **options: Any) -> LoadedFile:
        """Read the pickle; tensors come from the disk when they are used, if the archive is a file on it."""
        head = file.read(len(_ZIP))
        file.seek(-len(head), os.SEEK_CUR)
        mapped = head == _ZIP and is_on_disk(file)
        options = {"map_location": "cpu", "mmap": mapped, **options}
        return LoadedFile(self.read(file, **options))


def location_of(tensor: dl.Tensor) -> str:
    """PyTorch's name of where a tensor is."""
    device = tensor.device
    return f"cuda:{device.index or 0}" if device.type == "cuda" else "cpu"


def _placing(map_location: Any) -> Callable[[dl.Tensor, str], dl.Tensor]:
    if callable(map_location):
        return cast("Callable[[dl.Tensor, str], dl.Tensor]", map_location)
    place = placing(map_location)
    return lambda storage, location: place(storage)
