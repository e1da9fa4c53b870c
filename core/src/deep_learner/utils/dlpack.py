"""Tensors to and from other libraries in one memory, by the DLPack standard: https://dmlc.github.io/dlpack/latest."""

from __future__ import annotations

from typing import Any

from ..functions import from_dlpack
from ..tensor import Tensor

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule with the tensor's memory, which one library may take.

    Raises
    ------
    BufferError
        If the tensor cannot be shown to others.
    """
    return tensor.__dlpack__()
