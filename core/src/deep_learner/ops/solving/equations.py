"""Linear equations A X = B, by the LU factorisation.

https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
"""

from __future__ import annotations

import math
from typing import Any

from ...tensor import Tensor
from ...typing import Array, Namespace, Shape
from ..broadcasting import broadcast_shapes
from ..factorisation.failures import require_success
from ..operation import op
from ..out import with_out
from .fitting import holds_vectors, in_columns, no_solution, refuse_singular
from .results import SolveEx


@op(autocast={"cpu": "float32"})
def linalg_solve(xp: Namespace, A: Array, B: Array, *, left: bool = True) -> Array:
    """X with A X = B, or X A = B without `left`: (*, n, n), (*, n, k) or (*, k, n) -> as B, batches broadcast.

    B may hold vectors: (n,), or (*, n) with the batch of A. float32, float64 or complex. Raises LinAlgError, which
    says which matrix, if one is singular; RuntimeError for sizes that do not fit and for dtypes that differ.
    """
    columns = in_columns(xp, A, B, left)
    try:
        X = _solution(xp, A, columns) if left else _solution(xp, A.mT, columns.mT).mT
    except ValueError:  # the array libraries' LinAlgError
        refuse_singular(xp, A, no_solution)
        raise
    return X[..., 0] if holds_vectors(A.shape, B.shape) else X


def _solution(xp: Namespace, A: Array, B: Array) -> Array:
    if A.ndim == 2 < B.ndim:  # one matrix is factorised once
        side_by_side = xp.moveaxis(B, -2, 0)
        X = xp.linalg.solve(A, xp.reshape(side_by_side, (A.shape[0], math.prod(side_by_side.shape[1:]))))
        return xp.moveaxis(xp.reshape(X, side_by_side.shape), 0, -2)
    batch = broadcast_shapes(A.shape[:-2], B.shape[:-2])
    sides = (xp.broadcast_to(side, (*batch, *side.shape[-2:])) for side in (A, B))
    return xp.linalg.solve(*sides)


@linalg_solve.vjp("A", "B")
def _(
    xp: Namespace, g: Array, A: Array, out: Array, B_shape: Shape, wanted: tuple[bool, bool], left: bool
) -> tuple[Array | None, Array]:
    return _gradients(xp, g, A, out, B_shape, wanted, left)


def _gradients(
    xp: Namespace, g: Array, A: Array, out: Array, B_shape: Shape, wanted: tuple[bool, bool], left: bool
) -> tuple[Array | None, Array]:
    """With X for `out`: gB = A^-H g and gA = -gB X^H, or gB = g A^-H and gA = -X^H gB.

    Giles, An extended collection of matrix derivative results, section 2.3.1.
    """
    vectors = holds_vectors(A.shape, B_shape)
    if vectors:
        out, g = xp.expand_dims(out, axis=-1), xp.expand_dims(g, axis=-1)
    g_B = xp.linalg_solve(A.mT, g, left=left)
    g_A = None
    if wanted[0]:
        g_A = -(g_B @ out.mT) if left else -(out.mT @ g_B)
    return g_A, g_B[..., 0] if vectors else g_B


@op
def linalg_solve_ex(xp: Namespace, A: Array, B: Array, *, left: bool = True) -> SolveEx:
    """`linalg_solve` that does not fail: beside X, which singular matrices fill with infinities and NaN, an int32 (*)
    that is 0, or the place, counted from 1, of the first pivot that is zero.
    """
    columns = in_columns(xp, A, B, left)
    LU, pivots, info = xp.linalg_lu_factor_ex(A)
    X = xp.linalg_lu_solve(LU, pivots, columns, left=left)
    return SolveEx(X[..., 0] if holds_vectors(A.shape, B.shape) else X, info)


@linalg_solve_ex.vjp("A", "B")
def _(
    xp: Namespace, g: Any, A: Array, out: Any, B_shape: Shape, wanted: tuple[bool, bool], left: bool
) -> tuple[Array | None, Array]:
    return _gradients(xp, g[0], A, out[0], B_shape, wanted, left)


@with_out
def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> SolveEx:
    """`linalg_solve_ex`, which raises a LinAlgError after all with `check_errors`."""
    result: Any = linalg_solve_ex(A, B, left=left)
    if check_errors:
        require_success(result.info, no_solution, "linalg.solve_ex")
    return result
