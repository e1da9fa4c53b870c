"""Between tensors, on whatever device and backend, and the NumPy arrays that the formats write."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import deep_learner as dl
from deep_learner.serialization import SerializationError

__all__ = ["as_array", "as_tensor"]


def as_array(tensor: dl.Tensor) -> npt.NDArray[np.generic]:
    """The tensor's values as a contiguous little-endian array in the computer's memory."""
    array = np.asarray(tensor.detach().cpu().numpy(), order="C")
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def as_tensor(array: npt.NDArray[np.generic], name: str) -> dl.Tensor:
    """A tensor of the array's values on the default device."""
    try:
        return dl.tensor(array.astype(array.dtype.newbyteorder("="), order="C", copy=False))
    except TypeError as error:
        raise SerializationError(f"the array {name!r} cannot become a tensor: {error}") from None
