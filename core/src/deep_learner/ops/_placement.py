"""Where a new array goes, and its dtype in the words of the library that makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import backends
from ..device import Device
from ..dtypes import DType
from ..tensor import Tensor, wrap
from ..typing import Array, DeviceLike


class Place(NamedTuple):
    """A backend, one of its devices, and what the backend's namespace takes as `device=`."""

    backend: backends.Backend
    device: Device
    native: Any


def place_of(device: DeviceLike) -> Place:
    """The place that `device` names; without one the configured backend and device.

    Raises
    ------
    RuntimeError
        If no installed backend serves the device.
    """
    if device is None:
        backend, where = backends.current(), backends.default_device()
    else:
        where = Device(device)
        backend = backends.for_device(where)
    return Place(backend, backend.resolved(where), backend.native_device(where))


def place_of_tensor(tensor: Tensor, device: DeviceLike) -> Place:
    """The place that `device` names; without one, that of `tensor`.

    Raises
    ------
    TypeError
        If `tensor` is none.
    """
    if not isinstance(tensor, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"argument 'input' must be a Tensor. Received: {type(tensor).__name__}")
    if device is not None:
        return place_of(device)
    backend = backends.for_array(tensor._array)
    where = backend.device_of(tensor._array)
    return Place(backend, where, backend.native_device(where))


def native_dtype(backend: backends.Backend, dtype: DType) -> Any:
    """The backend's own object for a dtype.

    Raises
    ------
    TypeError
        If the backend has no such dtype.
    """
    found = getattr(backend.namespace, dtype.name, None)
    if found is None:
        cure = backend.cure(dtype.name)
        raise TypeError(f"the backend {backend.name!r} has no dtype {dtype.name}{cure and f': {cure}'}")
    return found


def made_by(backend: backends.Backend, function: Callable[..., Array], *args: Any, **kwargs: Any) -> Array:
    """What a function of the backend makes; what it raises comes as the backend explains it."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        told = backend.explained(error)
        if told is error:
            raise
        raise told from error


def transferred(array: Array, place: Place) -> Array:
    """An array of any backend at `place`: itself where it is there already."""
    return moved(backends.for_array(array), array, place.backend, place.device)


def moved(source: backends.Backend, array: Array, target: backends.Backend, device: Device) -> Array:
    """An array of one backend as one of another, or on another device of its own."""
    if source is target:
        return made_by(source, source.to_device, array, device)
    values = made_by(source, source.to_numpy, array)
    return made_by(target, target.from_numpy, values, device)


def new_tensor(array: Array, requires_grad: bool = False) -> Tensor:
    """A new leaf that holds `array`."""
    tensor = wrap(array)
    return tensor.requires_grad_() if requires_grad else tensor
