"""Condition numbers: how much an error of B may grow in the solution of A X = B.

https://pytorch.org/docs/stable/generated/torch.linalg.cond.html
"""

from __future__ import annotations

import math

from ...dtypes import from_native
from ...typing import Array, Namespace
from ..matrices import require_matrices, require_square
from ..operation import op

ORDERS = ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)


@op(autocast={"cpu": "float32"})
def linalg_cond(xp: Namespace, input: Array, p: float | str | None = None) -> Array:
    """The condition numbers |A| |A^-1| of matrices: (*, m, n) -> (*), real; infinite for singular ones.

    `p` is an order of `matrix_norm`, by default 2. With 2, the ratio of the greatest singular value to the least, and
    -2, its reciprocal, the matrices need not be square. 0 for empty ones. float32, float64 or complex. Raises
    RuntimeError for other orders, shapes and dtypes.
    """
    order = 2 if p is None else p
    if order not in ORDERS:
        raise RuntimeError(
            f"got an invalid norm type: {order!r}; it may be one of {', '.join(map(str, ORDERS))}"
        )
    require_matrices(input)
    if order not in (2, -2):
        require_square(input)
    if 0 in input.shape[-2:]:
        dtype = getattr(xp, from_native(input.dtype).to_real().name)
        return xp.zeros(input.shape[:-2], dtype=dtype, device=input.device)
    if order in (2, -2):
        values = xp.linalg_svdvals(input)
        greatest, least = values[..., 0], values[..., -1]
        return greatest / least if order == 2 else least / greatest
    if order == "nuc":
        values = xp.linalg_svdvals(input)
        return xp.sum(values, axis=-1) * xp.sum(1.0 / values, axis=-1)
    inverse, info = xp.linalg_inv_ex(input)
    singular = info > 0
    inverse = xp.where(xp.expand_dims(xp.expand_dims(singular, axis=-1), axis=-1), 0.0, inverse)
    number = xp.matrix_norm(input, order) * xp.matrix_norm(inverse, order)
    return xp.where(singular, math.inf, number)
