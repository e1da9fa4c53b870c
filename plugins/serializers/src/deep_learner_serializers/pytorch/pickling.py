"""Writing pickles of protocol 2: plain values directly, everything else as a call of something by its name."""

from __future__ import annotations

import pickle
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

__all__ = ["Call", "Name", "Outside", "Pickler"]

_PYTHON_2 = {"builtins": "__builtin__"}
_SHORT_TUPLES = (pickle.EMPTY_TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3)


class Name(NamedTuple):
    """What a module has under a name."""

    full: str


class Outside(NamedTuple):
    """What is kept outside the pickle, under an identity."""

    identity: tuple[Any, ...]


class Call(NamedTuple):
    """What calling something by its name gives.

    Attributes
    ----------
    name : str
        Of the class or function.
    arguments : tuple
        What to call it with; another Call, Name or Outside may be among them.
    empty : bool
        Whether it is a class to make an instance of without calling it.
    items : dict or None
        What is then put into it.
    state : object
        What it is then given as its state; None for nothing.
    """

    name: str
    arguments: tuple[Any, ...] = ()
    empty: bool = False
    items: dict[Any, Any] | None = None
    state: Any = None


class Pickler:
    """One pickle.

    Parameters
    ----------
    reduce
        ``reduce(value)`` is the Call or Name that stands for a value that is not plain; TypeError without a place
        for one that is not saved.
    """

    def __init__(self, reduce: Callable[[Any], Call | Name]) -> None:
        self.reduce = reduce
        self.output = bytearray(pickle.PROTO + b"\x02")
        self.memo: dict[Any, int] = {}
        self.kept: list[Any] = []  # what is known by its identity must live until the end
        self.path: list[Any] = []
        self.inside: set[int] = set()

    def dump(self, value: Any) -> bytes:
        """The pickle.

        Raises
        ------
        TypeError
            `value` contains something that is not saved; the message says where.
        ValueError
            A tuple or an object's arguments contain themselves, or something is nested too deep.
        """
        try:
            self.save(value)
        except RecursionError:
            raise ValueError("cannot save a value that is nested so deep") from None
        return bytes(self.output + pickle.STOP)

    def save(self, value: Any, *place: Any) -> None:
        """Write a value, found at `place` in what contains it."""
        self.path.extend(place)
        kind = type(value)
        if kind in _IMMEDIATE:
            _IMMEDIATE[kind](self, value)
        elif not self.recall(id(value)):
            self.kept.append(value)
            if kind in _CONTAINERS:
                _CONTAINERS[kind](self, value)
            else:
                self.save_reduced(value)
        del self.path[len(self.path) - len(place) :]

    def where(self) -> str:
        """The place of the value being written, for messages."""
        return f"at {'.'.join(map(str, self.path))!r}" if self.path else "given"

    @contextmanager
    def within(self, value: Any) -> Generator[None]:
        """While the parts of a value are written that must be there before it is."""
        if id(value) in self.inside:
            raise ValueError(f"cannot save the {type(value).__name__} {self.where()}: it contains itself")
        self.inside.add(id(value))
        yield
        self.inside.remove(id(value))

    # --------------------------------------------------------------- memo

    def remember(self, key: Any) -> None:
        index = self.memo[key] = len(self.memo)
        self.output += _indexed(pickle.BINPUT, pickle.LONG_BINPUT, index)

    def recall(self, key: Any) -> bool:
        if key not in self.memo:
            return False
        self.output += _indexed(pickle.BINGET, pickle.LONG_BINGET, self.memo[key])
        return True

    # ------------------------------------------------------------- values

    def save_integer(self, value: int) -> None:
        if 0 <= value < 1 << 8:
            self.output += pickle.BININT1 + struct.pack("<B", value)
        elif 0 <= value < 1 << 16:
            self.output += pickle.BININT2 + struct.pack("<H", value)
        elif -(1 << 31) <= value < 1 << 31:
            self.output += pickle.BININT + struct.pack("<i", value)
        else:
            content = pickle.encode_long(value)
            short = len(content) < 1 << 8
            self.output += (
                pickle.LONG1 + struct.pack("<B", len(content))
                if short
                else (pickle.LONG4 + struct.pack("<i", len(content)))
            )
            self.output += content

    def save_text(self, value: str) -> None:
        if not self.recall(("text", value)):
            content = value.encode("utf-8", "surrogatepass")
            self.output += pickle.BINUNICODE + struct.pack("<I", len(content)) + content
            self.remember(("text", value))

    def save_bytes(self, value: bytes) -> None:
        self.save_call(Call("_codecs.encode", (value.decode("latin1"), "latin1")))

    def save_name(self, name: Name) -> None:
        if not self.recall(name):
            module, _, attribute = name.full.rpartition(".")
            self.output += pickle.GLOBAL + f"{_PYTHON_2.get(module, module)}\n{attribute}\n".encode()
            self.remember(name)

    def save_outside(self, outside: Outside) -> None:
        self.save_items_of_tuple(outside.identity)
        self.output += pickle.BINPERSID

    def save_items_of_tuple(self, values: Sequence[Any]) -> None:
        if len(values) >= len(_SHORT_TUPLES):
            self.output += pickle.MARK
        for index, value in enumerate(values):
            self.save(value, index)
        self.output += _SHORT_TUPLES[len(values)] if len(values) < len(_SHORT_TUPLES) else pickle.TUPLE

    def save_tuple(self, value: tuple[Any, ...]) -> None:
        with self.within(value):
            self.save_items_of_tuple(value)
        self.remember(id(value))

    def save_list(self, value: list[Any]) -> None:
        self.output += pickle.EMPTY_LIST
        self.remember(id(value))
        if value:
            self.output += pickle.MARK
            for index, item in enumerate(value):
                self.save(item, index)
            self.output += pickle.APPENDS

    def save_dictionary(self, value: dict[Any, Any]) -> None:
        self.output += pickle.EMPTY_DICT
        self.remember(id(value))
        self.save_entries(value)

    def save_entries(self, value: dict[Any, Any]) -> None:
        if value:
            self.output += pickle.MARK
            for key, item in value.items():
                self.save(key, "a key")
                self.save(item, key)
            self.output += pickle.SETITEMS

    def save_reduced(self, value: Any) -> None:
        try:
            reduced = self.reduce(value)
        except TypeError as error:
            raise TypeError(f"cannot save the {_type_name(value)} {self.where()}: {error}") from None
        self.kept.append(reduced)
        if isinstance(reduced, Name):
            self.save_name(reduced)
        else:
            self.save_call(reduced, value)

    def save_call(self, call: Call, *values: Any) -> None:
        """What a call gives; it stands for these values from then on."""
        with self.within(values[0] if values else call):
            self.save_name(Name(call.name))
            self.save_items_of_tuple(call.arguments)
        self.output += pickle.NEWOBJ if call.empty else pickle.REDUCE
        for value in values:
            self.remember(id(value))
        self.save_entries(call.items or {})
        if call.state is not None:
            self.save(call.state)
            self.output += pickle.BUILD


def _indexed(short: bytes, long: bytes, index: int) -> bytes:
    return short + struct.pack("<B", index) if index < 1 << 8 else long + struct.pack("<I", index)


def _type_name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _save_none(self: Pickler, value: None) -> None:
    self.output += pickle.NONE


def _save_float(self: Pickler, value: float) -> None:
    self.output += pickle.BINFLOAT + struct.pack(">d", value)


def _save_truth(self: Pickler, value: bool) -> None:
    self.output += pickle.NEWTRUE if value else pickle.NEWFALSE


# What has no identity to be kept.
_IMMEDIATE: dict[type, Callable[[Pickler, Any], None]] = {
    type(None): _save_none,
    bool: _save_truth,
    int: Pickler.save_integer,
    float: _save_float,
    str: Pickler.save_text,
    Name: Pickler.save_name,
    Outside: Pickler.save_outside,
    Call: Pickler.save_call,
}
_CONTAINERS: dict[type, Callable[[Pickler, Any], None]] = {
    bytes: Pickler.save_bytes,
    tuple: Pickler.save_tuple,
    list: Pickler.save_list,
    dict: Pickler.save_dictionary,
}
