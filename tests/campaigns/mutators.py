"""Mutations that know a format's frame, so that changes reach what lies behind checksums and lengths.

Each takes the content, a source of chance and `scramble`, which changes bytes at random and is atheris's own where
it is there; what a mutation cannot take apart is scrambled as a whole.
"""

from __future__ import annotations

import io
import json
import pickletools
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

__all__ = ["Mutator", "Scramble", "json_header", "json_text", "pickles", "protobuf", "scrambler", "zip_of"]

Scramble = Callable[[bytes], bytes]
Mutator = Callable[[bytes, random.Random, Scramble], bytes]

_NUMBERS = (
    0,
    1,
    -1,
    2,
    7,
    8,
    127,
    255,
    256,
    2**16,
    2**31 - 1,
    2**31,
    2**32,
    2**40,
    2**53,
    2**62,
    2**63,
    2**64,
)
_DAMAGE = (ValueError, KeyError, IndexError, OSError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error,
           EOFError, NotImplementedError)  # fmt: skip


def scrambler(chance: random.Random, tokens: tuple[bytes, ...] = ()) -> Scramble:
    """Changes of bytes as fuzzers make them, for where atheris is not."""

    def piece(content: bytearray) -> bytes:
        start = chance.randrange(len(content) + 1)
        return bytes(content[start : start + chance.choice((1, 2, 4, 8, 16, 64))])

    def scramble(data: bytes) -> bytes:
        content = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
            place = chance.randrange(len(content) + 1)
            kind = chance.randrange(8)
            if kind == 0:
                content[place : place + 1] = bytes([chance.randrange(256)])
            elif kind == 1 and place < len(content):
                content[place] ^= 1 << chance.randrange(8)
            elif kind == 2:
                content[place:place] = chance.randbytes(chance.choice((1, 2, 4, 16)))
            elif kind == 3:
                del content[place : place + chance.choice((1, 2, 4, 8, 64))]
            elif kind == 4:
                content[place:place] = piece(content)
            elif kind == 5:
                new = piece(content)
                content[place : place + len(new)] = new
            elif kind == 6:
                number, length = chance.choice(_NUMBERS), chance.choice((1, 2, 4, 8))
                new = (number % (1 << 8 * length)).to_bytes(length, chance.choice(("little", "big")))
                content[place : place + length] = new
            elif tokens:
                content[place : place + chance.choice((0, 4))] = chance.choice(tokens)
        return bytes(content)

    return scramble


def json_text(data: bytes, chance: random.Random, scramble: Scramble) -> bytes:
    """JSON, of which one value, key or place changes; names may then stand twice."""
    try:
        root = json.loads(data, object_pairs_hook=lambda pairs: _Object(map(list, pairs)))
        places = [("root", [root], 0), *_places(root)]
        for _ in range(chance.choice((1, 1, 2))):
            _change(chance.choice(places), chance, places)
        return _dumped(places[0][1][0]).encode("utf-8", "surrogatepass")
    except (*_DAMAGE, RecursionError, TypeError):
        return scramble(data)


class _Object(list[Any]):
    """Pairs of name and value, in which a name may stand twice."""


def _places(item: Any) -> list[tuple[str, Any, int]]:
    found: list[tuple[str, Any, int]] = []
    for index, entry in enumerate(item if isinstance(item, list) else ()):
        if isinstance(item, _Object):
            found += [("pair", item, index), ("key", entry, 0), ("value", entry, 1), *_places(entry[1])]
        else:
            found += [("item", item, index), *_places(entry)]
    return found


def _change(place: tuple[str, Any, int], chance: random.Random, places: list[tuple[str, Any, int]]) -> None:
    kind, container, index = place
    if index >= len(container):
        return
    if kind in ("pair", "item") and chance.random() < 0.5:
        change = chance.randrange(3)
        if change == 0:
            del container[index]
        elif change == 1:
            container.insert(index, container[index])
        else:
            container[index], container[0] = container[0], container[index]
    elif kind != "pair":
        value = container[index]
        _, other, position = chance.choice(places)
        odd = ("", None, True, 1.5, [], _Object(), "\ud800", "F32", "../../x", 1e400, -1, *_NUMBERS)
        near = value + chance.choice((-1, 1, 8, value)) if type(value) is int else chance.choice(odd)
        borrowed = other[position] if position < len(other) else None
        container[index] = chance.choice((near, near, chance.choice(odd), borrowed))


def _dumped(item: Any) -> str:
    if isinstance(item, _Object):
        return "{" + ",".join(f"{_dumped(key)}:{_dumped(value)}" for key, value in item) + "}"
    if isinstance(item, list):
        return "[" + ",".join(map(_dumped, item)) + "]"
    return json.dumps(item)


def json_header(data: bytes, chance: random.Random, scramble: Scramble) -> bytes:
    """Eight bytes with the length of a JSON header, the header, values: as safetensors has them."""
    length = int.from_bytes(data[:8], "little")
    header, values = data[8 : 8 + length], data[8 + length :]
    choice = chance.randrange(8)
    if choice == 0 or not header:
        return scramble(data)
    if choice == 1:
        values = scramble(values) if values else b"\0"
    elif choice < 4:
        header = scramble(header)
    else:
        header = json_text(header, chance, scramble)
    return struct.pack("<Q", len(header)) + header + values


def zip_of(member: Mutator) -> Mutator:
    """Zip archives, of which a member changes, its name or its place; the checksums are right."""

    def mutate(data: bytes, chance: random.Random, scramble: Scramble) -> bytes:
        if chance.random() < 0.15:
            return scramble(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = [[entry.filename, archive.read(entry)] for entry in archive.infolist()[:64]]
            if sum(len(content) for _, content in members) > 1 << 20:
                return scramble(data)
            choice, index = chance.randrange(16), chance.randrange(len(members))
            if choice == 0:
                del members[index]
            elif choice == 1:
                members.insert(index, list(chance.choice(members)))
            elif choice == 2:
                members[index][0] = scramble(members[index][0].encode()).decode("latin1")
            else:
                members[index][1] = member(members[index][1], chance, scramble)
            return _archive(members, chance)
        except _DAMAGE:
            return scramble(data)

    return mutate


def _archive(members: list[list[Any]], chance: random.Random) -> bytes:
    target = io.BytesIO()
    compression = zipfile.ZIP_DEFLATED if chance.random() < 0.1 else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of names that stand there twice
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return target.getvalue()


def pickles(data: bytes, chance: random.Random, scramble: Scramble) -> bytes:
    """Pickles in a row and what follows them, of which an opcode changes, or the argument of one."""
    try:
        codes = _opcodes(data)
    except _DAMAGE:
        return scramble(data)
    if not codes or chance.random() < 0.3:
        return scramble(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        place, other = chance.randrange(len(codes)), chance.choice(codes)
        change = chance.randrange(5)
        if change == 0:
            codes[place : place + chance.choice((1, 1, 2, 4))] = []
        elif change == 1:
            codes.insert(place, other)
        elif change == 2:
            codes[place : place + 1] = [other]
        elif change == 3 and place < len(codes):
            codes[place] = codes[place][:1] + scramble(codes[place][1:])
        else:
            start = chance.randrange(len(codes) + 1)
            codes[place:place] = codes[start : start + chance.choice((2, 4, 8))]
        if not codes:
            break
    return b"".join(codes)


def _opcodes(data: bytes) -> list[bytes]:
    """The opcodes with their arguments; what is no pickle is one piece at the end."""
    stream, codes = io.BytesIO(data), list[bytes]()
    while True:
        start = stream.tell()
        try:
            places = [place for _, _, place in pickletools.genops(stream)]
        except (ValueError, UnicodeDecodeError, OverflowError, struct.error):
            return [*codes, data[start:]] if start < len(data) else codes
        ends = [*places[1:], stream.tell()]
        codes += [data[place:end] for place, end in zip(places, ends, strict=True) if place is not None]


def protobuf(data: bytes, chance: random.Random, scramble: Scramble) -> bytes:
    """Messages of protocol buffers, of which a field changes, at whatever depth; lengths are right."""
    fields = _fields(data) if chance.random() < 0.85 else None
    if not fields:
        return scramble(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        inside = fields
        while True:
            index = chance.randrange(len(inside))
            value = inside[index][2]
            if not isinstance(value, list) or not value or chance.random() < 0.1:
                break
            inside = value
        change = chance.randrange(8)
        if change == 0 and len(inside) > 1:
            del inside[index]
        elif change == 1:
            inside.insert(chance.randrange(len(inside) + 1), list(inside[index]))
        elif change == 2:
            inside[index][0] = chance.randrange(1, 32)
        elif isinstance(value, int):
            inside[index][2] = chance.choice((value + 1, value - 1, value * 2, *_NUMBERS)) % (1 << 64)
        else:
            inside[index][2] = scramble(_encoded(value) if isinstance(value, list) else value)
    return _encoded(fields)


def _fields(data: bytes) -> list[list[Any]] | None:
    """[number, wire type, value] for each field, where a value that reads as a message is one; None if it is none."""
    fields: list[list[Any]] = []
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        number, wire = key >> 3, key & 7
        value: Any
        if wire == 0:
            value, place = _varint(data, place)
        elif wire in (1, 2, 5):
            length, place = (8 if wire == 1 else 4, place) if wire != 2 else _varint(data, place)
            value = data[place : place + length]
            if len(value) != length:
                return None
            place += length
            value = (_fields(value) if wire == 2 and len(value) > 1 else None) or value
        else:
            return None
        if not number:
            return None
        fields.append([number, wire, value])
    return fields


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while place < len(data) and shift < 70:
        number |= (data[place] & 127) << shift
        shift += 7
        place += 1
        if data[place - 1] < 128:
            return number, place
    return 0, len(data) + 1


def _encoded(fields: list[list[Any]]) -> bytes:
    content = bytearray()
    for number, wire, value in fields:
        content += _bytes_of(number << 3 | wire)
        if wire == 0:
            content += _bytes_of(value if isinstance(value, int) else len(value))
            continue
        inner = _encoded(value) if isinstance(value, list) else value
        content += (_bytes_of(len(inner)) if wire == 2 else b"") + inner
    return bytes(content)


def _bytes_of(number: int) -> bytes:
    content = bytearray()
    while number > 127:
        content.append(number & 127 | 128)
        number >>= 7
    return bytes([*content, number])
