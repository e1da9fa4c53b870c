"""Reading and writing parts of arrays. As on a GPU, indices out of range wrap around instead of raising."""

from __future__ import annotations

from typing import Any

import numpy

from tests.simulated_cupy import arrays, calls, capture, memory


def _is_plain(index: Any) -> bool:
    """Whether an index takes a view: integers, slices, None and the ellipsis."""
    parts = index if isinstance(index, tuple) else (index,)
    return not any(
        isinstance(part, (arrays.ndarray, list, numpy.ndarray, bool, numpy.bool_)) for part in parts
    )


def _prepared(operand: arrays.ndarray, index: Any) -> Any:
    """The index with lists and NumPy's arrays moved to the device, as CuPy does it; masks make the host wait."""
    from tests.simulated_cupy.creation import array as moved

    parts = index if isinstance(index, tuple) else (index,)
    prepared = tuple(moved(part) if isinstance(part, (list, numpy.ndarray)) else part for part in parts)
    for part in prepared:
        if isinstance(part, arrays.ndarray) and part.dtype.kind not in "iub":
            raise IndexError("arrays used as indices must be of integer or boolean type")
    return prepared


def _has_mask(index: tuple[Any, ...]) -> bool:
    return any(isinstance(part, arrays.ndarray) and part.dtype.kind == "b" for part in index)


def _wrapped(shape: tuple[int, ...], index: tuple[Any, ...]) -> tuple[Any, ...]:
    """Integers of index arrays modulo the length of their axis."""
    consumed = [
        part.ndim if getattr(getattr(part, "dtype", None), "kind", "") == "b" else 0 if part is None else 1
        for part in index
    ]
    axes: list[int] = []
    axis = 0
    for part, count in zip(index, consumed, strict=True):
        axes.append(axis)
        axis += len(shape) - (sum(consumed) - 1) if part is Ellipsis else count
    result = []
    for part, axis in zip(index, axes, strict=True):
        if isinstance(part, numpy.ndarray) and part.dtype.kind in "iu" and shape[axis]:
            part = part.astype(numpy.int64) % shape[axis]
        result.append(part)
    return tuple(result)


def get(operand: arrays.ndarray, index: Any) -> arrays.ndarray:
    """`operand[index]`"""
    if _is_plain(index):
        key = (*index, ...) if isinstance(index, tuple) and ... not in index else index
        host = operand._host[(index, ...) if not isinstance(key, tuple) and index is not ... else key]
        return arrays.view_of(operand, host)
    prepared = _prepared(operand, index)
    if _has_mask(prepared):
        memory.disallow("D2H transfers")  # how many are chosen decides the shape
        memory.synchronize(None)
    return calls.compute(lambda host, key: host[_wrapped(host.shape, key)], operand, prepared)


def put(operand: arrays.ndarray, index: Any, value: Any) -> None:
    """`operand[index] = value`"""
    from tests.simulated_cupy.creation import array as moved

    plain = _is_plain(index)
    if isinstance(value, (numpy.ndarray, list, tuple)):
        if not plain:
            value = moved(value, dtype=operand.dtype)
        elif isinstance(value, numpy.ndarray) and value.ndim == 0:
            value = value[()]
        elif isinstance(value, numpy.ndarray):
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        else:
            raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, (complex, numpy.complexfloating)) and operand.dtype.kind != "c":
        raise TypeError(f"can't convert complex to {operand.dtype}")
    if plain and isinstance(value, arrays.ndarray) and value.data.device_id != operand.data.device_id:
        _copy_between_devices(get(operand, index), value)
        return
    calls.compute(_assign, operand, index if plain else _prepared(operand, index), value)


def _assign(host: numpy.ndarray, key: Any, value: Any) -> None:
    host[_wrapped(host.shape, key) if isinstance(key, tuple) else key] = value


def _copy_between_devices(target: arrays.ndarray, source: arrays.ndarray) -> None:
    """A copy of bytes needs no access of one device to the other's memory; anything else does."""
    alike = target.shape == source.shape and target.dtype == source.dtype
    if not (alike and target.flags.c_contiguous and source.flags.c_contiguous):
        calls.require_access([target, source])
    place, values = target._host, source._host
    capture.launch(lambda: place.__setitem__(..., values), target.data.blocks + source.data.blocks)


def scatter(function: numpy.ufunc, operand: arrays.ndarray, index: Any, value: Any) -> None:
    """`function.at(operand, index, value)`: the same place more than once counts each time."""
    prepared = index if _is_plain(index) else _prepared(operand, index)
    if isinstance(value, (list, tuple)):
        raise TypeError(f"Unsupported type {type(value)}")

    def work(host: numpy.ndarray, key: Any, values: Any) -> None:
        place = _wrapped(host.shape, key) if isinstance(key, tuple) else key
        function.at(host, place, numpy.asarray(values).astype(host.dtype, copy=False))

    calls.compute(work, operand, prepared, value)
