"""Functions of square matrices: powers and the exponential.

https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
"""

from __future__ import annotations

import math

from ..dtypes import from_native
from ..typing import Array, Namespace
from ._arrays import is_inexact
from .operation import op

# exp(A) is a Taylor polynomial of A / 2^s, squared s times. With a 1-norm of at most REACH its truncation is a
# perturbation of A by less than float64's rounding: Al-Mohy & Higham, Computing the action of the matrix exponential,
# table 3.1.
DEGREE, REACH, BLOCK = 20, 1.44, 5


def _require_square(A: Array) -> None:
    if A.ndim < 2:
        raise RuntimeError(f"the input must have at least 2 dimensions, but its shape is {list(A.shape)}")
    rows, columns = A.shape[-2:]
    if rows != columns:
        raise RuntimeError(f"A must be batches of square matrices, but they are {rows} by {columns} matrices")


@op
def linalg_matrix_power(xp: Namespace, input: Array, n: int) -> Array:
    """A^n, for negative n (A^-1)^-n, for 0 the identity: (*, m, m) -> (*, m, m).

    Any numeric dtype; floating-point or complex for negative n. By repeated squaring. Raises RuntimeError if the
    matrices are not square, LinAlgError for a negative power of a singular matrix.
    """
    if not isinstance(n, int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"n must be an int. Received: {type(n).__name__}")
    _require_square(input)
    if n == 0:
        identity = xp.eye(input.shape[-1], dtype=input.dtype, device=input.device)
        return xp.where(xp.ones_like(input, dtype=xp.bool), identity, input)  # with a gradient of zero
    square = xp.linalg_inv(input) if n < 0 else input
    n = abs(n)
    power = None
    while True:
        if n & 1:
            power = square if power is None else power @ square
        n >>= 1
        if not n:
            return xp.astype(power, input.dtype, copy=power is input)
        square = square @ square


@op
def linalg_matrix_exp(xp: Namespace, input: Array) -> Array:
    """The matrix exponential, the sum of A^k / k! over all k: (*, n, n) -> (*, n, n), floating-point or complex.

    By scaling and squaring: exp(A) = exp(A / 2^s)^(2^s). Raises RuntimeError for integers and booleans and if the
    matrices are not square.
    """
    _require_square(input)
    if not is_inexact(input):
        raise RuntimeError(
            f"Expected a floating point or complex tensor as input. Got {from_native(input.dtype).name}; "
            "convert it first, as in A.float()"
        )
    if not math.prod(input.shape):
        return xp.asarray(input, copy=True)
    if from_native(input.dtype).itemsize == 2:  # too few digits to add in
        return xp.astype(xp.linalg_matrix_exp(xp.astype(input, xp.float32)), input.dtype)
    norm = xp.max(xp.sum(xp.abs(input), axis=-2), axis=-1)
    norm = xp.where(xp.isfinite(norm), norm, 0.0)  # what is not finite stays so, however often it is squared
    squarings = xp.ceil(xp.log2(xp.where(norm > REACH, norm / REACH, 1.0)))
    scale = xp.expand_dims(xp.expand_dims(squarings, axis=-1), axis=-1)
    power = _taylor(xp, input / 2.0**scale)
    for step in range(int(xp.max(squarings))):
        power = xp.where(scale > step, power @ power, power)
    return power


def _taylor(xp: Namespace, A: Array) -> Array:
    """The Taylor polynomial of exp, by blocks of powers: Paterson & Stockmeyer, On the number of nonscalar
    multiplications necessary to evaluate polynomials.
    """
    powers = [xp.eye(A.shape[-1], dtype=A.dtype, device=A.device), A]
    for _ in range(2, BLOCK + 1):
        powers.append(powers[-1] @ A)
    total = powers[0] / math.factorial(DEGREE)
    for start in range(DEGREE - BLOCK, -1, -BLOCK):
        block = powers[0] / math.factorial(start)
        for k in range(1, BLOCK):
            block = block + powers[k] / math.factorial(start + k)
        total = block + total @ powers[BLOCK]
    return total


@linalg_matrix_exp.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    """The derivative of exp at A^H along g is the upper right block of exp([[A^H, g], [0, A^H]]).

    Mathias, A chain rule for matrix functions and applications, theorem 2.1.
    """
    size = input.shape[-1]
    A = input.mT
    upper = xp.concat([A, g], axis=-1)
    lower = xp.concat([xp.zeros_like(A), A], axis=-1)
    return xp.linalg_matrix_exp(xp.concat([upper, lower], axis=-2))[..., :size, size:]
