"""Saving and loading: the files, and the base class of their formats, which plugins supply."""

from __future__ import annotations

from .atomic import atomic_write
from .checkpoints import Checkpoint, Checkpoints, LoadedCheckpoint, load_checkpoint
from .deferred import DeferredTensor
from .errors import SerializationError
from .files import load, open_file, save
from .importing import KeyMapping, import_state, remap
from .placing import placing
from .serializer import Serializer
from .sharing import Shown, shown
from .tensor_file import LoadedFile, TensorFile, TensorInfo, leaves

__all__ = [
    "Checkpoint",
    "Checkpoints",
    "DeferredTensor",
    "KeyMapping",
    "LoadedCheckpoint",
    "LoadedFile",
    "SerializationError",
    "Serializer",
    "Shown",
    "TensorFile",
    "TensorInfo",
    "atomic_write",
    "import_state",
    "leaves",
    "load",
    "load_checkpoint",
    "open_file",
    "placing",
    "remap",
    "save",
    "shown",
]
