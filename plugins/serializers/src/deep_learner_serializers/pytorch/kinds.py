"""PyTorch's names for what storages hold, and our dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import deep_learner as dl

if TYPE_CHECKING:
    from deep_learner.dtypes import DType

__all__ = ["DTYPES", "STORAGES", "StorageType"]

_ELEMENTS = {
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Char": "int8",
    "Short": "int16",
    "Int": "int32",
    "Long": "int64",
    "Byte": "uint8",
    "Bool": "bool",
    "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
}


class StorageType(NamedTuple):
    """The type of a storage: its name, and the dtype of its elements; None for bytes of any dtype."""

    name: str
    dtype: DType | None


DTYPES: dict[str, DType] = {
    name: getattr(dl, name) for name in (*_ELEMENTS.values(), "uint16", "uint32", "uint64")
}
STORAGES: dict[str, StorageType] = {
    **{f"{name}Storage": StorageType(f"{name}Storage", DTYPES[kind]) for name, kind in _ELEMENTS.items()},
    "UntypedStorage": StorageType("UntypedStorage", None),
}
