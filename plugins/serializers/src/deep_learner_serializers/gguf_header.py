"""The header of a GGUF file: metadata by name, then names, shapes, types and places of the tensors.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Every count, length and place is held against the
size of the file before anything is read, allocated or looped over by it: a count needs at least the bytes that so many
of the smallest entries take.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from deep_learner.serialization import SerializationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAGIC", "Entry", "Header", "Kind", "read_header"]

MAGIC = b"GGUF"
_VERSIONS = 2, 3
_ALIGNMENT = "general.alignment"
_CODES = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    10: "Q",
    11: "q",
    12: "d",
}  # of struct, by type
_BOOL, _TEXT, _ARRAY, _UINT32 = 7, 8, 9, 4
_SMALLEST = {
    _BOOL: 1,
    _TEXT: 8,
    _ARRAY: 12,
    **{kind: struct.calcsize(f"={code}") for kind, code in _CODES.items()},
}
_SMALLEST_PAIR = 8 + 4 + 1
_SMALLEST_TENSOR = 8 + 4 + 4 + 8
_DEEPEST = 8  # arrays in arrays
_DIMENSIONS = 64
_LARGEST = 1 << 63


class Kind(NamedTuple):
    """A type of tensors: its name, how many elements a block of it holds, and the bytes that a block takes."""

    name: str
    elements: int
    nbytes: int


class Entry(NamedTuple):
    """A tensor: its type, its shape as PyTorch writes it, and where in the file its bytes lie."""

    kind: Kind
    shape: tuple[int, ...]
    start: int
    nbytes: int


class Header(NamedTuple):
    """What a file says before its values: its byte order, plain values by name, and its tensors in their order."""

    big_endian: bool
    metadata: dict[str, Any]
    entries: dict[str, Entry]


def read_header(file: BinaryIO, kinds: Mapping[int, Kind]) -> Header:
    """Read the header of a file that is open at its start.

    Parameters
    ----------
    file
        Open for reading.
    kinds
        The types of tensors by their numbers.

    Raises
    ------
    SerializationError
        It is damaged, of another version, or its tensors do not lie apart within the file.
    """
    start = file.tell()
    size = file.seek(0, 2) - start
    file.seek(start)
    head = file.read(8)
    if len(head) < 8 or head[:4] != MAGIC:
        raise SerializationError(
            "the file is damaged or no GGUF file: it does not start with GGUF and a version"
        )
    big_endian = head[4:6] == b"\0\0"  # versions are small
    version = int.from_bytes(head[4:], "big" if big_endian else "little")
    if version not in _VERSIONS:
        raise SerializationError(
            f"the file is GGUF of version {version}; versions {_VERSIONS[0]} and {_VERSIONS[1]} are read"
        )
    cursor = _Cursor(file, size - 8, ">" if big_endian else "<")
    count = cursor.count(_SMALLEST_TENSOR, "tensors")
    pairs = cursor.count(_SMALLEST_PAIR, "metadata")
    metadata: dict[str, Any] = {
        "GGUF.version": version,
        "GGUF.byte_order": "big" if big_endian else "little",
    }
    alignment = 32
    for _ in range(pairs):
        name, kind = cursor.name(metadata), cursor.number("I")
        metadata[name] = cursor.value(kind)
        if name == _ALIGNMENT:
            alignment = metadata[name]
            if kind != _UINT32 or alignment.bit_count() != 1:
                raise SerializationError(f"{_ALIGNMENT} is {alignment!r:.100}, which is no power of two")
    entries: dict[str, Entry] = {}
    for _ in range(count):
        name = cursor.name(entries)
        entries[name] = cursor.entry(name, kinds)
    begin = size - cursor.left
    begin += -begin % alignment
    _check_places(entries, size - begin, alignment)
    begin += start
    entries = {name: entry._replace(start=begin + entry.start) for name, entry in entries.items()}
    return Header(big_endian, metadata, entries)


class _Cursor:
    """Reads one thing after the other, never beyond the file's end."""

    def __init__(self, file: BinaryIO, left: int, order: str) -> None:
        self.file = file
        self.left = left
        self.codes = {code: struct.Struct(order + code) for code in _CODES.values()}
        self.order = order

    def take(self, length: int) -> bytes:
        """The next bytes."""
        if length > self.left:
            raise SerializationError(
                f"the header asks for {length} bytes where the file has {self.left} left: it is cut short or damaged"
            )
        self.left -= length
        return self.file.read(length)

    def number(self, code: str) -> Any:
        """The next number."""
        form = self.codes[code]
        return form.unpack(self.take(form.size))[0]

    def count(self, smallest: int, what: str) -> int:
        """The next number, of things that take at least so many bytes each."""
        count = self.number("Q")
        if count * smallest > self.left:
            raise SerializationError(
                f"the header claims {count} {what}, for which the {self.left} bytes that follow have no room"
            )
        return count

    def name(self, taken: Mapping[str, Any]) -> str:
        """The next text, which stands for itself once."""
        content = self.take(self.number("Q"))
        try:
            name = content.decode("utf-8")
        except UnicodeDecodeError:
            raise SerializationError(f"the name {content[:100]!r} is no UTF-8") from None
        if name in taken:
            raise SerializationError(f"the name {name!r:.100} stands there twice")
        return name

    def value(self, kind: int, depth: int = 0) -> Any:
        """The next value of a type."""
        if kind in _CODES:
            return self.number(_CODES[kind])
        if kind == _BOOL:
            return self.truths(1)[0]
        if kind == _TEXT:
            return self.text()
        if kind == _ARRAY:
            return self.array(depth)
        raise SerializationError(f"the metadata has a value of the unknown type {kind}")

    def text(self) -> str:
        """The next text; tokens may be halves of characters."""
        return self.take(self.number("Q")).decode("utf-8", "backslashreplace")

    def truths(self, count: int) -> list[bool]:
        content = self.take(count)
        if content and max(content) > 1:
            raise SerializationError(
                f"the metadata has the truth value {max(content)}, which is neither 0 nor 1"
            )
        return [one == 1 for one in content]

    def array(self, depth: int) -> list[Any]:
        kind = self.number("I")
        if kind not in _SMALLEST:
            raise SerializationError(f"the metadata has an array of the unknown type {kind}")
        if depth == _DEEPEST:
            raise SerializationError(f"the metadata has arrays nested more than {_DEEPEST} deep")
        count = self.count(_SMALLEST[kind], "elements of an array")
        if kind in _CODES:
            return list(
                struct.unpack(f"{self.order}{count}{_CODES[kind]}", self.take(count * _SMALLEST[kind]))
            )
        return self.truths(count) if kind == _BOOL else [self.value(kind, depth + 1) for _ in range(count)]

    def entry(self, name: str, kinds: Mapping[int, Kind]) -> Entry:
        """What follows a tensor's name; its place counts from the first value."""
        dimensions = self.number("I")
        if dimensions > _DIMENSIONS:
            raise SerializationError(
                f"the tensor {name!r:.100} has {dimensions} dimensions, more than {_DIMENSIONS}"
            )
        shape = tuple(self.number("Q") for _ in range(dimensions))[::-1]
        number, start = self.number("I"), self.number("Q")
        if number not in kinds:
            raise SerializationError(f"the tensor {name!r:.100} is of the unknown type {number}")
        kind = kinds[number]
        if math.prod(filter(None, shape)) * kind.nbytes >= _LARGEST:
            raise SerializationError(
                f"the tensor {name!r:.100} has the shape {shape!r:.100}, which nothing holds"
            )
        if (shape[-1] if shape else 1) % kind.elements:
            raise SerializationError(
                f"the tensor {name!r:.100} of shape {shape!r:.100} has rows that are no whole blocks of {kind.name}, "
                f"which are {kind.elements} elements each"
            )
        return Entry(kind, shape, start, math.prod(shape) // kind.elements * kind.nbytes)


def _check_places(entries: dict[str, Entry], size: int, alignment: int) -> None:
    """Refuse tensors that overlap or lie where they must not."""
    reached = 0
    for name, entry in sorted(entries.items(), key=lambda one: one[1][2:]):
        what = f"the tensor {name!r:.100} of {entry.nbytes} bytes at byte {entry.start} of the values"
        if entry.start % alignment:
            raise SerializationError(f"{what} lies at no multiple of {alignment}")
        if entry.nbytes and entry.start < reached:
            raise SerializationError(f"{what} overlaps the one before, which reaches to {reached}")
        if entry.start + entry.nbytes > max(size, 0):
            raise SerializationError(
                f"{what} reaches beyond the file, which has {max(size, 0)}: it is cut short"
            )
        reached = entry.start + entry.nbytes
