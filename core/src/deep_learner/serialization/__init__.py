"""Saving and loading: the files, and the base class of their formats, which plugins supply."""

from __future__ import annotations

from .atomic import atomic_write
from .errors import SerializationError
from .files import load, open_file, save
from .placing import placing
from .serializer import Serializer
from .sharing import Shown, shown
from .tensor_file import LoadedFile, TensorFile, TensorInfo, leaves

__all__ = [
    "LoadedFile",
    "SerializationError",
    "Serializer",
    "Shown",
    "TensorFile",
    "TensorInfo",
    "atomic_write",
    "leaves",
    "load",
    "open_file",
    "placing",
    "save",
    "shown",
]
