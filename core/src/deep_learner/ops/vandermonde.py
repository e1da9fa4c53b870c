"""Vandermonde matrices: the powers of numbers.

https://pytorch.org/docs/stable/generated/torch.linalg.vander.html
"""

from __future__ import annotations

from ..dtypes import BOOL, SIGNED, UNSIGNED, from_native
from ..typing import Array, Namespace
from ._arrays import at_least_1d, kind_of
from .operation import op


@op
def linalg_vander(xp: Namespace, x: Array, *, N: int | None = None) -> Array:
    """The powers 0 to N - 1 of each number: (*, n) -> (*, n, N), N by default n; integers give int64.

    A 0-d tensor counts as (1,). Raises RuntimeError for booleans, numbers of 16 bits and N less than 2.
    """
    dtype = from_native(x.dtype)
    if dtype.kind == BOOL or (dtype.kind not in (SIGNED, UNSIGNED) and dtype.itemsize < 4):
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {dtype.name}; "
            "convert it first, as in x.float()"
        )
    x = at_least_1d(xp, x)
    count = x.shape[-1] if N is None else N
    if count < 2:
        raise RuntimeError(f"N must be greater than 1. Got: N={N}, with x of shape {list(x.shape)}")
    return _powers(xp, x, count)


def _powers(xp: Namespace, x: Array, count: int) -> Array:
    if kind_of(x) in (BOOL, SIGNED, UNSIGNED):
        x = xp.astype(x, xp.int64)
    if not count:
        return xp.zeros((*x.shape, 0), dtype=x.dtype, device=x.device)
    factors = xp.broadcast_to(xp.expand_dims(x, axis=-1), (*x.shape, count - 1))
    return xp.cumulative_prod(factors, axis=-1, dtype=x.dtype, include_initial=True)


@op
def vander(xp: Namespace, x: Array, N: int | None = None, increasing: bool = False) -> Array:
    """The powers N - 1 to 0 of each number, or 0 to N - 1 if `increasing`: (n,) -> (n, N), N by default n.

    Integers and booleans give int64. Raises RuntimeError for other ranks and negative N.
    """
    if x.ndim != 1:
        raise RuntimeError(f"x must be a one-dimensional tensor. Got shape {list(x.shape)}")
    count = x.shape[0] if N is None else N
    if count < 0:
        raise RuntimeError(f"N must be non-negative. Got: {N}")
    powers = _powers(xp, x, count)
    return powers if increasing else xp.flip(powers, axis=-1)
