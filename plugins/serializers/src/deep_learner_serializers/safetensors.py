"""The safetensors format: a header with names, dtypes and shapes, then the raw values.

Source: https://huggingface.co/docs/safetensors. Tensors go between the file and their own memory without a copy
in between, one after the other, and are read when they are asked for; so the file is read here and not by the
format's own library, against which the tests hold it. The structure of a nested value stands in the header's
metadata, where other readers ignore it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import numpy as np

import deep_learner as dl
from deep_learner.serialization import SerializationError, Serializer, TensorInfo
from deep_learner_serializers.arrays import as_array, as_tensor, viewed
from deep_learner_serializers.regions import Regions
from deep_learner_serializers.safetensors_header import KINDS, format_header, read_header
from deep_learner_serializers.structure import STRUCTURE, StructuredFile, flatten, plain_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deep_learner.typing import DeviceLike

__all__ = ["Safetensors", "SafetensorsFile", "kind_of", "write_tensors"]

# Readers elsewhere ask for this: tensors as PyTorch lays them out.
FORMAT = {"format": "pt"}
_KINDS = {kind.dtype: name for name, kind in KINDS.items() if kind.dtype}


class Safetensors(Serializer):
    """Tensors in a file that any reader of safetensors understands.

    Notes
    -----
    ``complex128``, which the format lacks, is refused. ``bfloat16`` arrives as ``float32``, which holds each of its
    values exactly, where nothing that brings it is installed.
    """

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """A length of 8 bytes, then the ``{`` of the header."""
        return head[8:9] == b"{"

    def write(self, value: Any, file: BinaryIO, *, metadata: Mapping[str, str] | None = None) -> None:
        """Write `value`; its structure goes into the metadata.

        Parameters
        ----------
        value, file
            As in every format.
        metadata
            Texts by name, for other readers and for `open_file`.
        """
        tensors, structure = flatten(value, reserved=frozenset({"__metadata__"}))
        write_tensors(file, tensors, {**FORMAT, **checked_texts(metadata), STRUCTURE: structure})

    def read(self, file: BinaryIO, *, map_location: DeviceLike = None, mmap: bool = False) -> Any:
        """Read a value; a file without our structure is a flat dictionary of tensors.

        Parameters
        ----------
        file
            As in every format.
        map_location
            The device on which tensors arrive, by default the default device.
        mmap
            Whether the file is mapped into memory, so that values come from the disk when they are used; changes to
            them stay in memory, and the file must not be written over.
        """
        return self.open(file, mmap=mmap).read_all(map_location)

    def open(self, file: BinaryIO, *, mmap: bool = False) -> SafetensorsFile:
        """Read the header."""
        return SafetensorsFile(file, mmap)


class SafetensorsFile(StructuredFile):
    """A file whose tensors are read one by one.

    Parameters
    ----------
    file
        Open for reading, at its start.
    mmap
        Whether tensors show the file, mapped into memory, rather than memory of their own.
    """

    def __init__(self, file: BinaryIO, mmap: bool = False) -> None:
        header = read_header(file)
        self.entries = header.entries
        self.structure = header.metadata.pop(STRUCTURE, None)
        self.texts = header.metadata
        self.metadata = {
            **header.metadata,
            **({} if self.structure is None else plain_values(self.structure)),
        }
        self.tensors = {
            name: TensorInfo(name, entry.shape, KINDS[entry.kind].dtype or entry.kind, entry.nbytes)
            for name, entry in header.entries.items()
        }
        self._regions = Regions(file, mmap)

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor on the CPU."""
        kind, shape, start, nbytes = self.entries[name]
        dtype = KINDS[kind].dtype
        if dtype is None:
            raise SerializationError(f"the tensor {name!r:.100} has the dtype {kind}, which is not supported")
        return as_tensor(viewed(self._regions.read(start, nbytes), dtype, shape), name)


def write_tensors(file: BinaryIO, tensors: Mapping[str, dl.Tensor], metadata: Mapping[str, str]) -> None:
    """Write a header, then each tensor from its own memory."""
    table = [(name, kind_of(name, tensor), tuple(tensor.shape)) for name, tensor in tensors.items()]
    header, order = format_header(table, metadata)
    file.write(header)
    for name in order:
        file.write(as_array(tensors[name]).reshape(-1).view(np.uint8).data)


def kind_of(name: str, tensor: dl.Tensor) -> str:
    """The format's word for a tensor's dtype."""
    if tensor.dtype.name not in _KINDS:
        raise TypeError(
            f"cannot save the tensor {name!r}: safetensors has no {tensor.dtype.name}; save as npz, or the real and "
            "imaginary parts one by one"
        )
    return _KINDS[tensor.dtype.name]


def checked_texts(metadata: Mapping[Any, Any] | None) -> dict[str, str]:
    """What a user gives as metadata."""
    for name, text in (metadata or {}).items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError(f"metadata is a dictionary of texts by name. Received: {name!r}: {text!r:.100}")
    return dict(metadata or {})
