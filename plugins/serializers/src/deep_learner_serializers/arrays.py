"""Between tensors, on whatever device and backend, and the NumPy arrays that the formats write."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

import deep_learner as dl
from deep_learner.serialization import SerializationError

__all__ = ["as_array", "as_tensor", "viewed"]


def as_array(tensor: dl.Tensor) -> npt.NDArray[np.generic]:
    """The tensor's values as a contiguous little-endian array in the computer's memory."""
    array = np.asarray(tensor.detach().cpu().numpy(), order="C")
    return array if sys.byteorder == "little" else array.byteswap()


def viewed(raw: npt.NDArray[np.uint8], dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Little-endian bytes as an array of a dtype of ours, without a copy where that can be.

    bfloat16 becomes float32, which holds each of its values exactly, where nothing that brings it is installed.
    """
    if dtype == "bool":
        values: npt.NDArray[Any] = raw.view("bool") if not raw.size or raw.max() <= 1 else raw != 0
    elif dtype == "bfloat16":
        halves = _native(raw.view("<u2"))
        try:
            values = halves.view(dl.zeros((), dtype=dl.bfloat16, device="cpu").numpy().dtype)
        except (ImportError, TypeError):  # the backend lacks it
            values = (halves.astype("uint32") << 16).view("float32")
    else:
        values = _native(raw.view(np.dtype(dtype).newbyteorder("<")))
    try:
        return values.reshape(shape)
    except ValueError:  # more dimensions, or a larger product of sizes, than NumPy has; one of them may be 0
        raise SerializationError(f"the shape {shape!r:.100} is none that an array can have") from None


def _native(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def as_tensor(array: npt.NDArray[Any], name: str) -> dl.Tensor:
    """A tensor on the CPU that shows the array's own memory, if it is in the computer's byte order."""
    try:
        return dl.from_numpy(np.asarray(_native(array), order="C"))
    except TypeError as error:
        raise SerializationError(f"the array {name!r} cannot become a tensor: {error}") from None
