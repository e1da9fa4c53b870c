"""NumPy's npz format: a zip archive with one ``.npy`` member for each array.

Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Members are read by their
declared dtype and shape only; pickled (object) arrays are refused, whatever they contain. The structure of a
nested value is one more member, a text.
"""

from __future__ import annotations

import errno
import math
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import numpy as np
import numpy.typing as npt

from deep_learner.serialization import SerializationError, Serializer, TensorInfo
from deep_learner_serializers.arrays import as_array, as_tensor
from deep_learner_serializers.npy_header import NpyHeader, read_npy_header
from deep_learner_serializers.structure import STRUCTURE, StructuredFile, flatten, plain_values
from deep_learner_serializers.torch import Torch

if TYPE_CHECKING:
    from collections.abc import Generator

    import deep_learner as dl
    from deep_learner.typing import DeviceLike

__all__ = ["Npz"]

_COMPRESSIONS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED  # NumPy's; others unpack without bounds on memory
_PORTION = 1 << 20
_ANYWAY = 1 << 26  # bytes that any archive may unpack to


class Npz(Serializer):
    """Tensors in an uncompressed archive that ``numpy.load`` opens; compressed ones are read as well."""

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """A zip archive, with members or empty, but for PyTorch's."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not Torch.recognises(head)

    def write(self, value: Any, file: BinaryIO) -> None:
        """Write `value`; its structure goes into a member of its own."""
        tensors, structure = flatten(value, reserved=frozenset({STRUCTURE}))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            _write_member(archive, STRUCTURE, np.array(structure))
            for name, tensor in tensors.items():
                array = as_array(tensor)
                if array.dtype.kind == "V":  # which NumPy would write as bytes without a meaning
                    raise TypeError(
                        f"cannot save the tensor {name!r:.100}: npz has no {tensor.dtype.name}; save as safetensors"
                    )
                _write_member(archive, name, array)

    def read(self, file: BinaryIO, *, map_location: DeviceLike = None, max_expansion: float = 100.0) -> Any:
        """Read a value; an archive without our structure is a flat dictionary of tensors.

        Parameters
        ----------
        file
            As in every format.
        map_location
            The device on which tensors arrive, by default the default device.
        max_expansion
            How many times its size a compressed archive may unpack to; one that claims more is refused.
        """
        return self.open(file, max_expansion=max_expansion).read_all(map_location)

    def open(self, file: BinaryIO, *, max_expansion: float = 100.0) -> NpzFile:
        """Read the archive's directory and the headers of its members."""
        return NpzFile(file, max_expansion)


class NpzFile(StructuredFile):
    """An archive whose arrays are read one by one.

    Parameters
    ----------
    file
        Open for reading, at its start.
    max_expansion
        How many times its size it may unpack to.
    """

    def __init__(self, file: BinaryIO, max_expansion: float) -> None:
        self.tensors, self.metadata = {}, {}
        start = file.tell()
        size = file.seek(0, 2) - start
        file.seek(start)
        with _reading():
            self._archive = zipfile.ZipFile(file)
            members = self._archive.infolist()
            _check(members, size, max_expansion)
            for member in members:
                with self._archive.open(member) as stream:
                    header = _header(stream, member)
                name = member.filename.removesuffix(".npy")
                if name != STRUCTURE:
                    self.tensors[name] = TensorInfo(name, header.shape, header.dtype.name, header.nbytes)
                    continue
                self.structure = str(self._values_of(STRUCTURE))
                self.metadata = plain_values(self.structure)

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor on the CPU."""
        with _reading():
            return as_tensor(self._values_of(name), name)

    def _values_of(self, name: str) -> npt.NDArray[Any]:
        with self._archive.open(f"{name}.npy") as stream:  # which checks the member's checksum at its end
            header = _header(stream, self._archive.getinfo(f"{name}.npy"))
            content = np.empty(header.nbytes, np.uint8)
            reached = 0
            while portion := stream.read(_PORTION):
                content[reached : reached + len(portion)] = np.frombuffer(portion, np.uint8)
                reached += len(portion)
        if reached != header.nbytes:
            raise SerializationError(
                f"the array {name!r:.100} unpacks to {reached} of its {header.nbytes} bytes"
            )
        return header.array(content)


@contextmanager
def _reading() -> Generator[None]:
    try:
        yield
    except SerializationError:
        raise
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged directory sends the reader to where no file has bytes
            raise
        raise SerializationError(f"the archive is damaged ({error!s:.200})") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise SerializationError(f"the archive is damaged ({error!s:.200})") from None


def _check(members: list[zipfile.ZipInfo], size: int, max_expansion: float) -> None:
    """Refuse an archive whose directory cannot be true, or that unpacks to more than it may."""
    if len({member.filename for member in members}) != len(members):
        raise SerializationError("the archive has two members of one name")
    if any(member.compress_type not in _COMPRESSIONS for member in members):
        raise SerializationError("the archive has a member compressed in a way that NumPy does not write")
    if sum(member.compress_size for member in members) > size:
        raise SerializationError("the archive's members are larger, taken together, than the file")
    unpacked = sum(member.file_size for member in members)
    if unpacked > _ANYWAY + max_expansion * size:
        raise SerializationError(
            f"the archive of {size} bytes would unpack to {unpacked}: if you trust it, load it with "
            f"max_expansion={math.ceil(unpacked / max(size, 1))}"
        )


def _write_member(archive: zipfile.ZipFile, name: str, array: npt.NDArray[Any]) -> None:
    # A fixed date makes equal values equal files.
    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)


def _header(stream: Any, member: zipfile.ZipInfo) -> NpyHeader:
    """What the member at the stream's start says of its array, once its size agrees."""
    name = member.filename
    if not name.endswith(".npy"):
        raise SerializationError(
            f"the archive's member {name!r:.100} is no .npy array (a PyTorch checkpoint is a zip archive too: "
            "load it with format='torch')"
        )
    try:
        header = read_npy_header(stream)
    except SerializationError as error:
        raise SerializationError(f"the array {name!r:.100} {error}") from None
    received = member.file_size - stream.tell()
    if header.nbytes != received:
        raise SerializationError(
            f"the array {name!r:.100} of shape {header.shape} and dtype {header.dtype} takes {header.nbytes} bytes, "
            f"but has {received}"
        )
    return header
