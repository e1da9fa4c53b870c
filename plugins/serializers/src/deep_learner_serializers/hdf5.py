"""HDF5, as h5py writes and reads it: each tensor is a dataset under its name.

Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t4.html. A slash in a name makes groups. The
structure of a nested value stands in an attribute of the file, where other programs ignore it.
"""

from __future__ import annotations

import math
import shutil
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, cast

import deep_learner as dl
from deep_learner.serialization import (
    SerializationError,
    Serializer,
    TensorInfo,
    placing,
)
from deep_learner_serializers.arrays import as_array, as_tensor, viewed
from deep_learner_serializers.hdf5_process import MISSING, Reader
from deep_learner_serializers.regions import Regions, is_on_disk
from deep_learner_serializers.structure import STRUCTURE, StructuredFile, flatten, plain_values

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from deep_learner.typing import DeviceLike

__all__ = ["Hdf5", "Hdf5File"]

_HEX = "%"  # begins the names of datasets whose tensors have names that HDF5 does not take
_ANYWAY = 1 << 26  # bytes that any file may unpack to


class Hdf5(Serializer):
    """Tensors in a file that h5py opens; files from elsewhere are a flat dictionary of their datasets.

    Notes
    -----
    ``bfloat16`` is stored as the floating-point type that it is, which h5py reads as ``float32``. Damaged files crash
    the HDF5 library, so files are read in a process apart.
    """

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """The format's signature."""
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    def write(self, value: Any, file: BinaryIO) -> None:
        """Write `value`; its structure goes into an attribute."""
        if file.seekable() and file.readable() and not file.tell():  # HDF5 begins where a file does
            return _write(value, file)
        with TemporaryFile() as whole:
            _write(value, cast("BinaryIO", whole))
            whole.seek(0)
            shutil.copyfileobj(whole, file)
        return None

    def read(self, file: BinaryIO, *, map_location: DeviceLike = None, max_expansion: float = 100.0) -> Any:
        """Read a value; a file without our structure is a flat dictionary of tensors by the datasets' paths.

        Parameters
        ----------
        file
            As in every format.
        map_location
            The device on which tensors arrive, by default the default device.
        max_expansion
            How many times its size a compressed file may unpack to; one that claims more is refused.
        """
        with self.open(file, max_expansion=max_expansion) as opened:
            return opened.read_all(map_location)

    def open(self, file: BinaryIO, *, max_expansion: float = 100.0) -> Hdf5File:
        """Read what the file holds, and its attributes."""
        return Hdf5File(file, max_expansion)


class Hdf5File(StructuredFile):
    """A file whose datasets are read one by one: where they lie as they are, and else by the HDF5 library.

    Parameters
    ----------
    file
        Open for reading, at its start.
    max_expansion
        How many times its size it may unpack to.
    """

    def __init__(self, file: BinaryIO, max_expansion: float) -> None:
        start = file.tell()
        self._size, self._max_expansion = file.seek(0, 2) - start, max_expansion
        file.seek(start)
        try:
            self._look_into(file if start == 0 and is_on_disk(file) else self._copied(file))
        except BaseException:
            self.close()
            raise

    def _look_into(self, file: BinaryIO) -> None:
        self._regions, self._reader = Regions(file), Reader(file, self._size)
        self.closes(self._reader.close)
        table = self._reader.table
        self.metadata = table["attributes"]
        self.structure = self.metadata.pop(STRUCTURE, None)
        if self.structure is not None:
            self.metadata |= plain_values(self.structure)
        self.entries: dict[str, dict[str, Any]] = {}
        for entry in table["datasets"]:
            name = entry["name"] if self.structure is None else _named(entry["name"])
            if self.entries.setdefault(name, entry) is not entry:
                raise SerializationError(f"the name {name!r:.100} stands there twice")
        self.numbers = {name: entry["number"] for name, entry in self.entries.items()}
        self.tensors = {
            name: TensorInfo(name, tuple(entry["shape"]), entry["dtype"] or entry["kind"], entry["nbytes"])
            for name, entry in self.entries.items()
        }
        self._distinct = {entry["number"]: entry for entry in self.entries.values()}.values()
        _check_places(self._distinct, self._size)

    def read_all(self, map_location: DeviceLike) -> Any:
        """The nested value; a dataset under several names is one tensor."""
        place, read = placing(map_location), dict[int, dl.Tensor]()
        for name, number in self.numbers.items():
            if number not in read:
                read[number] = place(self.read_tensor(name))
        return self.arrange({name: read[number] for name, number in self.numbers.items()})

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor on the CPU."""
        entry, shape = self.entries[name], self.tensors[name].shape
        if entry["dtype"] is None:
            raise SerializationError(
                f"the dataset {name!r:.100} is of the kind {entry['kind']} and no tensor; open_file() reads the others"
            )
        if entry["offset"] is not None or not entry["nbytes"]:
            content = self._regions.read(entry["offset"] or 0, entry["nbytes"])
        else:
            self._check_expansion()
            content = self._reader.values(entry["number"], entry["nbytes"])
        return as_tensor(viewed(content, entry["dtype"], shape), name)

    def _copied(self, file: BinaryIO) -> BinaryIO:
        """A file of the operating system with the same content from here on."""
        copy = TemporaryFile()  # noqa: SIM115 - closed with this
        self.closes(copy.close)
        shutil.copyfileobj(file, copy)
        copy.flush()
        return cast("BinaryIO", copy)

    def _check_expansion(self) -> None:
        """Refuse to unpack a file that would become too large."""
        unpacked = sum(entry["nbytes"] for entry in self._distinct if entry["offset"] is None)
        if unpacked > _ANYWAY + self._max_expansion * self._size:
            raise SerializationError(
                f"the file of {self._size} bytes would unpack to {unpacked}: if you trust it, load it with "
                f"max_expansion={math.ceil(unpacked / max(self._size, 1))}"
            )


def _check_places(entries: Iterable[dict[str, Any]], size: int) -> None:
    """Refuse datasets that overlap or do not lie in the file."""
    placed = [one for one in entries if one["offset"] is not None]
    reached = 0
    for entry in sorted(placed, key=lambda one: one["offset"]):
        start, end = entry["offset"], entry["offset"] + entry["nbytes"]
        if start < reached or end > size or entry["nbytes"] < 0:
            raise SerializationError(
                f"the dataset {entry['name']!r:.100} lies at the bytes {start} to {end} of {size}, where the one "
                f"before reaches to {reached}"
            )
        reached = end


def _write(value: Any, file: BinaryIO) -> None:
    try:
        import h5py
    except ImportError as error:
        raise ImportError(MISSING) from error
    from deep_learner_serializers.hdf5_types import bfloat16

    tensors, structure = flatten(value)
    folders = {name[:place] for name in tensors for place, letter in enumerate(name) if letter == "/"}
    with h5py.File(file, "w") as target:
        target.attrs[STRUCTURE] = structure
        for name, tensor in tensors.items():
            array = as_array(tensor)
            if array.dtype.kind == "V":
                array, kind = array.view("<u2"), h5py.Datatype(bfloat16())
            else:
                array = array.view(array.dtype.newbyteorder("<"))
                kind = array.dtype
            dataset = target.create_dataset(_stored(name, folders), array.shape, kind, track_times=False)
            dataset.id.write(h5py.h5s.ALL, h5py.h5s.ALL, array, mtype=dataset.id.get_type())


def _stored(name: str, folders: Container[str]) -> str:
    """The name of a tensor's dataset: its own, where HDF5 takes that as it is."""
    taken = name in folders or name.startswith(_HEX) or "\0" in name
    if taken or not {"", ".", ".."}.isdisjoint(name.split("/")):
        return _HEX + name.encode("utf-8").hex()
    return name


def _named(stored: str) -> str:
    """The tensor's name of a dataset in a file of ours."""
    return bytes.fromhex(stored[1:]).decode("utf-8") if stored.startswith(_HEX) else stored
