"""The safetensors format: a JSON header with names, dtypes and shapes, then the raw values.

Source: https://huggingface.co/docs/safetensors. The format's own library writes and checks the file; the
structure of a nested value stands in the header's metadata, where other readers ignore it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import safetensors
import safetensors.numpy

from deep_learner.serialization import SerializationError, Serializer
from deep_learner_serializers.arrays import as_array, as_tensor
from deep_learner_serializers.structure import flatten, restore

if TYPE_CHECKING:
    import deep_learner as dl

__all__ = ["Safetensors"]

STRUCTURE = "deep_learner.structure"
DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
    "C64": "complex64",
}


class Safetensors(Serializer):
    """Tensors in a file that any reader of safetensors understands.

    Notes
    -----
    ``complex128``, which the format lacks, is refused. ``BF16`` from elsewhere arrives as ``float32``, which
    holds each of its values exactly.
    """

    @staticmethod
    def recognises(head: bytes) -> bool:
        """A length of 8 bytes, then the ``{`` of the header."""
        return head[8:9] == b"{"

    def write(self, value: Any, file: BinaryIO) -> None:
        """Write `value`; its structure goes into the metadata."""
        tensors, structure = flatten(value, reserved=frozenset({"__metadata__"}))
        arrays = {name: as_array(tensor) for name, tensor in tensors.items()}
        for name, array in arrays.items():
            if array.dtype.name not in DTYPES.values():
                raise TypeError(
                    f"cannot save the tensor {name!r}: safetensors has no {array.dtype.name}; save as npz, "
                    "or the real and imaginary parts one by one"
                )
        file.write(safetensors.numpy.save(arrays, {STRUCTURE: structure}))

    def read(self, file: BinaryIO) -> Any:
        """Read a value; a file without our structure is a flat dictionary of tensors."""
        content = file.read()
        try:
            entries = safetensors.deserialize(content)
        except safetensors.SafetensorError as error:
            raise SerializationError(f"the file is damaged or no safetensors file ({error})") from None
        tensors = {name: _tensor(name, entry) for name, entry in entries}
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
        return restore(tensors, metadata[STRUCTURE]) if STRUCTURE in metadata else tensors


def _tensor(name: str, entry: dict[str, Any]) -> dl.Tensor:
    kind, shape, data = entry["dtype"], entry["shape"], entry["data"]
    if kind == "BF16":  # the upper half of a float32
        array = (np.frombuffer(data, "<u2").astype("uint32") << 16).view("float32")
    elif kind in DTYPES:
        array = np.frombuffer(data, np.dtype(DTYPES[kind]).newbyteorder("<"))
    else:
        raise SerializationError(f"the tensor {name!r} has the dtype {kind}, which is not supported")
    return as_tensor(array.reshape(shape), name)
