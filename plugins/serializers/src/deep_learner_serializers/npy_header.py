"""The header of an ``.npy`` array: dtype, order and shape, written as a Python dictionary.

Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. NumPy reads it with Python's own parser,
which is made for programs of people one trusts; the few forms that it has are recognised here without one.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from deep_learner.serialization import SerializationError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["NpyHeader", "read_npy_header"]

_MAGIC = b"\x93NUMPY"
_LENGTHS = {1: 2, 2: 4, 3: 4}  # bytes of the header's length, by version
_DIMENSIONS = 64  # NumPy's limit
_LONGEST = 10_000  # bytes, NumPy's own limit
_ENTRY = r"""\s*['"](\w+)['"]\s*:\s*('[^']*'|"[^"]*"|True|False|\([\dL, ]*\)|\[[^\]]*\])\s*"""
_DICTIONARY = re.compile(rf"\s*{{{_ENTRY},{_ENTRY},{_ENTRY}(?:,\s*)?}}\s*")
_NUMBERS = re.compile(r"[<>|=]?[?biufc]\d{0,2}")
_OTHERS = re.compile(r"[<>|=]?[SUVmM]\d*(\[\w*\])?")


class NpyHeader(NamedTuple):
    """What a header says of its array."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """How many bytes the array takes."""
        return math.prod(self.shape) * self.dtype.itemsize

    def array(self, content: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        """The array of these bytes, as many as it takes."""
        return content.view(self.dtype).reshape(self.shape, order="F" if self.fortran_order else "C")


def read_npy_header(stream: BinaryIO) -> NpyHeader:
    """Read the header that begins at the stream's position.

    Raises
    ------
    SerializationError
        It is damaged, or its array is not one of numbers or text; the message goes on from the array's name.
    """
    start = stream.read(len(_MAGIC) + 2)
    if not start.startswith(_MAGIC) or len(start) < len(_MAGIC) + 2 or start[-2] not in _LENGTHS:
        raise _damaged(f"it starts with {start!r}, which no version of .npy does")
    length = int.from_bytes(stream.read(_LENGTHS[start[-2]]), "little")
    text = stream.read(min(length, _LONGEST + 1)).decode("latin1")
    if len(text) != length or length > _LONGEST:
        raise _damaged(f"{length} bytes are stated, of which {len(text)} are there")
    said = _entries(text)
    return NpyHeader(_shape(said["shape"]), said["fortran_order"] == "True", _dtype(said["descr"]))


def _entries(text: str) -> dict[str, str]:
    """The three entries by name, as they are written."""
    found = _DICTIONARY.fullmatch(text)
    said = dict(zip(found.groups()[::2], found.groups()[1::2], strict=True)) if found else {}
    if said.keys() != {"descr", "fortran_order", "shape"} or said["fortran_order"] not in ("True", "False"):
        raise _damaged(f"it is no dictionary of descr, fortran_order and shape: {text!r:.100}")
    return said


def _shape(text: str) -> tuple[int, ...]:
    """A tuple of sizes; Python 2 wrote an L after large ones."""
    sizes = text.strip("() ").removesuffix(",").replace("L", "").split(",")
    sizes = [] if sizes == [""] else sizes
    if (
        not text.startswith("(")
        or len(sizes) > _DIMENSIONS
        or not all(re.fullmatch(r" *\d{1,19} *", size) for size in sizes)
    ):
        raise _damaged(f"the shape {text:.60} is none")
    return tuple(map(int, sizes))


def _dtype(text: str) -> np.dtype[Any]:
    name = text.strip("'\"")
    if text.startswith("[") or name.endswith("O"):
        what = "pickled Python objects" if "O" in name else "records"
        raise SerializationError(f"holds {what}, which are never read")
    if not _NUMBERS.fullmatch(name) and not _OTHERS.fullmatch(name):
        raise _damaged(f"there is no dtype {text:.40}")
    try:
        return np.dtype(name)
    except (TypeError, ValueError):
        raise _damaged(f"there is no dtype {text:.40}") from None


def _damaged(what: str) -> SerializationError:
    return SerializationError(f"has a damaged header ({what})")
