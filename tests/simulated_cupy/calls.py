"""How a function of NumPy becomes one of the simulated CuPy: arrays are unwrapped, the work is done or recorded,
results are wrapped as views of the operands' memory or in new memory of the current device."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
from cupy._util import PerformanceWarning

from tests.simulated_cupy import arrays, capture
from tests.simulated_cupy.machine import machine


def arrays_in(values: Any) -> list[arrays.ndarray]:
    """The arrays in nested lists, tuples and dicts."""
    if isinstance(values, arrays.ndarray):
        return [values]
    if isinstance(values, Mapping):
        values = values.values()
    elif not isinstance(values, (list, tuple)):
        return []
    return [found for value in values for found in arrays_in(value)]


def replaced(values: Any, replacement: Callable[[arrays.ndarray], Any]) -> Any:
    """The same nest with each array replaced; an array of NumPy in it is refused."""
    if isinstance(values, arrays.ndarray):
        return replacement(values)
    if isinstance(values, numpy.ndarray):
        raise TypeError(f"Unsupported type {type(values)}")
    if isinstance(values, Mapping):
        return {key: replaced(value, replacement) for key, value in values.items()}
    if type(values) in (list, tuple):
        return type(values)(replaced(value, replacement) for value in values)
    return values


def require_access(operands: Sequence[arrays.ndarray]) -> None:
    """The current device must be able to read the operands' memory."""
    device = capture.current_device()
    for operand in operands:
        if operand.data.device_id != device:
            message = (
                f"The device where the array resides ({operand.data.device_id}) is different from the current "
                f"device ({device})."
            )
            if not machine.peer_access:
                raise ValueError(f"{message} Peer access is unavailable between these devices.")
            warnings.warn(
                f"{message} Peer access has been activated automatically.", PerformanceWarning, stacklevel=3
            )


def blocks_of(operands: Sequence[arrays.ndarray]) -> list[Any]:
    return [block for operand in operands for block in operand.data.blocks]


def quietly(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A GPU does not warn of infinities."""
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def compute(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function` of NumPy on the operands, as work of the current stream."""
    operands = arrays_in((args, kwargs))
    require_access(operands)
    hosts, options = replaced(args, host_of), replaced(kwargs, host_of)
    if capture.capturing():
        return _recorded(function, args, kwargs, operands, lambda: quietly(function, *hosts, **options))
    results: list[Any] = []
    capture.launch(lambda: results.append(quietly(function, *hosts, **options)))
    return mapped(results[0], lambda value: wrapped(value, operands))


def view(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function` of NumPy that only looks at the operands' memory differently, which is no work for a GPU. Where NumPy
    had to copy, it is work after all."""
    operands = arrays_in((args, kwargs))
    result = quietly(function, *replaced(args, host_of), **replaced(kwargs, host_of))
    if all(any(arrays.inside(value, operand) for operand in operands) for value in leaves(result)):
        return mapped(result, lambda value: wrapped(value, operands))
    return compute(function, *args, **kwargs)


def _recorded(
    function: Callable[..., Any],
    args: Any,
    kwargs: Any,
    operands: list[arrays.ndarray],
    run: Callable[[], Any],
) -> Any:
    """While a stream is captured nothing is computed: what results look like is learned from operands full of ones
    (integers: zeros), and the work is left to the replay."""
    stand_ins = {id(operand): _stand_in(operand._host) for operand in operands}
    args = replaced(args, lambda operand: stand_ins[id(operand)])
    kwargs = replaced(kwargs, lambda operand: stand_ins[id(operand)])
    fresh: list[arrays.ndarray] = []

    def placed(value: Any) -> arrays.ndarray:
        for operand in operands:
            if value is stand_ins[id(operand)]:
                return operand
        fresh.append(arrays.like_host(numpy.asarray(value)))
        return fresh[-1]

    result = mapped(quietly(function, *args, **kwargs), placed)
    places = [value._host if any(value is new for new in fresh) else None for value in leaves(result)]

    def work() -> None:
        for place, value in zip(places, leaves(run()), strict=True):
            if place is not None:
                place[...] = value

    capture.launch(work, blocks_of([*operands, *fresh]))
    return result


def host_of(operand: arrays.ndarray) -> numpy.ndarray:
    return operand._host


def _stand_in(host: numpy.ndarray) -> numpy.ndarray:
    return numpy.full_like(host, 0 if host.dtype.kind in "iu" else 1)


def _is_leaf(value: Any) -> bool:
    return isinstance(value, (arrays.ndarray, numpy.ndarray, numpy.generic))


def leaves(value: Any) -> list[Any]:
    """The arrays and scalars of NumPy in a result."""
    if _is_leaf(value):
        return [value]
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, (list, tuple)) else []


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A result with its arrays changed, of the same tuples and lists."""
    if _is_leaf(value):
        return change(value)
    if isinstance(value, (list, tuple)):
        parts = [mapped(part, change) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def wrapped(value: Any, operands: Sequence[arrays.ndarray]) -> arrays.ndarray:
    """An array of NumPy as one of the simulation: an operand itself, a view of one, or new memory."""
    for operand in operands:
        if value is operand._host:
            return operand
    for operand in operands:
        if arrays.inside(value, operand):
            return arrays.view_of(operand, value)
    result = arrays.like_host(numpy.asarray(value))
    result._host[...] = value
    return result
