"""The header of a safetensors file: eight bytes with its length, then JSON with names, dtypes, shapes and places.

Source: https://huggingface.co/docs/safetensors. What a header says is checked as the format's own library checks
it, and against the size of the file, before anything is read or allocated by it; a name that stands there twice,
which the format forbids, is refused.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from deep_learner.serialization import SerializationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["KINDS", "Entry", "Header", "format_header", "read_header"]

_LONGEST = 100_000_000  # bytes: the library's own limit
_METADATA = "__metadata__"
_TOO_MANY = 1 << 64  # bits, more than any file has


class Kind(NamedTuple):
    """A dtype of the format: our name for it, None where we have none, and the bits that an element takes."""

    dtype: str | None
    bits: int


# In the library's order of files: large elements come first, so that each lies at a multiple of its size.
KINDS = {
    "U64": Kind("uint64", 64),
    "I64": Kind("int64", 64),
    "F64": Kind("float64", 64),
    "C64": Kind("complex64", 64),
    "F32": Kind("float32", 32),
    "U32": Kind("uint32", 32),
    "I32": Kind("int32", 32),
    "BF16": Kind("bfloat16", 16),
    "F16": Kind("float16", 16),
    "U16": Kind("uint16", 16),
    "I16": Kind("int16", 16),
    "F8_E5M2FNUZ": Kind(None, 8),
    "F8_E4M3FNUZ": Kind(None, 8),
    "F8_E8M0": Kind(None, 8),
    "F8_E4M3": Kind(None, 8),
    "F8_E5M2": Kind(None, 8),
    "I8": Kind("int8", 8),
    "U8": Kind("uint8", 8),
    "F6_E3M2": Kind(None, 6),
    "F6_E2M3": Kind(None, 6),
    "F4": Kind(None, 4),
    "BOOL": Kind("bool", 8),
}


class Entry(NamedTuple):
    """A tensor: its dtype in the format's words, its shape, and where in the file its bytes lie."""

    kind: str
    shape: tuple[int, ...]
    start: int
    nbytes: int


class Header(NamedTuple):
    """The tensors of a file, in the order in which they lie, and its texts by name."""

    entries: dict[str, Entry]
    metadata: dict[str, str]


def read_header(file: BinaryIO) -> Header:
    """Read the header of a file that is open at its start.

    Raises
    ------
    SerializationError
        It is damaged, or the tensors that it names do not fill the rest of the file, each byte once.
    """
    start = file.tell()
    size = file.seek(0, 2) - start
    file.seek(start)
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, _LONGEST):
        raise SerializationError(
            f"the file is damaged or no safetensors file: its header of {length} bytes (at most {_LONGEST} are "
            f"read) does not fit into its {size} bytes"
        )
    table = _table(file.read(length))
    metadata = table.pop(_METADATA, None)
    metadata = {} if metadata is None else metadata
    if type(metadata) is not dict or not all(type(text) is str for text in metadata.values()):
        raise SerializationError(f"the header's {_METADATA} is no dictionary of texts")
    entries = sorted((_entry(name, said) for name, said in table.items()), key=lambda one: one[1][2:])
    reached = 0
    for name, entry in entries:
        if entry.start != reached:
            raise SerializationError(
                f"the tensor {name!r:.100} starts at byte {entry.start} of the values, where {reached} was due: "
                "tensors may neither overlap nor leave gaps"
            )
        reached += entry.nbytes
    if reached != size - 8 - length:
        raise SerializationError(
            f"the tensors take {reached} bytes, but after the header there are {size - 8 - length}: the file is "
            "cut short, or something was added to it"
        )
    begin = start + 8 + length
    return Header({name: entry._replace(start=begin + entry.start) for name, entry in entries}, metadata)


def _table(content: bytes) -> dict[str, Any]:
    """The JSON of the header."""
    try:
        text = content.decode("utf-8")
        table = json.loads(text, object_pairs_hook=_once) if text.startswith("{") else None
        if "\\u" in text:  # by which JSON can say halves of characters, which are no text
            json.dumps(table, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise SerializationError(
            f"the file is damaged or no safetensors file: its header is not read ({error})"
        ) from None
    if type(table) is not dict:
        raise SerializationError("the file is damaged or no safetensors file: its header is no JSON object")
    return table


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise ValueError(f"the name {twice!r:.100} stands there twice")
    return table


def _entry(name: str, said: Any) -> tuple[str, Entry]:
    """What the header says of a tensor, which may be anything; its place counts from the first value."""
    where = f"the header's entry of {name!r:.100}"
    if type(said) is not dict or not said.keys() >= {"dtype", "shape", "data_offsets"}:
        raise SerializationError(f"{where} is no dictionary of dtype, shape and data_offsets")
    kind, shape, offsets = said["dtype"], said["shape"], said["data_offsets"]
    if type(kind) is not str or kind not in KINDS:
        raise SerializationError(f"{where} has the dtype {kind!r:.100}, which the format does not have")
    if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise SerializationError(f"{where} has a shape or offsets that are no lists of sizes")
    start, end = offsets
    bits = KINDS[kind].bits
    for length in [0] if 0 in shape else shape:
        bits *= length
        if bits >= _TOO_MANY:  # the library refuses what overflows; and long products take forever
            break
    if bits != 8 * (end - start):
        raise SerializationError(
            f"{where} of shape {shape!r:.100} and dtype {kind} takes {bits / 8:g} bytes, but has {end - start}"
        )
    return name, Entry(kind, tuple(shape), start, end - start)


def _are_sizes(numbers: Any) -> bool:
    return type(numbers) is list and all(type(one) is int and 0 <= one < 1 << 63 for one in numbers)


def format_header(
    tensors: Iterable[tuple[str, str, tuple[int, ...]]], metadata: Mapping[str, str]
) -> tuple[bytes, list[str]]:
    """The header of tensors of these names, dtypes in the format's words, and shapes; and their order in the file."""
    rank = {kind: position for position, kind in enumerate(KINDS)}
    table: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    end, order = 0, sorted(tensors, key=lambda one: (rank[one[1]], one[0]))
    for name, kind, shape in order:
        start, end = end, end + math.prod(shape) * KINDS[kind].bits // 8
        table[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the values lie where processors like them
    return len(text).to_bytes(8, "little") + text, [name for name, _, _ in order]
