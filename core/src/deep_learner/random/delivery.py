"""From arrays on the host to tensors on any device, and back."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from ..autograd.modes import is_grad_enabled
from ..device import Device
from ..dtypes import DType
from ..namespaces.raw import NAMESPACES
from ..ops._placement import Place, moved, native_dtype
from ..ops.filling import ones_like
from ..ops.selection import where
from ..tensor import Tensor, wrap
from ..typing import Array, Shape
from .host import find_host

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["constant_in", "deliver", "flat_numbers", "floating", "host_array", "host_tensor"]


def deliver(host: Backend, values: Array, shape: Shape, dtype: DType, place: Place) -> Tensor:
    """A tensor of values that were computed on the host.

    Parameters
    ----------
    host : Backend
    values : array
        As many as the shape holds.
    shape : tuple of int
    dtype : DType
        What the values are cast to.
    place : Place
        Where the tensor shall be.
    """
    xp, native = host.namespace, native_dtype(host, dtype)
    if values.dtype != native:
        values = xp.astype(values, native)
    if values.shape != shape:
        values = xp.reshape(values, shape)
    return wrap(moved(host, host.asarray(values), place.backend, place.device))


def host_tensor(values: Any) -> Tensor:
    """A tensor on the host's CPU of a buffer."""
    return wrap(find_host().asarray(values))


def constant_in(drawn: Tensor, *parameters: Tensor) -> Tensor:
    """What was drawn, in the graph of the parameters that it was drawn with: their gradients are 0."""
    for parameter in parameters:
        if parameter.requires_grad and is_grad_enabled():
            everywhere = ones_like(drawn, dtype="bool")
            drawn = where(everywhere, drawn, parameter.to(drawn.dtype))
    return drawn


def host_array(host: Backend, tensor: Tensor) -> Array:
    """The values of a tensor as an array on the host."""
    array = tensor.detach()._array
    owner = NAMESPACES[type(array)].backend
    return host.to_device(array, Device("cpu")) if owner is host else host.from_numpy(owner.to_numpy(array))


def flat_numbers(
    host: Backend,
    sample: Callable[..., Array],
    generator: Generator,
    size: int,
    dtype: DType,
    *parameters: float,
) -> Array:
    """Floating-point or complex numbers on the host.

    Parameters
    ----------
    host : Backend
    sample : callable
        `sample(host, generator, size, dtype, *parameters)`.
    generator : Generator
    size : int
    dtype : DType
        Half precision is computed as float32, and a complex number is two real ones.
    *parameters : float

    Returns
    -------
    array of shape (size,)
    """
    real = "float64" if dtype.name in ("float64", "complex128") else "float32"
    if not dtype.is_complex:
        return sample(host, generator, size, real, *parameters)
    xp = host.namespace
    parts = sample(host, generator, 2 * size, real, *parameters)
    pairs = xp.astype(xp.reshape(parts, (-1, 2)), getattr(xp, dtype.name))
    return pairs[:, 0] + pairs[:, 1] * 1j


def floating(
    sample: Callable[..., Array],
    generator: Generator,
    shape: Shape,
    dtype: DType,
    place: Place,
    *parameters: float,
) -> Tensor:
    """A tensor of what `flat_numbers` gives."""
    host = find_host()
    return deliver(
        host, flat_numbers(host, sample, generator, prod(shape), dtype, *parameters), shape, dtype, place
    )
