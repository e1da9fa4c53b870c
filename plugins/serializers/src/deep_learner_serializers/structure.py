"""Nested values as a flat dictionary of tensors and a text: what all formats can hold.

The text is JSON. Plain values stand for themselves; everything else is an object with one marker key:

    {"$tensor": name}          the tensor saved under that name
    {"$tuple": [...]}          a tuple
    {"$dict": [[key, value]]}  a dictionary whose keys are not all strings, or start with "$"
    {"$float": "nan"}          a float that JSON lacks: nan, inf, -inf

A tensor is named by its path with dots (``optimizer.state.0.exp_avg``), so a ``state_dict`` is stored under
its own keys and any other reader of the format finds them. A tensor met twice is stored once and comes back
as one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import deep_learner as dl
from deep_learner.serialization import SerializationError, TensorFile, leaves, placing

if TYPE_CHECKING:
    from deep_learner.typing import DeviceLike

__all__ = ["STRUCTURE", "StructuredFile", "flatten", "plain_values", "restore"]

STRUCTURE = "deep_learner.structure"  # the name under which files hold the text

_PLAIN = (bool, int, str, type(None))


def flatten(value: Any, reserved: frozenset[str] = frozenset()) -> tuple[dict[str, dl.Tensor], str]:
    """Take `value` apart into tensors by name and the JSON text that puts them together again.

    Parameters
    ----------
    value
        Tensors, None, booleans, integers, floats, strings; lists, tuples and dictionaries of them. The keys
        of a dictionary are of the same plain types.
    reserved
        Names that no tensor may get.

    Raises
    ------
    TypeError
        Something else is in it; the message says where.
    ValueError
        A container contains itself.
    """
    flattener = _Flattener(reserved)
    structure = flattener.encode(value, ())
    return flattener.tensors, json.dumps(structure, allow_nan=False, separators=(",", ":"))


class _Flattener:
    def __init__(self, reserved: frozenset[str]) -> None:
        self.tensors: dict[str, dl.Tensor] = {}
        self.reserved = reserved
        self.names: dict[int, str] = {}
        self.open: set[int] = set()  # the containers around the current item

    def encode(self, item: Any, path: tuple[Any, ...]) -> Any:
        """The JSON value of `item`, which stands at `path` in the whole."""
        if isinstance(item, dl.Tensor):
            return {"$tensor": self.name(item, path)}
        if type(item) in _PLAIN:
            return item
        if type(item) is float:
            return item if math.isfinite(item) else {"$float": repr(item)}
        if not isinstance(item, Mapping | list | tuple):
            raise TypeError(
                f"cannot save the {type(item).__module__}.{type(item).__qualname__} {_at(path)}: only "
                "tensors, None, bool, int, float, str, and lists, tuples and dictionaries of them are saved"
            )
        if id(item) in self.open:
            raise ValueError(f"cannot save the {type(item).__name__} {_at(path)}: it contains itself")
        self.open.add(id(item))
        encoded = self.encode_container(item, path)
        self.open.remove(id(item))
        return encoded

    def encode_container(self, item: Any, path: tuple[Any, ...]) -> Any:
        if not isinstance(item, Mapping):
            entries = [self.encode(entry, (*path, index)) for index, entry in enumerate(item)]
            return entries if isinstance(item, list) else {"$tuple": entries}
        entries = [(key, self.encode(entry, (*path, key))) for key, entry in item.items()]
        if all(type(key) is str and not key.startswith("$") for key in item):
            return dict(entries)
        return {"$dict": [[self.encode_key(key, path), entry] for key, entry in entries]}

    def encode_key(self, key: Any, path: tuple[Any, ...]) -> Any:
        if type(key) not in (*_PLAIN, float):
            raise TypeError(
                f"cannot save the key {key!r} of the dictionary {_at(path)}: a key is None, bool, int, float "
                f"or str, received {type(key).__qualname__}"
            )
        return self.encode(key, path)

    def name(self, tensor: dl.Tensor, path: tuple[Any, ...]) -> str:
        """The name of the tensor: its path, with a number where another one has that name."""
        if id(tensor) not in self.names:
            wanted = name = _dotted(path) or "tensor"
            number = 1
            while name in self.tensors or name in self.reserved:
                number += 1
                name = f"{wanted}#{number}"
            self.tensors[name] = tensor
            self.names[id(tensor)] = name
        return self.names[id(tensor)]


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path))


def _at(path: tuple[Any, ...]) -> str:
    return f"at {_dotted(path)!r}" if path else "given"


def restore(tensors: Mapping[str, dl.Tensor], text: str) -> Any:
    """Put together what :func:`flatten` took apart.

    Raises
    ------
    SerializationError
        The text is no JSON, has an unknown marker, or names a tensor that is not there.
    """
    try:
        return _decode(json.loads(text), tensors)
    except (ValueError, TypeError, RecursionError) as error:
        raise SerializationError(f"the structure of the saved value is damaged ({error})") from None


def plain_values(text: str) -> dict[str, Any]:
    """What stands between the tensors: plain values by their dotted paths.

    Raises
    ------
    SerializationError
        As in :func:`restore`.
    """
    tensor = dl.zeros(())  # in the place of any
    return {name: item for name, item in leaves(restore(_Any(tensor), text)) if item is not tensor}


class _Any(dict[str, dl.Tensor]):
    """One tensor under every name."""

    def __init__(self, tensor: dl.Tensor) -> None:
        self.tensor = tensor

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> dl.Tensor:
        return self.tensor


def _decode(item: Any, tensors: Mapping[str, dl.Tensor]) -> Any:
    if isinstance(item, list):
        return [_decode(entry, tensors) for entry in item]
    if not isinstance(item, dict):
        return item
    marker = next(iter(item), "")
    if not marker.startswith("$"):
        return {key: _decode(entry, tensors) for key, entry in item.items()}
    content = item[marker]
    if marker == "$tensor" and isinstance(content, str) and content in tensors:
        return tensors[content]
    if marker == "$tuple" and isinstance(content, list):
        return tuple(_decode(entry, tensors) for entry in content)
    if marker == "$dict" and isinstance(content, list):
        return {_decode(key, tensors): _decode(entry, tensors) for key, entry in content}
    if marker == "$float" and content in ("nan", "inf", "-inf"):
        return float(content)
    raise SerializationError(
        f"the structure of the saved value has the unknown entry {marker}: {content!r:.100}"
    )


class StructuredFile(TensorFile):
    """A file of tensors, opened, that may hold the text as well.

    Attributes
    ----------
    structure : str or None
        The text.
    """

    structure: str | None = None

    def arrange(self, tensors: Mapping[str, dl.Tensor]) -> Any:
        """The nested value that was saved."""
        return dict(tensors) if self.structure is None else restore(tensors, self.structure)

    def read_all(self, map_location: DeviceLike) -> Any:
        """The nested value, its tensors put where they are to be one after the other."""
        place = placing(map_location)
        return self.arrange({name: place(self.read_tensor(name)) for name in self.tensors})
