"""Functions that draw numbers of events from distributions given by tensors: `poisson` and `binomial`."""

from __future__ import annotations

import math

from ..dtypes import float64
from ..ops._placement import place_of_tensor
from ..ops.broadcasting import broadcast_shapes
from ..tensor import Tensor
from ..typing import Shape
from .defaults import chosen
from .delivery import constant_in, deliver, host_array
from .generator import Generator
from .host import find_host, flat_list
from .members import per_member
from .rejection import binomial_number, poisson_number, uniforms
from .rounding import single

__all__ = ["binomial", "poisson"]


def _delivered(drawn: list[float], shape: Shape, like: Tensor) -> Tensor:
    host = find_host()
    values = host.asarray(drawn, dtype=host.namespace.float64)
    return deliver(host, values, shape, like.dtype, place_of_tensor(like, None))


@per_member("elements")
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of events, where those of `input` are expected.

    Parameters
    ----------
    input : Tensor
        The rates, not negative, floating-point.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`. Its gradient is 0.

    Raises
    ------
    RuntimeError
        If a rate is negative or not finite.
    NotImplementedError
        If the input is not floating-point.
    """
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"poisson() is not implemented for {input.dtype.name}; use x.float()")
    host = find_host()
    rates = flat_list(host, host_array(host, input))
    wrong = [rate for rate in rates if not 0.0 <= rate < math.inf]
    if wrong:
        raise RuntimeError(
            f"invalid Poisson rate, expected rate to be non-negative and finite. Received among others: {wrong[0]}"
        )
    source = chosen(generator)
    with source.lock:
        uniform = uniforms(source)
        drawn = [poisson_number(uniform, rate) for rate in rates]
    return constant_in(_delivered(drawn, tuple(input.shape), input), input)


@per_member("elements")
def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of successes in `count` trials, each of which has the probability `prob` to succeed.

    Parameters
    ----------
    count : Tensor
        The numbers of trials, floating-point.
    prob : Tensor
        The probabilities, of the same dtype; both broadcast.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        Of the common shape and the dtype. Its gradient is 0.

    Raises
    ------
    RuntimeError
        If the dtypes differ or the shapes do not broadcast.
    ValueError
        If a tensor is not floating-point.
    """
    for name, value in (("count", count), ("prob", prob)):
        if not value.dtype.is_floating_point:
            raise ValueError(
                f"binomial only supports floating-point dtypes for {name}, got: {value.dtype.name}"
            )
    if count.dtype is not prob.dtype:
        raise RuntimeError(
            f"expected scalar type {count.dtype.name} but found {prob.dtype.name}: count and prob must be of one dtype"
        )
    shape = broadcast_shapes(tuple(count.shape), tuple(prob.shape))
    host = find_host()
    xp = host.namespace
    counts, probabilities = (
        flat_list(host, xp.broadcast_to(host_array(host, value), shape)) for value in (count, prob)
    )
    source = chosen(generator)
    with source.lock:
        uniform = uniforms(source)
        rounded = float if count.dtype is float64 else single
        drawn = [binomial_number(uniform, n, p, rounded) for n, p in zip(counts, probabilities, strict=True)]
    return constant_in(_delivered(drawn, shape, count), count, prob)
