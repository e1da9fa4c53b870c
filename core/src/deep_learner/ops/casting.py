"""Changing dtype, device and memory: ``astype``, ``clone``, and ``Tensor.to`` with its many forms."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Function
from ..device import Device
from ..dtypes import ALIASES, ALL, DType, as_dtype
from ..namespaces.raw import NAMESPACES
from ..semantics import follows_torch
from ..tensor import Tensor, gradient_dtype, wrap
from ..typing import Array, DeviceLike, DTypeLike, Namespace
from ._placement import moved
from .operation import op


@op(holomorphic=False)
def astype(xp: Namespace, input: Array, dtype: DTypeLike) -> Array:
    """The elements in another dtype; a complex number becomes real by dropping its imaginary part, true unless it is 0.

    Shape (*) -> (*). The gradient comes back in the input's dtype.
    """
    target = as_dtype(dtype)
    if not target.is_complex and as_dtype(input.dtype).is_complex:
        input = input != 0 if target.name == "bool" else xp.real(input)
    return xp.astype(input, getattr(xp, target.name))


@astype.vjp("input")
def _(xp: Namespace, g: Array, input_dtype: Any) -> Array:
    target = gradient_dtype(as_dtype(input_dtype))
    if not target.is_complex and as_dtype(g.dtype).is_complex:
        g = xp.real(g)
    return xp.astype(g, getattr(xp, target.name))


@op(name="clone")
def copied(xp: Namespace, input: Array) -> Array:
    """A copy with memory of its own. Shape (*) -> (*), same dtype; the gradient passes through."""
    return xp.asarray(input, copy=True)


@copied.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy with memory of its own. Shape (*) -> (*), same dtype; the gradient passes through.

    ``memory_format`` is accepted; the backend decides.
    """
    return copied(input)


class _Move(Function):
    """Copy to another backend or device; the gradient travels back."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, backend: Any, device: Device) -> Tensor:
        source = NAMESPACES[type(input._array)].backend
        ctx.home = (source, input.device)
        array = moved(source, input._array, backend, device)
        # Two libraries in one memory may share it, though it is read-only to one of them; a move is a copy.
        together = source is not backend and input.device.type == device.type
        return wrap(backend.asarray(array, copy=True) if together else array)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return _Move.apply(grads[0], *ctx.home), None, None


def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """The tensor with another dtype, on another device or in another backend; itself if nothing changes.

    Called as ``to(dtype)``, ``to(device)``, ``to(device, dtype)``, ``to(other)`` or with keywords ``dtype``,
    ``device``, ``backend``, ``copy``; ``non_blocking`` and ``memory_format`` are accepted.

    Raises
    ------
    TypeError
        If an argument is neither a dtype, a device nor a Tensor.
    RuntimeError
        If no installed backend serves the device.
    """
    dtype, device, backend, copy = parse_to(args, kwargs)
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = astype(result, dtype)
        if result._node is not None and not (dtype.is_floating_point or dtype.is_complex) and follows_torch():
            result = result.detach()  # there only floating-point numbers carry gradients
    if device is not None or backend is not None:
        result = _moved(result, device, backend)
    return clone(result) if copy and result is self else result


def parse_to(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[DType | None, Device | None, str | None, bool]:
    """Sort out the arguments of :func:`to` into dtype, device, backend and copy."""
    options = dict(kwargs)
    for i, value in enumerate(args):
        if isinstance(value, Tensor):
            options.setdefault("dtype", value.dtype)
            options.setdefault("device", value.device)
            options.setdefault("backend", value.backend)
        elif isinstance(value, bool):
            if i == len(args) - 1 and i > 1:
                options.setdefault("copy", value)
        elif isinstance(value, Device | int) or (
            isinstance(value, str) and value not in ALL and value not in ALIASES
        ):
            options.setdefault("device", value)
        elif value is not None:
            options.setdefault("dtype", value)
    unknown = set(options) - {"dtype", "device", "backend", "copy", "non_blocking", "memory_format"}
    if unknown:
        raise TypeError(f"to() has no argument {', '.join(map(repr, sorted(unknown)))}")
    dtype, device = options.get("dtype"), options.get("device")
    return (
        None if dtype is None else as_dtype(dtype),
        None if device is None else Device(device),
        options.get("backend"),
        bool(options.get("copy", False)),
    )


def _moved(tensor: Tensor, device: Device | None, backend: str | None) -> Tensor:
    from .. import backends

    source = NAMESPACES[type(tensor._array)].backend
    if backend is not None:
        target = source if backend == tensor.backend else backends.get(backend)
    else:
        target = (
            source if device is None or device.type in source.device_types else backends.for_device(device)
        )
    if device is None:
        device = tensor.device if target is source else Device(target.device_types[0])
    device = target.resolved(device)
    if target is source and tensor.device == device:
        return tensor
    return _Move.apply(tensor, target, device)


def to_device(self: Tensor, device: DeviceLike, /, *, stream: Any = None) -> Tensor:
    """The tensor on another device: the array standard's name. ``stream`` is accepted and left to the backend."""
    return to(self, device=device)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor in main memory. ``memory_format`` is accepted; the backend decides."""
    return to(self, device="cpu")


def cuda(
    self: Tensor, device: DeviceLike | int = None, non_blocking: bool = False, memory_format: Any = None
) -> Tensor:
    """The tensor on a CUDA device, the current one by default.

    ``non_blocking`` and ``memory_format`` are accepted; the backend decides.
    """
    return to(self, device="cuda" if device is None else device)


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in another's dtype."""
    return to(self, dtype=other.dtype)
