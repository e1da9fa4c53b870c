"""The methods of Tensor that fill it with random numbers: `uniform_`, `normal_`, `random_` and others.

Each returns the tensor. As every in-place operation they are refused on a leaf that requires a gradient,
unless under `no_grad`; no gradient flows through what was there before.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from ..dtypes import DType
from ..ops._placement import place_of_tensor
from ..tensor import Tensor
from ..typing import Array, Shape
from .bounds import check_bounds, check_floating, check_interval, largest_integer
from .defaults import chosen
from .delivery import deliver, floating, host_array
from .discrete import below, coins, integers, unbounded
from .exponential import exponential
from .generator import Generator
from .heavy_tails import cauchy, geometric, log_normal
from .host import find_host
from .members import per_member
from .normal import normal as normal_numbers
from .uniform import uniform as uniform_numbers

__all__ = [
    "bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_",
]  # fmt: skip


@per_member("elements")
def uniform_(
    tensor: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers uniformly distributed over [from_, to).

    Raises
    ------
    RuntimeError
        If `from_` exceeds `to`, or the dtype cannot hold a bound or their distance.
    NotImplementedError
        If the tensor's dtype is neither floating-point nor complex.
    """
    dtype = check_floating("uniform_", tensor.dtype)
    check_interval(from_, to, dtype)
    shape = tuple(tensor.shape)
    return tensor.copy_(
        floating(uniform_numbers, chosen(generator), shape, dtype, place_of_tensor(tensor, None), from_, to)
    )


@per_member("elements")
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers normally distributed with the mean and the standard deviation.

    Raises
    ------
    RuntimeError
        If `std` is negative.
    NotImplementedError
        If the tensor's dtype is neither floating-point nor complex.
    """
    if not std >= 0.0:
        raise RuntimeError(f"normal_ takes std >= 0. Received: std={std}")
    dtype = check_floating("normal_", tensor.dtype)
    deviation = std / 2.0**0.5 if dtype.is_complex else std
    shape = tuple(tensor.shape)
    return tensor.copy_(
        floating(
            normal_numbers, chosen(generator), shape, dtype, place_of_tensor(tensor, None), mean, deviation
        )
    )


@per_member("elements")
def exponential_(tensor: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers that have the density `lambd * exp(-lambd * x)` for x >= 0.

    Raises
    ------
    RuntimeError
        If `lambd` is not positive, or the tensor's dtype is not floating-point.
    """
    if not lambd > 0.0:
        raise RuntimeError(f"exponential_ takes lambd > 0. Received: lambd={lambd}")
    _require_real("exponential_", tensor)
    shape = tuple(tensor.shape)
    return tensor.copy_(
        floating(exponential, chosen(generator), shape, tensor.dtype, place_of_tensor(tensor, None), lambd)
    )


@per_member("elements")
def cauchy_(
    tensor: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers that have the density `sigma / pi / ((x - median)**2 + sigma**2)`.

    Raises
    ------
    RuntimeError
        If `sigma` is not positive, or the tensor's dtype is not floating-point.
    """
    if not sigma > 0.0:
        raise RuntimeError(f"cauchy_ takes sigma > 0. Received: sigma={sigma}")
    _require_real("cauchy_", tensor)
    return _filled(tensor, cauchy, median, sigma, generator=generator)


@per_member("elements")
def log_normal_(
    tensor: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers whose logarithms are normally distributed with the mean and the standard deviation.

    Raises
    ------
    RuntimeError
        If `std` is not positive.
    NotImplementedError
        If the tensor's dtype is not floating-point.
    """
    if not std > 0.0:
        raise RuntimeError(f"log_normal_ takes std > 0. Received: std={std}")
    if not tensor.dtype.is_floating_point:
        raise NotImplementedError(
            f"log_normal_ gives floating-point numbers, which {tensor.dtype} cannot hold"
        )
    return _filled(tensor, log_normal, mean, std, generator=generator)


@per_member("elements")
def geometric_(tensor: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with how many trials it takes until the first success: k with the probability `(1 - p)**(k - 1) * p`.

    Raises
    ------
    RuntimeError
        If `p` is not between 0 and 1.
    NotImplementedError
        If the tensor is boolean or complex.
    """
    if not 0.0 < p < 1.0:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    if tensor.dtype.is_complex or tensor.dtype.kind == "bool":
        raise NotImplementedError(f"geometric_ gives numbers of trials, which {tensor.dtype} does not hold")
    return _filled(tensor, geometric, p, generator=generator)


def _require_real(function: str, tensor: Tensor) -> None:
    if not tensor.dtype.is_floating_point:
        raise RuntimeError(f"{function} gives floating-point numbers, which {tensor.dtype} cannot hold")


def _filled(
    tensor: Tensor, sample: Callable[..., Array], *parameters: float, generator: Generator | None
) -> Tensor:
    """Fill with the float64 numbers of `sample`, rounded to the tensor's dtype: to a short one by way of float32."""
    host = find_host()
    shape = tuple(tensor.shape)
    values = sample(host, chosen(generator), prod(shape), *parameters)
    if tensor.dtype.is_floating_point and tensor.dtype.itemsize < 4:
        values = host.namespace.astype(values, host.namespace.float32)
    return tensor.copy_(deliver(host, values, shape, tensor.dtype, place_of_tensor(tensor, None)))


@per_member("elements")
def bernoulli_(tensor: Tensor, p: float | Tensor = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones and zeros.

    Parameters
    ----------
    tensor : Tensor
        Of any dtype.
    p : float or Tensor, default 0.5
        The probability of a one; a floating-point tensor that broadcasts to the tensor's shape.
    generator : Generator, optional

    Raises
    ------
    RuntimeError
        If a probability is outside [0, 1].
    NotImplementedError
        If `p` is a tensor of integers.
    """
    return tensor.copy_(toss(p, tuple(tensor.shape), tensor, generator))


def toss(p: float | Tensor, shape: Shape, like: Tensor, generator: Generator | None) -> Tensor:
    """A tensor of ones and zeros with the dtype and device of `like`."""
    host = find_host()
    if isinstance(p, Tensor):
        xp = host.namespace
        if not p.dtype.is_floating_point:
            raise NotImplementedError(
                f"bernoulli takes probabilities of a floating-point dtype. Received: {p.dtype}"
            )
        probabilities = host_array(host, p)
        if not bool(xp.all((probabilities >= 0) & (probabilities <= 1))):
            raise RuntimeError(
                "bernoulli takes probabilities from 0 to 1. Received a tensor with others (or nan) in it"
            )
        values = below(host, chosen(generator), xp.reshape(xp.broadcast_to(probabilities, shape), (-1,)))
    else:
        if not 0.0 <= p <= 1.0:
            raise RuntimeError(f"bernoulli takes a probability from 0 to 1. Received: p={p}")
        values = coins(host, chosen(generator), prod(shape), p)
    return deliver(host, values, shape, like.dtype, place_of_tensor(like, None))


@per_member("elements")
def random_(
    tensor: Tensor, *bounds: int | None, generator: Generator | None = None, **named: int | None
) -> Tensor:
    """Fill with integers: `random_()`, `random_(to)` or `random_(from, to)`.

    Parameters
    ----------
    tensor : Tensor
        Of any real dtype.
    *bounds : int
        The integers are from [from, to). Without `to` they end with the largest of the dtype (2**24 for
        float32, 2**53 for float64); without `from` they begin with 0. May be given by these names.
    generator : Generator, optional

    Raises
    ------
    RuntimeError
        If the interval is empty, or reaches beyond the dtype.
    """
    given = (*bounds, *(named.pop(name) for name in ("from", "to") if name in named))
    if named or len(given) > 2:
        raise TypeError(f"random_ takes from and to. Received: {(*given, *named)}")
    shape, dtype = tuple(tensor.shape), tensor.dtype
    host = find_host()
    source = chosen(generator)
    if not given:
        check_bounds("random_", 0, 1, dtype)
        values = unbounded(host, source, prod(shape), dtype.name)
    else:
        low, high = (0, given[0]) if len(given) == 1 else given
        values = integers(host, source, prod(shape), *_bounds(low or 0, high, dtype))
    return tensor.copy_(deliver(host, values, shape, dtype, place_of_tensor(tensor, None)))


def _bounds(low: int, high: int | None, dtype: DType) -> tuple[int, int]:
    if high is not None:
        return check_bounds("random_", low, high, dtype)
    if low == -(2**63):
        return low, 2**63
    top = largest_integer(dtype) + 1
    return check_bounds("random_", low, top, dtype)[0], top
