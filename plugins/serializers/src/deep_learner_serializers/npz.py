"""NumPy's npz format: a zip archive with one ``.npy`` member for each array.

Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Members are read by their
declared dtype and shape only; pickled (object) arrays are refused, whatever they contain. The structure of a
nested value is one more member, a text.
"""

from __future__ import annotations

import errno
import io
import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from deep_learner.serialization import SerializationError, Serializer
from deep_learner_serializers.arrays import as_array, as_tensor
from deep_learner_serializers.structure import flatten, restore
from deep_learner_serializers.torch import Torch

if TYPE_CHECKING:
    import deep_learner as dl

__all__ = ["Npz"]

STRUCTURE = "deep_learner.structure"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class Npz(Serializer):
    """Tensors in an uncompressed archive that ``numpy.load`` opens; compressed ones are read as well."""

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
                _write_member(archive, name, as_array(tensor))

    def read(self, file: BinaryIO) -> Any:
        """Read a value; an archive without our structure is a flat dictionary of tensors."""
        structure = None
        tensors: dict[str, dl.Tensor] = {}
        try:
            with zipfile.ZipFile(file) as archive:
                for member in archive.namelist():
                    array, name = _read_member(archive, member), member.removesuffix(".npy")
                    if name == STRUCTURE:
                        structure = str(array)
                    else:
                        tensors[name] = as_tensor(array, name)
        except SerializationError:
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
            raise SerializationError(f"the archive is damaged ({error})") from None
        except OSError as error:
            if error.errno != errno.EINVAL:  # a damaged directory sends the reader to where no file has bytes
                raise
            raise SerializationError(f"the archive is damaged ({error})") from None
        return tensors if structure is None else restore(tensors, structure)


def _write_member(archive: zipfile.ZipFile, name: str, array: npt.NDArray[Any]) -> None:
    # A fixed date makes equal values equal files.
    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)


def _read_member(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    if not name.endswith(".npy"):
        raise SerializationError(
            f"the archive's member {name!r} is no .npy array (a PyTorch checkpoint is a zip archive too: "
            "load it with format='torch')"
        )
    content = archive.read(name)  # checks the member's checksum
    stream = io.BytesIO(content)
    try:
        shape, fortran_order, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    except (ValueError, KeyError) as error:
        raise SerializationError(f"the array {name!r} has a damaged header ({error})") from None
    if dtype.hasobject:
        raise SerializationError(f"the array {name!r} holds pickled Python objects, which are never read")
    expected, received = math.prod(shape) * dtype.itemsize, len(content) - stream.tell()
    if expected != received:
        raise SerializationError(
            f"the array {name!r} of shape {shape} and dtype {dtype} takes {expected} bytes, but has "
            f"{received}"
        )
    values = np.frombuffer(content, dtype, offset=stream.tell())
    return values.reshape(shape, order="F" if fortran_order else "C")
