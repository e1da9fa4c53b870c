"""Pickle's opcodes, interpreted: data is built, and nothing is called that a :class:`Rules` does not name.

Source: the comments of CPython's ``pickletools``. Understood is what protocols 2 to 5 write. Python's own unpickler
is not used, since it gives the file more than data needs: attributes of any object that it names (also of the
functions that a caller allows), memory of any size that it states, and hashes of values nested without bound.
"""

from __future__ import annotations

import pickle
import struct
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from deep_learner.serialization import SerializationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Rules", "Unpickler", "UnpicklingError"]

_DICTIONARIES = (dict, OrderedDict, Counter, defaultdict)
_ITEMS_IN_KEY = 100
_CHECKED = 1 << 16  # lengths above this are compared with what is there before memory is taken
_MARK = object()


class UnpicklingError(SerializationError, pickle.UnpicklingError):
    """A pickle is damaged, or asks for something that is not read."""


class Rules(Protocol):
    """What names stand for, and what may be done with it."""

    def find(self, module: str, name: str) -> Any:
        """The value that a name stands for; UnpicklingError if it is none of those allowed."""

    def call(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        """The result of calling a value that `find` gave."""

    def new(self, kind: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """An instance of a class that `find` gave, as ``kind.__new__`` makes it."""

    def build(self, instance: Any, state: Any) -> None:
        """Give an instance its state."""

    def persistent(self, identity: Any) -> Any:
        """The object kept outside the pickle under this identity."""


class Unpickler:
    """One pickle in a file, of which exactly its bytes are read.

    Parameters
    ----------
    file
        Open for reading, at the beginning of the pickle.
    end
        Where the file ends.
    rules
        What the pickle may do.
    encoding
        Of the byte strings that Python 2 wrote as text.
    """

    def __init__(self, file: BinaryIO, end: int, rules: Rules, encoding: str = "utf-8") -> None:
        self.file = file
        self.end = end
        self.rules = rules
        self.encoding = encoding
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The value.

        Raises
        ------
        UnpicklingError
            The pickle is damaged, cut short, of an unknown protocol, or asks for what the rules refuse.
        """
        opcodes, read = _OPCODES, self.file.read
        code = b""
        try:
            while True:
                code = read(1)
                if code == pickle.STOP:
                    return self.pop()
                opcodes[code](self)
        except KeyError:
            if not code:
                raise UnpicklingError("the pickle ends before its last opcode") from None
            if code in opcodes:
                raise UnpicklingError(f"the pickle is damaged at its opcode {code!r}") from None
            raise UnpicklingError(
                f"the pickle has the opcode {code!r}, which PyTorch does not write"
            ) from None
        except (IndexError, struct.error, UnicodeDecodeError, LookupError, OverflowError) as error:
            raise UnpicklingError(f"the pickle is damaged at its opcode {code!r} ({error})") from None

    # ------------------------------------------------------------ reading

    def take(self, count: int) -> bytes:
        if count > _CHECKED and count > self.end - self.file.tell():
            raise UnpicklingError(f"the pickle states a length of {count} bytes, which are not there")
        taken = self.file.read(count)
        if len(taken) != count:
            raise UnpicklingError("the pickle is cut short")
        return taken

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        line = self.file.readline(_CHECKED)
        if not line.endswith(b"\n"):
            raise UnpicklingError("the pickle has a name that does not end")
        return line[:-1].decode("utf-8")

    # -------------------------------------------------------------- stack

    def pop(self) -> Any:
        value = self.stack.pop()
        if value is _MARK:
            raise UnpicklingError("the pickle is damaged: a mark stands where a value should be")
        return value

    def top(self) -> Any:
        value = self.stack[-1]
        if value is _MARK:
            raise UnpicklingError("the pickle is damaged: a mark stands where a value should be")
        return value

    def pop_marked(self) -> list[Any]:
        """The values since the last mark, which goes, too."""
        stack = self.stack
        for position in range(len(stack) - 1, -1, -1):
            if stack[position] is _MARK:
                values = stack[position + 1 :]
                del stack[position:]
                return values
        raise UnpicklingError("the pickle is damaged: a mark is missing")

    def pop_tuple(self) -> tuple[Any, ...]:
        arguments = self.pop()
        if type(arguments) is not tuple:
            raise UnpicklingError(
                f"the pickle calls something with a {type(arguments).__name__} of arguments"
            )
        return arguments

    # --------------------------------------------------------- containers

    def extend(self, values: list[Any]) -> None:
        target = self.top()
        if type(target) not in (list, deque):
            raise UnpicklingError(f"the pickle appends to a {type(target).__name__}")
        target.extend(values)

    def update(self, values: list[Any]) -> None:
        target = self.top()
        if type(target) not in _DICTIONARIES:
            raise UnpicklingError(f"the pickle sets items of a {type(target).__name__}")
        if len(values) % 2:
            raise UnpicklingError("the pickle is damaged: a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[checked_key(key)] = value

    def add(self, values: list[Any]) -> None:
        target = self.top()
        if type(target) is not set:
            raise UnpicklingError(f"the pickle adds to a {type(target).__name__}")
        target.update(map(checked_key, values))

    # ------------------------------------------------------------- objects

    def find(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise UnpicklingError("the pickle names something by what is no text")
        self.stack.append(self.rules.find(module, name))

    def call(self) -> None:
        arguments = self.pop_tuple()
        self.stack.append(self.rules.call(self.pop(), arguments))

    def new(self, keywords: Any = None) -> None:
        arguments = self.pop_tuple()
        if type(keywords or {}) is not dict:
            raise UnpicklingError("the pickle is damaged: keywords are no dictionary")
        self.stack.append(self.rules.new(self.pop(), arguments, keywords or {}))

    def build(self) -> None:
        state = self.pop()
        self.rules.build(self.top(), state)

    def persistent(self) -> None:
        self.stack.append(self.rules.persistent(self.pop()))

    # --------------------------------------------------------------- memo

    def put(self, index: int) -> None:
        self.memo[index] = self.top()

    def protocol(self) -> None:
        version = self.take(1)[0]
        if not 2 <= version <= pickle.HIGHEST_PROTOCOL:
            raise UnpicklingError(f"the pickle is of protocol {version}; those read are 2 to 5")


def checked_key(key: Any) -> Any:
    """A key or member whose hash is found in bounded time; a Tensor's is its identity.

    Raises
    ------
    UnpicklingError
        It cannot be hashed, or is nested too deep to try.
    """
    if type(key) in (str, int):
        return key
    waiting, count = [key], 0
    while waiting:
        item = waiting.pop()
        count += 1
        if count > _ITEMS_IN_KEY:
            raise UnpicklingError(f"the pickle has a key of more than {_ITEMS_IN_KEY} items")
        if isinstance(item, tuple | frozenset):
            waiting.extend(item)
        elif isinstance(item, list | dict | set | bytearray | deque | slice):
            raise UnpicklingError(f"the pickle has a key of type {type(item).__name__}")
    try:
        hash(key)
    except TypeError as error:
        raise UnpicklingError(f"the pickle has a key that is none ({error})") from None
    return key


def _pushing(read: Callable[[Unpickler], Any]) -> Callable[[Unpickler], None]:
    def push(self: Unpickler) -> None:
        self.stack.append(read(self))

    return push


def _constant(value: Any) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: value)


def _number(form: str) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: self.number(form))


def _text(form: str) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: self.take(self.number(form)).decode("utf-8", "surrogatepass"))


def _bytes(form: str, kind: Callable[[bytes], Any] = bytes) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: kind(self.take(self.number(form))))


def _old_text(form: str) -> Callable[[Unpickler], None]:
    def read(self: Unpickler) -> Any:
        content = self.take(max(self.number(form), 0))
        return content if self.encoding == "bytes" else content.decode(self.encoding)

    return _pushing(read)


def _long(form: str) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: int.from_bytes(self.take(max(self.number(form), 0)), "little", signed=True))


def _tuple(count: int) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: tuple([self.pop() for _ in range(count)][::-1]))


def _put(form: str) -> Callable[[Unpickler], None]:
    return lambda self: self.put(self.number(form))


def _get(form: str) -> Callable[[Unpickler], None]:
    return _pushing(lambda self: self.memo[self.number(form)])


_OPCODES: dict[bytes, Callable[[Unpickler], Any]] = {
    pickle.PROTO: Unpickler.protocol,
    pickle.FRAME: lambda self: self.number("<Q"),
    # values
    pickle.NONE: _constant(None),
    pickle.NEWTRUE: _constant(True),
    pickle.NEWFALSE: _constant(False),
    pickle.BININT: _number("<i"),
    pickle.BININT1: _number("<B"),
    pickle.BININT2: _number("<H"),
    pickle.LONG1: _long("<B"),
    pickle.LONG4: _long("<i"),
    pickle.BINFLOAT: _number(">d"),
    pickle.BINUNICODE: _text("<I"),
    pickle.SHORT_BINUNICODE: _text("<B"),
    pickle.BINUNICODE8: _text("<Q"),
    pickle.BINBYTES: _bytes("<I"),
    pickle.SHORT_BINBYTES: _bytes("<B"),
    pickle.BINBYTES8: _bytes("<Q"),
    pickle.BYTEARRAY8: _bytes("<Q", bytearray),
    pickle.BINSTRING: _old_text("<i"),
    pickle.SHORT_BINSTRING: _old_text("<B"),
    # containers
    pickle.EMPTY_TUPLE: _constant(()),
    pickle.TUPLE1: _tuple(1),
    pickle.TUPLE2: _tuple(2),
    pickle.TUPLE3: _tuple(3),
    pickle.TUPLE: _pushing(lambda self: tuple(self.pop_marked())),
    pickle.EMPTY_LIST: _pushing(lambda self: []),
    pickle.APPEND: lambda self: self.extend([self.pop()]),
    pickle.APPENDS: lambda self: self.extend(self.pop_marked()),
    pickle.EMPTY_DICT: _pushing(lambda self: {}),
    pickle.SETITEM: lambda self: self.update([self.pop() for _ in range(2)][::-1]),
    pickle.SETITEMS: lambda self: self.update(self.pop_marked()),
    pickle.EMPTY_SET: _pushing(lambda self: set()),
    pickle.ADDITEMS: lambda self: self.add(self.pop_marked()),
    pickle.FROZENSET: _pushing(lambda self: frozenset(map(checked_key, self.pop_marked()))),
    # the stack and the memo
    pickle.MARK: lambda self: self.stack.append(_MARK),
    pickle.POP: lambda self: self.stack.pop(),
    pickle.POP_MARK: Unpickler.pop_marked,
    pickle.DUP: _pushing(Unpickler.top),
    pickle.BINPUT: _put("<B"),
    pickle.LONG_BINPUT: _put("<I"),
    pickle.MEMOIZE: lambda self: self.put(len(self.memo)),
    pickle.BINGET: _get("<B"),
    pickle.LONG_BINGET: _get("<I"),
    # what the rules decide about
    pickle.GLOBAL: lambda self: self.find(self.line(), self.line()),
    pickle.STACK_GLOBAL: lambda self: self.find(*[self.pop() for _ in range(2)][::-1]),
    pickle.REDUCE: lambda self: self.call(),
    pickle.NEWOBJ: lambda self: self.new(),
    pickle.NEWOBJ_EX: lambda self: self.new(self.pop()),
    pickle.BUILD: lambda self: self.build(),
    pickle.BINPERSID: Unpickler.persistent,
}  # fmt: skip
