"""What values are in a checkpoint: calls of the names that :mod:`.rules` lets a file use, and of no others."""

from __future__ import annotations

import argparse
import datetime
import enum
import pathlib
import types
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

import numpy as np

import deep_learner as dl
from deep_learner import nn
from deep_learner.layout import layout
from deep_learner.serialization import shown
from deep_learner.sparse import SparseTensor
from deep_learner_serializers.pytorch import programs
from deep_learner_serializers.pytorch.kinds import STORAGES
from deep_learner_serializers.pytorch.pickling import Call, Name, Outside
from deep_learner_serializers.pytorch.values import FACTORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deep_learner.dtypes import DType

__all__ = ["Reducer"]

_STORAGE_NAMES = {kind.dtype: f"torch.{name}" for name, kind in STORAGES.items() if kind.dtype is not None}
_NO_HOOKS = Call("collections.OrderedDict")


class Reducer:
    """The calls that stand for the values of one file, and the memory of its tensors.

    Parameters
    ----------
    location
        ``location(tensor)`` is the text that tells where a tensor's memory was.
    safe_globals
        Classes and functions whose instances and names are written besides.
    legacy
        Whether storages are stated as PyTorch did before version 1.6.

    Attributes
    ----------
    memories : list of Tensor
        The storages, flat, in the order of their keys.
    """

    def __init__(
        self, location: Callable[[dl.Tensor], str], safe_globals: Iterable[Any] = (), legacy: bool = False
    ) -> None:
        self.location = location
        self.trusted = {id(value) for value in programs.allowed_names(safe_globals).values()}
        self.legacy = legacy
        self.memories: list[dl.Tensor] = []
        self.keys: dict[tuple[int, DType], int] = {}
        self.owners: list[object] = []  # known by their identity: they live until the end

    def __call__(self, value: Any) -> Call | Name:
        """The call or the name that stands for a value.

        Raises
        ------
        TypeError
            It is not saved; the message says why, and not where it was.
        """
        if isinstance(value, dl.Tensor):
            return self.tensor(value)
        if isinstance(value, OrderedDict):  # also a state dictionary, which is one of a kind of its own
            return _ordered(value)
        if type(value) in _REDUCED:
            return _REDUCED[type(value)](value)
        if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
            return self.name(value)
        return self.instance(value)

    # ------------------------------------------------------------ tensors

    def tensor(self, tensor: dl.Tensor) -> Call:
        """A leaf keeps that it requires a gradient; what an operation made is saved as its values."""
        requires_grad = tensor.requires_grad and tensor.is_leaf
        if isinstance(tensor, nn.Parameter):
            data = self.layout_of(tensor, False)
            attributes = vars(tensor)
            name = "torch._utils._rebuild_parameter" + ("_with_state" if attributes else "")
            return Call(name, (data, requires_grad, _NO_HOOKS, *([attributes] if attributes else [])))
        return self.layout_of(tensor, requires_grad)

    def layout_of(self, tensor: dl.Tensor, requires_grad: bool) -> Call:
        memory = shown(tensor)
        name = (id(memory.owner), tensor.dtype)
        if name not in self.keys:
            self.keys[name] = len(self.memories)
            self.memories.append(memory.memory)
            self.owners.append(memory.owner)
        kind, count = _STORAGE_NAMES.get(tensor.dtype), memory.memory.numel()
        if self.legacy and not kind:
            raise TypeError(f"the format of PyTorch before 1.6 has no {tensor.dtype.name}")
        identity = (
            "storage",
            Name(kind or "torch.storage.UntypedStorage"),
            str(self.keys[name]),
            self.location(tensor),
            count if kind else count * tensor.itemsize,
            *([None] if self.legacy else []),
        )
        what = (
            Outside(identity),
            memory.offset,
            tuple(tensor.shape),
            memory.strides,
            requires_grad,
            _NO_HOOKS,
        )
        if kind:
            return Call("torch._utils._rebuild_tensor_v2", what)
        return Call("torch._utils._rebuild_tensor_v3", (*what, tensor.dtype))

    # ------------------------------------------- what the program defines

    def name(self, value: Any) -> Name:
        """A plain type, a class or function that was allowed, or one of the program that files may name."""
        full = programs.full_name(value)
        if full in FACTORIES:
            return Name(full)
        known = id(value) in self.trusted or programs.is_program_class(value) or programs.is_function(value)
        if not known:
            raise TypeError(
                "functions and classes are not saved, but for those of a module's kind and those given to "
                "torch.serialization.add_safe_globals"
            )
        if programs.loaded(value.__module__, value.__qualname__) is not value:
            raise TypeError(f"it is not what stands under its name, {full}")
        return Name(full)

    def instance(self, value: Any) -> Call:
        """A module, a dataclass, a named tuple, an enumeration's member; others only of classes that were allowed."""
        kind = type(value)
        trusted = id(kind) in self.trusted
        if not trusted and not programs.is_program_class(kind):
            raise TypeError(
                "saved are tensors, plain values, collections, modules, dataclasses, named tuples, and instances of "
                "classes given to torch.serialization.add_safe_globals"
            )
        name = self.name(kind).full
        if isinstance(value, enum.Enum):
            return Call(name, (value.value,))
        if isinstance(value, tuple):
            return Call(name, tuple(value), empty=True)
        reduced: Any = value.__reduce_ex__(2)
        if not isinstance(reduced, tuple) or any(part is not None for part in reduced[3:]):
            raise TypeError("it is pickled in a way that is not read")
        function, arguments, *state = reduced[:3]
        made = getattr(function, "__name__", "") == "__newobj__" and arguments[0] is kind
        if not (made or function is kind):
            raise TypeError("it is pickled in a way that is not read")
        return Call(name, tuple(arguments[made:]), empty=made, state=state[0] if state else None)


def _sparse(value: SparseTensor) -> Call:
    content = (value._indices(), value._values(), value.shape, value.is_coalesced())
    return Call("torch._utils._rebuild_sparse_tensor", (layout.SPARSE_COO, content))


def _ordered(value: OrderedDict[Any, Any]) -> Call:
    return Call("collections.OrderedDict", items=value, state=dict(vars(value)) or None)


def _members(value: set[Any] | frozenset[Any]) -> list[Any]:
    """In order, where there is one: equal sets make equal files."""
    try:
        return sorted(value)
    except TypeError:
        return list(value)


def _default(value: defaultdict[Any, Any]) -> Call:
    factory = value.default_factory
    if factory is not None and not any(factory is kind for kind in FACTORIES.values()):
        raise TypeError("its factory is none of Python's plain types")
    return Call("collections.defaultdict", () if factory is None else (factory,), items=value)


def _dtype(value: DType) -> Name:
    return Name(f"torch.{value.name}")


def _device(value: dl.Device) -> Call:
    return Call("torch.device", (value.type, *([] if value.index is None else [value.index])))


def _numpy_dtype(value: np.dtype[Any]) -> Call:
    plain = value.newbyteorder("<")
    if value.hasobject or value.fields or value.subdtype:
        raise TypeError("NumPy's objects and records are not saved")
    return Call("numpy.dtype", (plain.str[1:], False, True), state=(3, plain.str[0], *[None] * 3, -1, -1, 0))


def _array(value: np.ndarray[Any, Any]) -> Call:
    dtype = _numpy_dtype(value.dtype)
    content = value.astype(value.dtype.newbyteorder("<"), copy=False).tobytes()
    return Call(
        "numpy.core.multiarray._reconstruct",
        (Name("numpy.ndarray"), (0,), b"b"),
        state=(1, value.shape, dtype, False, content),
    )


def _scalar(value: np.generic) -> Call:
    plain = np.asarray(value).astype(value.dtype.newbyteorder("<"))
    return Call("numpy.core.multiarray.scalar", (_numpy_dtype(value.dtype), plain.tobytes()))


def _named(name: str, *arguments: str) -> Callable[[Any], Call]:
    """A call with attributes of the value."""
    return lambda value: Call(name, tuple(getattr(value, argument) for argument in arguments))


def _collection(name: str, *more: str) -> Callable[[Any], Call]:
    return lambda value: Call(name, (list(value), *[getattr(value, one) for one in more]))


def _attributes(name: str) -> Callable[[Any], Call]:
    return lambda value: Call(name, empty=True, state=dict(vars(value)))


def _pickled(name: str) -> Callable[[Any], Call]:
    return lambda value: Call(name, tuple(value.__reduce__()[1]))


_REDUCED: dict[type, Callable[[Any], Call | Name]] = {
    SparseTensor: _sparse,
    defaultdict: _default,
    Counter: lambda value: Call("collections.Counter", (dict(value),)),
    deque: _collection("collections.deque", "maxlen"),
    set: lambda value: Call("builtins.set", (_members(value),)),
    frozenset: lambda value: Call("builtins.frozenset", (_members(value),)),
    complex: _named("builtins.complex", "real", "imag"),
    slice: _named("builtins.slice", "start", "stop", "step"),
    range: _named("builtins.range", "start", "stop", "step"),
    bytearray: lambda value: Call("builtins.bytearray", (bytes(value),)),
    dl.Size: lambda value: Call("torch.Size", (tuple(value),)),
    type(dl.float32): _dtype,
    dl.Device: _device,
    layout: lambda value: Call("torch.serialization._get_layout", (f"torch.{value.value}",)),
    argparse.Namespace: _attributes("argparse.Namespace"),
    types.SimpleNamespace: _attributes("types.SimpleNamespace"),
    np.ndarray: _array,
    **{
        type(path): _pickled(f"pathlib.{type(path).__name__}")
        for path in (pathlib.Path(), pathlib.PurePath())
    },
    **{
        kind: _pickled(f"datetime.{kind.__name__}")
        for kind in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
    },
    **dict.fromkeys({np.dtype(code).type for code in "?bhilqBHILQefdFD"}, _scalar),
}
