"""The IDX format of MNIST: a type, the sizes of the dimensions, and the values, all big-endian.

Source: the description on http://yann.lecun.com/exdb/mnist, "The IDX file format".
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deep_learner_data.files import open_file, read_at_most, read_exactly

__all__ = ["read_idx"]

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | Path) -> npt.NDArray[Any]:
    """Read an IDX file, compressed with gzip or not.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    numpy.ndarray
        Of the shape and the dtype that the file states, in the computer's byte order.

    Raises
    ------
    ValueError
        It is no IDX file, or is shorter or longer than its header says.
    """
    path = Path(path)
    with open_file(path) as file:
        head = read_exactly(file, 4, path, "the IDX header")
        if head[:2] != b"\0\0" or head[2] not in DTYPES:
            raise ValueError(f"{path} is no IDX file: it starts with {head!r}, not with two zeros and a type")
        sizes = read_exactly(file, 4 * head[3], path, f"the sizes of {head[3]} dimensions")
        shape = struct.unpack(f">{head[3]}I", sizes)
        dtype = np.dtype(DTYPES[head[2]])
        content = read_exactly(file, math.prod(shape) * dtype.itemsize, path, f"an array of shape {shape}")
        if read_at_most(file, 1, path):
            raise ValueError(f"{path} is damaged: it goes on after its array of shape {shape}")
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))
