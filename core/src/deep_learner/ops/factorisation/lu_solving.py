"""What an LU factorisation is for: its factors, and solutions of linear equations."""

from __future__ import annotations

from ...tensor import Tensor
from ...typing import Array, Namespace
from ..matrices import require_matrices, require_same_dtype, require_square
from ..operation import op
from ..out import with_out
from .lu import in_order, require_pivots
from .results import PLU


@op(name="lu_unpack")
def unpacked(
    xp: Namespace, LU_data: Array, LU_pivots: Array, unpack_data: bool = True, unpack_pivots: bool = True
) -> PLU:
    """P, L and U of an LU factorisation: (*, m, n), (*, k) -> (*, m, m), (*, m, k), (*, k, n), k = min(m, n).

    Empty, (0,), are P without `unpack_pivots`, L and U without `unpack_data`.
    """
    require_matrices(LU_data, "LU_data")
    require_pivots(LU_data, LU_pivots)
    rows, columns = LU_data.shape[-2:]
    size = min(rows, columns)
    nothing = xp.zeros((0,), dtype=LU_data.dtype, device=LU_data.device)
    permutation, lower, upper = nothing, nothing, nothing
    if unpack_data:
        identity = xp.eye(rows, size, dtype=LU_data.dtype, device=LU_data.device)
        lower = xp.tril(LU_data[..., :size], k=-1) + identity
        upper = xp.triu(LU_data[..., :size, :])
    if unpack_pivots:
        order = xp.expand_dims(xp.lu_permutation(LU_pivots, rows), axis=-2)
        row = xp.expand_dims(xp.arange(rows, device=LU_data.device), axis=-1)
        permutation = xp.astype(row == order, LU_data.dtype)
    return PLU(permutation, lower, upper)


@with_out
def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True
) -> Tensor:
    """P, L and U of what `linalg.lu_factor` returned.

    Parameters
    ----------
    LU_data
        (*, m, n): both triangles.
    LU_pivots
        (*, k), int32, k = min(m, n): with which row, counted from 1, each was exchanged.
    unpack_data
        Whether L and U are wanted.
    unpack_pivots
        Whether P is.

    Returns
    -------
    PLU
        P (*, m, m), L (*, m, k) and U (*, k, n); what is not wanted is empty, (0,).

    Raises
    ------
    RuntimeError
        If the pivots are not int32, or not rows of `LU_data`.
    """
    if unpack_pivots and LU_pivots.numel():
        rows = LU_data.shape[-2]
        if not 1 <= int(LU_pivots.min()) <= int(LU_pivots.max()) <= rows:
            raise RuntimeError(
                f"pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive, which is {rows}. "
                "Did you properly pass the result of lu_factor?"
            )
    return unpacked(LU_data, LU_pivots, unpack_data, unpack_pivots)


@op
def linalg_lu_solve(
    xp: Namespace, LU: Array, pivots: Array, B: Array, *, left: bool = True, adjoint: bool = False
) -> Array:
    """X with A X = B, or X A = B without `left`, or the same with A^H in place of A with `adjoint`, from A's LU
    factorisation: (*, n, n), (*, n), (*, n, k) or (*, k, n) -> as B, batches broadcast.

    `pivots` is int32. Raises RuntimeError for sizes that do not fit and for dtypes that differ.
    """
    require_square(LU, "LU")
    require_matrices(B, "B")
    require_same_dtype(("LU", LU), ("B", B))
    require_pivots(LU, pivots)
    size = LU.shape[-1]
    if B.shape[-2 if left else -1] != size:
        raise RuntimeError(
            f"Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({size}x{size} and {B.shape[-2]}x{B.shape[-1]})"
        )
    if left:
        return _solved(xp, LU, pivots, B, adjoint)
    return xp.adjoint(_solved(xp, LU, pivots, xp.adjoint(B), not adjoint))


def _solved(xp: Namespace, LU: Array, pivots: Array, B: Array, adjoint: bool) -> Array:
    order = xp.lu_permutation(pivots, LU.shape[-1])
    if not adjoint:
        half = xp.linalg_solve_triangular(LU, in_order(xp, B, order), upper=False, unitriangular=True)
        return xp.linalg_solve_triangular(LU, half, upper=True)
    turned = xp.adjoint(LU)
    half = xp.linalg_solve_triangular(turned, B, upper=False)
    half = xp.linalg_solve_triangular(turned, half, upper=True, unitriangular=True)
    return in_order(xp, half, xp.argsort(order, axis=-1))
