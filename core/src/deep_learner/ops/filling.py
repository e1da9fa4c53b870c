"""New tensors filled by a rule: zeros, ones, one value, nothing in particular, the identity.

Sizes are given one by one or as one sequence; `dtype` is the default float dtype unless told otherwise,
`device` the configured one. A negative size raises RuntimeError, one that is no integer TypeError. The
`*_like` functions take shape, dtype and device from a tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..dtypes import as_dtype, get_default_dtype, scalar_dtype
from ..size import as_index
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike, Scalar, Shape
from ._placement import Place, made_by, native_dtype, new_tensor, place_of, place_of_tensor
from .numbers import as_element
from .out import factory_with_out
from .tensor_options import tensor_options


def shape_of(sizes: Sequence[Any]) -> Shape:
    """A shape from sizes given one by one or as one sequence.

    Raises
    ------
    RuntimeError
        If a size is negative.
    TypeError
        If one is no integer.
    """
    given = sizes[0] if len(sizes) == 1 and not hasattr(sizes[0], "__index__") else sizes
    try:
        shape = tuple([as_index(size) for size in given])
    except TypeError:
        raise TypeError(
            f"sizes must be integers or one sequence of them. Received: {tuple(sizes)!r}"
        ) from None
    if any(size < 0 for size in shape):
        raise RuntimeError(f"Dimension size must be non-negative. Received: {list(shape)}")
    return shape


def _make(
    function: Callable[..., Any], place: Place, dtype: DTypeLike, requires_grad: bool, *arguments: Any
) -> Tensor:
    native = native_dtype(place.backend, get_default_dtype() if dtype is None else as_dtype(dtype))
    array = made_by(place.backend, function, *arguments, dtype=native, device=place.native)
    return new_tensor(array, requires_grad)


@factory_with_out
def zeros(
    *size: int | Sequence[int],
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Zeros.

    Sizes one by one or as one sequence -> (*size), in the default float dtype unless `dtype` is given. Raises
    RuntimeError for a negative size, TypeError for one that is no integer.
    """
    place = place_of(device)
    return _make(place.backend.namespace.zeros, place, dtype, requires_grad, shape_of(size))


@factory_with_out
def ones(
    *size: int | Sequence[int],
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Ones.

    Sizes one by one or as one sequence -> (*size), in the default float dtype unless `dtype` is given. Raises
    RuntimeError for a negative size, TypeError for one that is no integer.
    """
    place = place_of(device)
    return _make(place.backend.namespace.ones, place, dtype, requires_grad, shape_of(size))


@factory_with_out
def empty(
    *size: int | Sequence[int],
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Memory as it comes: any values.

    Sizes one by one or as one sequence -> (*size), in the default float dtype unless `dtype` is given. Raises
    RuntimeError for a negative size, TypeError for one that is no integer.
    """
    place = place_of(device)
    return _make(place.backend.namespace.empty, place, dtype, requires_grad, shape_of(size))


@factory_with_out
def full(
    size: int | Sequence[int],
    fill_value: Scalar | Tensor,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """One value everywhere; it decides the dtype, as in `tensor`.

    A sequence of sizes -> (*size); `dtype` overrules the value's. Raises RuntimeError for a negative size and for a
    value that the dtype does not hold, TypeError for a size that is no integer.
    """
    place = place_of(device)
    number: Scalar = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    if dtype is None:
        dtype = fill_value.dtype if isinstance(fill_value, Tensor) else scalar_dtype(number)
    number = as_element(number, as_dtype(dtype))
    return _make(place.backend.namespace.full, place, dtype, requires_grad, shape_of((size,)), number)


@factory_with_out
def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """The identity: (n, m), n by n by default, ones on the diagonal.

    In the default float dtype unless `dtype` is given. Raises
    RuntimeError for a negative size, TypeError for one that is no integer.
    """
    place = place_of(device)
    rows, columns = shape_of((n, n if m is None else m))
    return _make(place.backend.namespace.eye, place, dtype, requires_grad, rows, columns)


@tensor_options
def zeros_like(
    input: Tensor, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Zeros of the shape of `input`.

    Shape: (*) -> (*), of its dtype and device unless they are given.
    """
    place = place_of_tensor(input, device)
    return _make(
        place.backend.namespace.zeros, place, dtype or input.dtype, requires_grad, tuple(input.shape)
    )


@tensor_options
def ones_like(
    input: Tensor, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Ones of the shape of `input`.

    Shape: (*) -> (*), of its dtype and device unless they are given.
    """
    place = place_of_tensor(input, device)
    return _make(place.backend.namespace.ones, place, dtype or input.dtype, requires_grad, tuple(input.shape))


@tensor_options
def empty_like(
    input: Tensor, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """Memory as it comes, of the shape of `input`.

    Shape: (*) -> (*), of its dtype and device unless they are given.
    """
    place = place_of_tensor(input, device)
    return _make(
        place.backend.namespace.empty, place, dtype or input.dtype, requires_grad, tuple(input.shape)
    )


@tensor_options
def full_like(
    input: Tensor,
    fill_value: Scalar | Tensor,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """One value everywhere, in the shape and dtype of `input`.

    Shape: (*) -> (*), on its device; `dtype` and `device` overrule both. Raises RuntimeError for a value that the
    dtype does not hold.
    """
    place = place_of_tensor(input, device)
    wanted = as_dtype(dtype or input.dtype)
    number = as_element(fill_value.item() if isinstance(fill_value, Tensor) else fill_value, wanted)
    return _make(place.backend.namespace.full, place, wanted, requires_grad, tuple(input.shape), number)
