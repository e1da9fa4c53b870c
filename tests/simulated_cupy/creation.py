"""Functions that make arrays."""

from __future__ import annotations

from typing import Any

import cupy as real
import numpy

from tests.simulated_cupy import calls, capture
from tests.simulated_cupy.arrays import like_host, ndarray
from tests.simulated_cupy.memory import MemoryPointer, UnownedMemory, disallow
from tests.simulated_cupy.signatures import signature_of


def array(
    obj: Any,
    dtype: Any = None,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    *,
    blocking: bool = False,
) -> ndarray:
    """An array of the current device with the values of anything, arrays of other devices included."""
    if isinstance(obj, ndarray):
        result = _from_array(obj, dtype, copy, order)
    elif arrays := calls.arrays_in(obj if isinstance(obj, (list, tuple)) else ()):
        calls.require_access(arrays)
        result = calls.compute(lambda nest: numpy.array(_nested(nest), dtype), obj)
    elif hasattr(obj, "__cuda_array_interface__"):
        result = _from_array(from_interface(obj.__cuda_array_interface__), dtype, copy, order)
    else:
        result = from_host(numpy.array(obj, dtype=dtype, order=order or "K"))
    while result.ndim < ndmin:
        result = result[None]
    return result


def _nested(nest: Any) -> Any:
    """Arrays of NumPy in lists, all of which NumPy stacks."""
    return [_nested(part) for part in nest] if isinstance(nest, (list, tuple)) else nest


def _from_array(source: ndarray, dtype: Any, copy: bool | None, order: str) -> ndarray:
    dtype = source.dtype if dtype is None else dtype
    if source.data.device_id == capture.current_device():
        return source.astype(dtype, order=order or "K", copy=bool(copy))
    return source.copy(order or "K").astype(dtype, copy=False)


def from_host(values: numpy.ndarray) -> ndarray:
    """The values copied to the current device; a single number goes with the kernel that fills the array."""
    if values.ndim == 0:
        return full((), values[()], values.dtype)
    disallow("H2D transfers")
    result = like_host(values)
    result._host[...] = values
    return result


def from_interface(interface: dict[str, Any]) -> ndarray:
    """The array over memory that somebody else described."""
    shape, dtype, strides = interface["shape"], numpy.dtype(interface["typestr"]), interface.get("strides")
    pointer = interface["data"][0]
    span = (
        dtype.itemsize * int(numpy.prod(shape))
        if strides is None
        else 1
        + sum(abs(step) * (length - 1) for step, length in zip(strides, shape, strict=True))
        + dtype.itemsize
    )
    return ndarray(shape, dtype, MemoryPointer(UnownedMemory(pointer, span, interface), 0), strides)


def asarray(
    a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None, blocking: bool = False
) -> ndarray:
    return array(a, dtype, bool(copy), order or "K", blocking=blocking)


def asanyarray(a: Any, dtype: Any = None, order: Any = None, *, blocking: bool = False) -> ndarray:
    return array(a, dtype, False, order or "K", blocking=blocking)


def ascontiguousarray(a: Any, dtype: Any = None) -> ndarray:
    return array(a, dtype, False, "C", ndmin=1)


def asfortranarray(a: Any, dtype: Any = None) -> ndarray:
    return array(a, dtype, False, "F", ndmin=1)


def empty(shape: Any, dtype: Any = float, order: str = "C") -> ndarray:
    return ndarray(shape, dtype, order=order)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> ndarray:
    if dtype is None:
        dtype = fill_value.dtype if isinstance(fill_value, ndarray) else numpy.array(fill_value).dtype
    result = ndarray(shape, dtype, order=order)
    calls.compute(lambda host, value: numpy.copyto(host, value, casting="unsafe"), result, fill_value)
    return result


def zeros(shape: Any, dtype: Any = float, order: str = "C") -> ndarray:
    return full(shape, 0, dtype or float, order)


def ones(shape: Any, dtype: Any = float, order: str = "C") -> ndarray:
    return full(shape, 1, dtype or float, order)


def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None
) -> ndarray:
    if subok is not None:
        raise TypeError("subok is not supported yet")
    a = prototype
    if not isinstance(a, ndarray):
        raise TypeError(f"Unsupported type {type(a)}")
    lead = (
        numpy.lib.stride_tricks.as_strided(numpy.empty(1, a.dtype), a.shape, a.strides) if a.size else a._host
    )
    return like_host(numpy.empty_like(lead, dtype, order, shape=shape))


def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None
) -> ndarray:
    result = empty_like(a, dtype, order, subok, shape)
    result.fill(fill_value)
    return result


def zeros_like(a: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None) -> ndarray:
    return full_like(a, 0, dtype, order, subok, shape)


def ones_like(a: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None) -> ndarray:
    return full_like(a, 1, dtype, order, subok, shape)


def on_the_device(name: str) -> Any:
    """Functions that take numbers alone and whose values a GPU computes from them: `arange`, `linspace`, `eye`."""
    signature = signature_of(getattr(real, name))

    def function(*args: Any, **kwargs: Any) -> Any:
        if signature is not None:
            signature.bind(*args, **kwargs)
        return calls.compute(
            lambda *hosts, **options: getattr(numpy, name)(*hosts, **options), *args, **kwargs
        )

    function.__name__ = name
    return function


FUNCTIONS = {
    function.__name__: function
    for function in (
        array, asarray, asanyarray, ascontiguousarray, asfortranarray, empty, full, zeros, ones, empty_like, full_like,
        zeros_like, ones_like,
    )
} | {
    name: on_the_device(name)
    for name in ("arange", "linspace", "logspace", "eye", "identity", "tri", "indices")
}  # fmt: skip
