"""Traced arrays: arrays of a library that remember from which value of a graph they come.

They hold what they stand for, so a trace is a run of the program like any other, which takes notes. One whose ``value``
is None depends on no input.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from ..namespaces.operators import give_operators
from .active import tracing

if TYPE_CHECKING:
    from ..backends import Backend
    from .graph import Value
    from .number import TracedNumber
    from .plan import Executor

__all__ = ["TracedArray", "traced_type"]


class TracedArray:
    """An array and what is known of its origin.

    Parameters
    ----------
    array
        The library's array.
    value
        What it is in the graph; None where it depends on no input.
    """

    __slots__ = ("__weakref__", "array", "value")
    __array_ufunc__ = None
    __array_priority__ = 1000

    base: ClassVar[Backend]
    executor: ClassVar[Executor | None] = None
    own_backend: ClassVar[Any] = None

    def __init__(self, array: Any, value: Value | None = None) -> None:
        self.array = array
        self.value = value

    @property
    def shape(self) -> Any:
        """The sizes of the dimensions."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.array.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.array.shape)

    @property
    def dtype(self) -> Any:
        """The elements' type, in the words of the library."""
        return self.array.dtype

    @property
    def device(self) -> Any:
        """Where the array lives, in the words of the library."""
        return self.array.device

    @property
    def T(self) -> Any:  # noqa: N802
        """The array with its dimensions reversed."""
        return self._function("permute_dims")(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Any:  # noqa: N802
        """The array with its last two dimensions exchanged."""
        return self._function("matrix_transpose")(self)

    def to_device(self, device: Any, /, *, stream: Any = None) -> Any:
        """The array on another device, for which the trace is given up."""
        moved = self.base.to_device(self.looked_at("to(device)"), device)
        return self if moved is self.array else type(self)(moved)

    def __getitem__(self, key: Any) -> Any:
        return self._function("getitem")(self, key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._function("unstack")(self))

    def __len__(self) -> int:
        return self.array.shape[0]

    @classmethod
    def _function(cls, name: str) -> Callable[..., Any]:
        return getattr(cls.own_backend.namespace, name)

    def looked_at(self, asked: str) -> Any:
        """The library's array, for someone who asks for the elements: no trace can follow that."""
        if self.value is not None and tracing.trace is not None:
            tracing.trace.give_up(f"{asked} asks for the values of a tensor")
        return self.array

    def as_number(self) -> TracedNumber | float:
        """The only element as a number that remembers where it comes from."""
        if self.value is None or tracing.trace is None:
            return float(self.array)
        return tracing.trace.origins.of_array(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.base.to_numpy(self.looked_at("numpy() or tolist()"))
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __bool__(self) -> bool:
        return bool(self.looked_at("bool(), as in a branch,"))

    def __int__(self) -> int:
        return int(self.looked_at("int() or item()"))

    def __float__(self) -> float:
        return float(self.looked_at("float() or item()"))

    def __complex__(self) -> complex:
        return complex(self.looked_at("complex() or item()"))

    def __index__(self) -> int:
        return int(self.looked_at("use as a position or size"))

    def __repr__(self) -> str:
        return f"TracedArray({self.value!r}, {self.array!r})"


give_operators(TracedArray)


@functools.cache
def traced_type(base: Backend, executor: Executor | None) -> type[TracedArray]:
    """The type of traced arrays of a backend, of steps that an executor will run."""
    from .backend import TracingBackend

    kind = type("TracedArray", (TracedArray,), {"__slots__": (), "base": base, "executor": executor})
    kind.own_backend = TracingBackend(kind)
    return kind
