"""What traced arrays are to the engine: a backend like others, whose functions take notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..backends import Backend
from ..backends.kernels import find_kernel
from ..namespaces.standard import CONSTANTS, DTYPES, ELEMENTWISE, STANDARD
from ..tensor import Tensor
from .active import tracing
from .functions import FUNCTIONS, WHOLE, kernel_of

if TYPE_CHECKING:
    from ..device import Device
    from ..typing import Array
    from .array import TracedArray

__all__ = ["TracingBackend"]

_ABOUT_TYPES = frozenset({"can_cast", "finfo", "iinfo", "isdtype", "result_type"})


class TracingBackend(Backend):
    """The backend of traced arrays of another backend."""

    shares_memory = False  # a write makes a new value
    adopts = True

    def __init__(self, kind: type[TracedArray]) -> None:
        self.kind = kind
        self.base = base = kind.base
        self.name = f"traced {base.name}"
        self.namespace = TracingNamespace(kind)
        self.array_types = (kind,)
        self.device_types = base.device_types
        self.placed = None
        self.noted = _Kernels(kind)

    @property
    def kernels(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The operations that the base has kernels of: noted as one."""
        return self.noted

    def device_of(self, array: Array) -> Device:
        return self.kind.base.device_of(array.array)

    def resolved(self, device: Device) -> Device:
        return self.kind.base.resolved(device)

    def native_device(self, device: Device) -> Any:
        return self.kind.base.native_device(device)

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        native = None if device is None else self.native_device(device)
        return self.namespace.asarray(data, dtype=dtype, device=native, copy=copy)

    def from_scalar(self, scalar: Any) -> Array:
        return self.kind(self.kind.base.from_scalar(scalar))

    def has_values(self, array: Array) -> bool:
        return array.value is None

    def to_numpy(self, array: Array) -> Any:
        return self.kind.base.to_numpy(array.looked_at("numpy() or tolist()"))

    def from_numpy(self, array: Any, device: Device | None = None) -> Array:
        _give_up_on_foreign()
        return self.kind(self.kind.base.from_numpy(array, device))

    def to_device(self, array: Array, device: Device) -> Array:
        return array if self.device_of(array) == self.resolved(device) else array.to_device(device)

    def write(self, array: Array, index: Any, value: Any) -> Array:
        if index is not Ellipsis:
            raise IndexError(f"traced arrays are written as a whole. Received: {index!r}")
        if isinstance(value, Tensor):
            value = value._array
        xp = self.namespace
        if not isinstance(value, self.kind):
            value = xp.asarray(value, dtype=array.dtype)
        if value.shape != array.shape:
            value = xp.broadcast_to(value, array.shape)
        value = value if value.dtype == array.dtype else xp.astype(value, array.dtype)
        return self.kind(value.array, value.value)  # another one than whoever made it may have saved

    def explained(self, error: Exception) -> Exception:
        return self.kind.base.explained(error)

    def cure(self, function: str) -> str:
        return self.kind.base.cure(function)


class TracingNamespace:
    """The base's functions, each noted when it is called.

    Parameters
    ----------
    kind
        The type of the traced arrays.
    extension
        The name, with a dot, of the standard's extension that this is.
    """

    def __init__(self, kind: type[TracedArray], extension: str = "") -> None:
        self._kind = kind
        self._extension = extension

    def __getattr__(self, name: str) -> Any:
        base = self._kind.base.namespace
        if self._extension:
            base = getattr(base, self._extension[:-1])
        full = self._extension + name
        if full in ("linalg", "fft"):
            found: Any = TracingNamespace(self._kind, f"{full}.")
        elif full in CONSTANTS or full in DTYPES:
            found = getattr(base, name)
        elif full in _ABOUT_TYPES:
            found = _about_types(getattr(base, name))
        else:
            function = FUNCTIONS.get(full) or getattr(base, name)
            if not callable(function) or isinstance(function, type):  # a dtype beyond the standard's
                return function
            found = _noting(self._kind, full, function)
        self.__dict__[name] = found
        return found


class _Kernels(Mapping[str, Any]):
    """The base's kernels by name, noted when they are called: as operations of ours, but for those that are the
    standard's own functions.

    Optimizers' kernels write to their arrays, so their rules are traced instead; and so are operations that the base's
    executor would rather see in parts.
    """

    def __init__(self, kind: type[TracedArray]) -> None:
        self._kind = kind
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            base = self._kind.base
            foreign = (
                name in STANDARD and name not in base.kernels
            )  # a plugin's: noted as what the standard calls it
            parts = ":" in name or foreign or name in getattr(self._kind.executor, "seen_through", ())
            there = name in WHOLE or (not parts and find_kernel(base, name) is not None)
            kernel = kernel_of(base, name) if there else None
            noted = name if name in ELEMENTWISE else f"ops.{name}"
            self._found[name] = None if kernel is None else _noting(self._kind, noted, kernel)
        if self._found[name] is None:
            raise KeyError(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(name for name in self._kind.base.kernels if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _noting(kind: type[TracedArray], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        if tracing.trace is None:
            return _without_trace(kind, function, args, kwargs)
        return tracing.trace.noted(kind, name, function, args, kwargs)

    noted.__name__ = noted.__qualname__ = name
    return noted


def _without_trace(kind: type[TracedArray], function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """A function of traced arrays that have outlived their trace."""
    from .graph import replaced

    def plain(one: Any) -> Any:
        return one.array if isinstance(one, kind) else one

    made = function(*replaced(args, plain), **{key: replaced(one, plain) for key, one in kwargs.items()})
    return replaced(made, lambda one: kind(one) if hasattr(one, "shape") else one)


def _about_types(function: Callable[..., Any]) -> Callable[..., Any]:
    from .array import TracedArray

    def about(*args: Any) -> Any:
        return function(*[one.array if isinstance(one, TracedArray) else one for one in args])

    return about


def _give_up_on_foreign() -> None:
    if tracing.trace is not None:
        tracing.trace.give_up("an array is used that a compiled step does not see change")
