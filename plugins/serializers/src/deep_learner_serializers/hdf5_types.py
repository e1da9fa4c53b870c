"""The types of HDF5 datasets, and our dtypes that hold their values."""

from __future__ import annotations

from typing import Any

import numpy as np
from h5py import h5t

__all__ = ["KINDS", "bfloat16", "dtype_of"]

KINDS = {
    h5t.INTEGER: "integer", h5t.FLOAT: "float", h5t.STRING: "string", h5t.ENUM: "enumeration", h5t.TIME: "time",
    h5t.COMPOUND: "compound", h5t.OPAQUE: "opaque", h5t.REFERENCE: "reference", h5t.VLEN: "variable length",
    h5t.ARRAY: "array", h5t.BITFIELD: "bit field",
}  # fmt: skip
_DTYPES = (
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip


def bfloat16() -> Any:
    """The type of the upper halves of float32, which is in no list of h5py's."""
    kind = h5t.IEEE_F16LE.copy()
    kind.set_fields(15, 7, 8, 0, 7)
    kind.set_ebias(127)
    return kind


def dtype_of(kind: Any) -> tuple[str | None, int, bool]:
    """The dtype that holds a type's values, None if there is none; the bytes of one; and whether they are the same."""
    if kind.equal(bfloat16()):
        return "bfloat16", 2, True
    try:
        dtype = kind.dtype
    except TypeError:
        return None, kind.get_size(), False
    if dtype.name not in _DTYPES:
        return None, kind.get_size(), False
    same = kind.equal(h5t.py_create(np.dtype(dtype.name).newbyteorder("<"), logical=True))
    return dtype.name, dtype.itemsize, same
