"""Functions that make random tensors: `rand`, `randn`, `randint`, `randperm` and their `_like` forms."""

from __future__ import annotations

from math import prod
from typing import Any

from ..dtypes import as_dtype, int64
from ..ops._placement import Place, place_of, place_of_tensor
from ..ops.filling import shape_of
from ..ops.out import factory_with_out
from ..ops.tensor_options import tensor_options
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike, Shape
from .bounds import check_bounds, check_floating
from .defaults import chosen
from .delivery import deliver, floating
from .discrete import integers, permutation
from .generator import Generator
from .host import find_host
from .members import per_member
from .normal import normal as normal_numbers
from .uniform import uniform as uniform_numbers

__all__ = ["rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm"]


@per_member("sizes")
@factory_with_out
def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers uniformly distributed over [0, 1).

    Parameters
    ----------
    *size : int, or one sequence of int
        The shape.
    generator : Generator, optional
        The default one unless given.
    dtype : DType, optional
        Floating-point or complex (real and imaginary part are then distributed so); the default float unless
        given.
    device : Device or str, optional
    requires_grad : bool, default False

    Returns
    -------
    Tensor of shape `size`

    Raises
    ------
    NotImplementedError
        If `dtype` is an integer type or bool.
    RuntimeError
        If a size is negative.

    Examples
    --------
    >>> manual_seed(0); rand(2)
    Tensor([0.4963 0.7682])
    """
    return _uniform(shape_of(size), generator, dtype, place_of(device), requires_grad)


@per_member("sizes")
@factory_with_out
def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers normally distributed with mean 0 and variance 1.

    Parameters and errors are those of `rand`. The variance of a complex number is that of its two parts
    together.
    """
    return _normal(shape_of(size), generator, dtype, place_of(device), requires_grad)


@per_member("whole")
@factory_with_out
def randint(
    *bounds_and_size: Any,
    low: int | None = None,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Integers uniformly distributed over [low, high): `randint(high, size)` or `randint(low, high, size)`.

    Parameters
    ----------
    low : int, default 0
        The smallest.
    high : int
        One more than the largest.
    size : sequence of int
        The shape.
    generator : Generator, optional
        The default one unless given.
    dtype : DType, optional
        Any real type that holds the bounds; int64 unless given.
    device : Device or str, optional
    requires_grad : bool, default False
        Only for floating-point dtypes.

    Returns
    -------
    Tensor of shape `size`

    Raises
    ------
    RuntimeError
        If `low` is not below `high`, or a bound does not fit the dtype.
    TypeError
        If the arguments are not of these forms.
    """
    given = list(bounds_and_size)
    if size is None and given and not isinstance(given[-1], int):
        size = given.pop()
    if high is None and given:
        high = given.pop()
    if low is None and given:
        low = given.pop()
    if given or high is None or size is None:
        raise TypeError(
            f"randint takes (high, size) or (low, high, size), size being a tuple. "
            f"Received: {bounds_and_size}, low={low}, high={high}, size={size}"
        )
    shape = shape_of((tuple(size),))
    return _integers(low or 0, high, shape, generator, dtype or int64, place_of(device), requires_grad)


@per_member("whole")
@factory_with_out
def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """The integers from 0 to `n - 1` in random order.

    Parameters
    ----------
    n : int
    generator : Generator, optional
        The default one unless given.
    dtype : DType, optional
        int64 unless given.
    device : Device or str, optional
    requires_grad : bool, default False
        Only for floating-point dtypes.

    Returns
    -------
    Tensor of shape (n,)

    Raises
    ------
    RuntimeError
        If `n` is negative, or larger than the dtype's integers.
    """
    shape = shape_of((n,))
    kind = as_dtype(dtype or int64)
    check_bounds("randperm", 0, max(n, 1), kind)
    host = find_host()
    made = deliver(host, host.asarray(permutation(chosen(generator), n)), shape, kind, place_of(device))
    return made.requires_grad_() if requires_grad else made


@per_member("elements")
@tensor_options
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """`rand` with the shape, and unless given the dtype and device, of `input`."""
    place = place_of_tensor(input, device)
    return _uniform(tuple(input.shape), generator, dtype or input.dtype, place, requires_grad)


@per_member("elements")
@tensor_options
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """`randn` with the shape, and unless given the dtype and device, of `input`."""
    place = place_of_tensor(input, device)
    return _normal(tuple(input.shape), generator, dtype or input.dtype, place, requires_grad)


@per_member("elements")
@tensor_options
def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """`randint` between `low` and `high`, or below `high`, with the shape, dtype and device of `input`."""
    place = place_of_tensor(input, device)
    bounds = (0, low) if high is None else (low, high)
    return _integers(*bounds, tuple(input.shape), generator, dtype or input.dtype, place, requires_grad)


def _uniform(
    shape: Shape, generator: Generator | None, dtype: DTypeLike, place: Place, requires_grad: bool
) -> Tensor:
    made = floating(uniform_numbers, chosen(generator), shape, check_floating("rand", dtype), place)
    return made.requires_grad_() if requires_grad else made


def _normal(
    shape: Shape, generator: Generator | None, dtype: DTypeLike, place: Place, requires_grad: bool
) -> Tensor:
    kind = check_floating("randn", dtype)
    deviation = 1.0 / 2.0**0.5 if kind.is_complex else 1.0
    made = floating(normal_numbers, chosen(generator), shape, kind, place, 0.0, deviation)
    return made.requires_grad_() if requires_grad else made


def _integers(
    low: int,
    high: int,
    shape: Shape,
    generator: Generator | None,
    dtype: DTypeLike,
    place: Place,
    requires_grad: bool,
) -> Tensor:
    kind = as_dtype(dtype)
    low, high = check_bounds("randint", low, high, kind)
    host = find_host()
    made = deliver(host, integers(host, chosen(generator), prod(shape), low, high), shape, kind, place)
    return made.requires_grad_() if requires_grad else made
