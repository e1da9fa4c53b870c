"""New tensors of evenly spaced numbers.

Floating sequences are computed from their positions in float64 and rounded once.
"""

from __future__ import annotations

import math
from typing import Any

from ..dtypes import BOOL, COMPLEX, DType, as_dtype, get_default_dtype, scalar_dtype
from ..namespaces.raw import computing_at, namespace_of
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from ._placement import Place, native_dtype, new_tensor, place_of
from .out import factory_with_out


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


def _rounded(array: Any, place: Place, dtype: DType, requires_grad: bool) -> Tensor:
    return new_tensor(
        namespace_of(place.backend).astype(array, native_dtype(place.backend, dtype)), requires_grad
    )


@factory_with_out
def arange(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from `start` in steps, without `end`: int64 if all are integers, else the default float.

    Raises RuntimeError if the step is zero or leads away from the end, or something is not finite,
    NotImplementedError for booleans and complex numbers.
    """
    if end is None:
        start, end = 0, start
    first, stop, step = _number(start), _number(end), _number(step)
    whole = all(isinstance(number, int) for number in (first, stop, step))
    chosen = as_dtype(dtype) if dtype is not None else scalar_dtype(0) if whole else get_default_dtype()
    if chosen.kind in (BOOL, COMPLEX):
        raise NotImplementedError(
            f"arange() is not implemented for {chosen.name}; convert its numbers, as in x.bool()"
        )
    if not step:
        raise RuntimeError("step must be nonzero")
    if not all(math.isfinite(number) for number in (first, stop, step)):
        raise RuntimeError(f"unsupported range: {first} -> {stop} by {step}")
    if (stop - first) * step < 0:
        raise RuntimeError(
            f"upper bound and lower bound inconsistent with step sign: {first} -> {stop} by {step}"
        )
    place = place_of(device)
    xp = place.backend.namespace
    if whole:
        numbers = xp.arange(first, stop, step, dtype=xp.int64, device=place.native)
    else:
        count = math.ceil((stop - first) / step)
        numbers = xp.arange(count, dtype=xp.float64, device=place.native)
        with computing_at(place.backend, numbers):
            numbers = numbers * step + first
    return _rounded(numbers, place, chosen, requires_grad)


@factory_with_out
def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` evenly spaced numbers from `start` to `end`, both included.

    Rounded towards zero for integer dtypes. Raises RuntimeError for a negative number of steps.
    """
    place = place_of(device)
    numbers, chosen = _spaced(place, start, end, steps, dtype)
    return _rounded(numbers, place, chosen, requires_grad)


@factory_with_out
def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """`base` to the powers that `linspace` gives. Raises RuntimeError for a negative number of steps."""
    place = place_of(device)
    powers, chosen = _spaced(place, start, end, steps, dtype)
    return _rounded(base**powers, place, chosen, requires_grad)


def _spaced(place: Place, start: Any, end: Any, steps: int, dtype: DTypeLike) -> tuple[Any, DType]:
    """Evenly spaced numbers in double precision, and the dtype they shall have."""
    first, stop = _number(start), _number(end)
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, but is {steps}")
    complex_ = isinstance(first, complex) or isinstance(stop, complex)
    chosen = as_dtype(dtype) if dtype is not None else get_default_dtype()
    if complex_ and dtype is None:
        chosen = chosen.to_complex()
    xp = place.backend.namespace
    wide = xp.complex128 if chosen.kind == COMPLEX else xp.float64
    return xp.linspace(first, stop, steps, dtype=wide, device=place.native), chosen
