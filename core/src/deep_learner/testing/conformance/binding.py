"""A backend on a device, and the arguments of a call as it and NumPy take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, cast

from .case import DEVICE, Data, DType, available
from .comparison import TOLERANCES
from .reference import Reference

if TYPE_CHECKING:
    from ...backends import Backend
    from ...device import Device

__all__ = ["Bound", "MissingDTypeError", "Place"]


class MissingDTypeError(Exception):
    """A case asks for a dtype that was not declared."""


class Bound(NamedTuple):
    """Arguments of a call: the backend's, NumPy's, pairs of all arrays among them, and the call in words."""

    arguments: list[Any]
    options: dict[str, Any]
    originals: list[Any]
    original_options: dict[str, Any]
    arrays: list[tuple[Any, Any]]
    placed: bool
    words: str


class Place:
    """A backend on one of its devices, with NumPy beside it.

    Parameters
    ----------
    numpy : module
    one : Backend
    device : Device
    dtypes : sequence of str
        Those that it holds.
    tolerance : Mapping
        Relative tolerances by dtype, before those of `TOLERANCES`.
    """

    def __init__(
        self, numpy: Any, one: Backend, device: Device, dtypes: Sequence[str], tolerance: Mapping[str, float]
    ) -> None:
        self.numpy = numpy
        self.one = one
        self.device = device
        self.resolved = one.resolved(device)
        self.dtypes = [name for name in dtypes if hasattr(numpy, name)]
        self.tolerance = {**TOLERANCES, **tolerance}
        self.reference = Reference(numpy)
        self.types = (*one.array_types, *one.scalar_types)

    def array(self, data: Data, dtype: str) -> Any:
        """The NumPy array of `Data`.

        Raises
        ------
        MissingDTypeError
            If its dtype was not declared.
        """
        found = available(data.dtype or dtype, self.dtypes)
        if found is None:
            raise MissingDTypeError(data.dtype)
        return self.numpy.asarray(data.values, dtype=found)

    def native(self, array: Any) -> Any:
        """A NumPy array as one of the backend, on the device, with memory of its own."""
        return self.one.from_numpy(array.copy(), self.device)

    def bind(
        self, arguments: Sequence[Any], options: Mapping[str, Any], dtype: str, *, strided: bool = False
    ) -> Bound:
        """Arguments of a case as the backend takes them, and as NumPy does.

        Parameters
        ----------
        arguments, options
            With `Data`, `DType` and `DEVICE` among them.
        dtype
            The dtype under test.
        strided
            Whether arrays are to be views of every other element of others.

        Raises
        ------
        MissingDTypeError
            If a dtype was not declared.
        """
        arrays: list[tuple[Any, Any]] = []

        def made(value: Any) -> tuple[Any, Any]:
            if isinstance(value, Data):
                original = self.array(value, dtype)
                arrays.append((self.view(original) if strided else self.native(original), original))
                return arrays[-1]
            if isinstance(value, DType):
                found = available(value.name or dtype, self.dtypes)
                if found is None:
                    raise MissingDTypeError(value.name)
                return getattr(self.one.namespace, found), getattr(self.numpy, found)
            if value is DEVICE:
                return self.one.native_device(self.device), None
            if _holds_data(value):
                items = [made(item) for item in value]
                return type(value)(one for one, _ in items), type(value)(other for _, other in items)
            return value, value

        positional = [made(value) for value in arguments]
        named = {name: made(value) for name, value in options.items()}
        words = [self.words(value, dtype) for value in arguments]
        words += [f"{name}={self.words(value, dtype)}" for name, value in options.items()]
        return Bound(
            [one for one, _ in positional],
            {name: one for name, (one, _) in named.items()},
            [other for _, other in positional],
            {name: other for name, (_, other) in named.items() if options[name] is not DEVICE},
            arrays,
            DEVICE in options.values(),
            ", ".join(words),
        )

    def view(self, array: Any) -> Any:
        """A NumPy array as every other element of one of the backend."""
        if not array.ndim:
            return self.native(array)
        return self.native(self.numpy.repeat(array, 2, axis=-1))[..., ::2]

    def words(self, value: Any, dtype: str) -> str:
        """An argument as a message shows it."""
        if isinstance(value, Data):
            name = available(value.dtype or dtype, self.dtypes)
            return f"{name} {self.numpy.asarray(value.values).shape}"
        if isinstance(value, DType):
            return value.name or dtype
        if value is DEVICE:
            return repr(self.device)
        if _holds_data(value):
            return f"({', '.join(self.words(item, dtype) for item in value)})"
        text = repr(value)
        return text if len(text) < 60 else f"{text[:56]} ..."


def _holds_data(value: Any) -> TypeGuard[Any]:
    """Whether an argument is a list or tuple with arrays in it."""
    if not isinstance(value, list | tuple):
        return False
    return any(isinstance(item, Data) or _holds_data(item) for item in cast("Sequence[Any]", value))
