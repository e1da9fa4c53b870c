"""Greatest common divisors and least common multiples of integers, elementwise."""

from __future__ import annotations

from ..dtypes import from_native
from ..typing import Array, Namespace, Scalar
from .operation import op


def require_integers(name: str, *arrays: Array | Scalar) -> None:
    """Refuse numbers that have no divisors.

    Raises
    ------
    TypeError
        If one is no array.
    NotImplementedError
        If an array is floating-point or complex.
    """
    for array in arrays:
        if isinstance(array, Scalar):
            raise TypeError(f"{name}() takes two Tensors. Received: the number {array}; make a tensor of it")
        dtype = from_native(array.dtype)
        if dtype.is_floating_point or dtype.is_complex:
            raise NotImplementedError(
                f"{name}() is not implemented for {dtype.name}: divisors are of integers; convert with x.to(int64)"
            )


@op(promote="arithmetic", refuses="bool real complex", differentiable=False)
def gcd(xp: Namespace, input: Array, other: Array) -> Array:
    """The greatest common divisor, not negative; that of 0 and x is ``|x|``. By Euclid's algorithm.

    Shapes: (*), (*), broadcast -> (*), integers, in the common dtype.
    Raises: NotImplementedError for booleans, floating-point and complex numbers.
    """
    require_integers("gcd", input, other)
    larger, smaller = xp.broadcast_arrays(xp.abs(input), xp.abs(other))
    # Numbers below 2^b, of which successive Fibonacci numbers take longest, are done after 1.45 b steps.
    for _ in range(int(1.45 * 8 * from_native(larger.dtype).itemsize) + 1):
        done = smaller == 0
        rest = xp.remainder(larger, xp.where(done, xp.ones_like(smaller), smaller))
        larger, smaller = xp.where(done, larger, smaller), xp.where(done, smaller, rest)
    return larger


@op(promote="arithmetic", refuses="bool real complex", differentiable=False)
def lcm(xp: Namespace, input: Array, other: Array) -> Array:
    """The least common multiple, not negative; that of 0 and x is 0.

    Shapes: (*), (*), broadcast -> (*), integers, in the common dtype.
    Raises: NotImplementedError for booleans, floating-point and complex numbers.
    """
    require_integers("lcm", input, other)
    divisor = xp.gcd(input, other)
    return xp.abs(xp.floor_divide(input, xp.where(divisor == 0, xp.ones_like(divisor), divisor)) * other)
