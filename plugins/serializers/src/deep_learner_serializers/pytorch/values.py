"""What a file may call by name whatever it is: constructors of values, with arguments that can do no harm.

Each checks what it is given: ``bytearray(10**12)`` takes memory that no file has, ``set(range(10**9))`` time.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import pathlib
import types
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

import deep_learner as dl
from deep_learner.layout import layout
from deep_learner_serializers.pytorch.kinds import DTYPES, STORAGES
from deep_learner_serializers.pytorch.opcodes import UnpicklingError, checked_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CONSTRUCTORS", "EMPTY", "FACTORIES", "LAYOUTS", "NAMED", "set_attributes"]

LAYOUTS = {f"torch.{one.value}": one for one in layout}
FACTORIES: dict[str, type] = {
    f"builtins.{kind.__name__}": kind
    for kind in (list, dict, set, tuple, int, float, complex, str, bool, bytes)
}


def _items(values: Any) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise UnpicklingError(f"the pickle makes a collection of a {type(values).__name__}")
    return list(values)


def _keys(values: Any = ()) -> Iterable[Any]:
    return map(checked_key, _items(values))


def _dictionary(kind: Callable[[], dict[Any, Any]], values: Any = ()) -> Any:
    pairs = list(values.items()) if isinstance(values, dict) else _items(values)
    made = kind()
    for pair in pairs:
        key, value = _items(pair)
        made[checked_key(key)] = value
    return made


def _defaultdict(factory: Any = None, values: Any = ()) -> Any:
    if factory is not None and not any(factory is kind for kind in FACTORIES.values()):
        raise UnpicklingError("the pickle makes a defaultdict of something other than a plain type")
    return _dictionary(lambda: defaultdict(factory), values)


def _plain(kind: Callable[..., Any], *types: type) -> Callable[..., Any]:
    """`kind`, called with arguments of these types alone."""

    @functools.wraps(kind, updated=())
    def make(*arguments: Any) -> Any:
        if not all(type(argument) in types for argument in arguments):
            names = ", ".join(type(argument).__name__ for argument in arguments)
            raise UnpicklingError(f"the pickle makes a {getattr(kind, '__name__', kind)} of ({names})")
        return kind(*arguments)

    return make


def _encoded(text: Any, encoding: Any) -> bytes:
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise UnpicklingError("the pickle encodes something other than bytes written as text")
    return text.encode("latin1")


def _bytearray(content: Any = b"", encoding: Any = "latin1") -> bytearray:
    return bytearray(content if type(content) is bytes else _encoded(content, encoding))


def _layout(name: Any) -> layout:
    if type(name) is not str or name not in LAYOUTS:
        raise UnpicklingError("the pickle names a layout that there is not")
    return LAYOUTS[name]


_NUMBERS = (int, float, bool)
_PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path", "PurePath")

# What a name stands for and what calling it does, by PyTorch's and Python's names (Python 3's, also in older files).
CONSTRUCTORS: dict[str, tuple[Any, Callable[..., Any]]] = {
    "collections.OrderedDict": (OrderedDict, lambda values=(): _dictionary(OrderedDict, values)),
    "collections.Counter": (Counter, lambda values=(): _dictionary(Counter, values)),
    "collections.defaultdict": (defaultdict, _defaultdict),
    "collections.deque": (deque, lambda values=(), limit=None: deque(_items(values), limit)),
    "builtins.set": (set, lambda values=(): set(_keys(values))),
    "builtins.frozenset": (frozenset, lambda values=(): frozenset(_keys(values))),
    "builtins.list": (list, lambda values=(): _items(values)),
    "builtins.dict": (dict, lambda values=(): _dictionary(dict, values)),
    "builtins.tuple": (tuple, lambda values=(): tuple(_items(values))),
    "builtins.complex": (complex, _plain(complex, *_NUMBERS)),
    "builtins.slice": (slice, _plain(slice, int, type(None))),
    "builtins.range": (range, _plain(range, int)),
    "builtins.bytearray": (bytearray, _bytearray),
    "builtins.bytes": (bytes, lambda values=(): bytes(_items(values))),
    "_codecs.encode": (_encoded, _encoded),
    "argparse.Namespace": (argparse.Namespace, _plain(argparse.Namespace)),
    "types.SimpleNamespace": (types.SimpleNamespace, _plain(types.SimpleNamespace)),
    **{f"{module}.{name}": (kind, _plain(kind, str)) for module in ("pathlib", "pathlib._local")
       for name in _PATHS for kind in [pathlib.PurePath if "Pure" in name else pathlib.Path]},
    "datetime.datetime": (datetime.datetime, _plain(datetime.datetime, bytes, int)),
    "datetime.date": (datetime.date, _plain(datetime.date, bytes, int)),
    "datetime.time": (datetime.time, _plain(datetime.time, bytes, int)),
    "datetime.timedelta": (datetime.timedelta, _plain(datetime.timedelta, int)),
    "torch.Size": (dl.Size, lambda values=(): dl.Size(_plain(lambda *sizes: sizes, int)(*_items(values)))),
    "torch.device": (dl.Device, _plain(dl.Device, str, int, type(None))),
    "torch.serialization._get_layout": (_layout, _layout),
}  # fmt: skip
# What stands for itself.
NAMED: dict[str, Any] = {
    **{f"torch.{name}": dtype for name, dtype in DTYPES.items()},
    **{f"torch.{name}": kind for name, kind in STORAGES.items()},
    "torch.storage.UntypedStorage": STORAGES["UntypedStorage"],
    **LAYOUTS,
    **FACTORIES,
}
# What may be made empty, as ``kind.__new__(kind)`` does, and given its attributes afterwards.
EMPTY: tuple[type, ...] = (argparse.Namespace, types.SimpleNamespace, OrderedDict)


def set_attributes(instance: Any, state: Any) -> None:
    """Attributes from a dictionary; those of the instance's class stay what they are."""
    if type(state) is not dict or not all(type(name) is str for name in state):
        raise UnpicklingError(
            f"the pickle has a {type(instance).__name__} with a state that is no dictionary"
        )
    hidden = [name for name in state if hasattr(type(instance), name)]
    if hidden:
        raise UnpicklingError(f"the pickle replaces {hidden[0]!r:.50} of a {type(instance).__name__}")
    vars(instance).update(state)
