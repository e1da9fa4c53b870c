"""LU factorisations A = P L U.

https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html
"""

from __future__ import annotations

from typing import Any

from ...dtypes import from_native, int32
from ...tensor import Tensor
from ...typing import Array, Namespace
from .._arrays import is_complex
from ..broadcasting import broadcast_shapes
from ..matrices import require_matrices
from ..operation import op
from ..out import with_out
from .failures import require_success, zero_pivot
from .results import PLU, LUFactor, LUFactorEx


@op(holomorphic=False)
def linalg_lu_factor_ex(xp: Namespace, A: Array, *, pivot: bool = True) -> LUFactorEx:
    """A = P L U with partial pivoting: (*, m, n) -> (*, m, n), (*, k), (*), k = min(m, n).

    L's part below its unit diagonal and U share the first result. In step i row i was exchanged with row
    `pivots[i]`, counted from 1, int32. `info`, int32, is 0 or the place, counted from 1, of the first zero on U's
    diagonal. Without `pivot` no rows are exchanged. float32, float64 or complex. Raises RuntimeError for other shapes
    and dtypes.

    Golub & Van Loan, Matrix Computations, 3.4.1; of complex numbers LAPACK takes that of the greatest |Re| + |Im|.
    """
    require_matrices(A)
    rows, columns = A.shape[-2:]
    rest = A
    row, column = (xp.arange(size, device=A.device) for size in (rows, columns))
    row_below = xp.expand_dims(row, axis=-1)
    info = xp.zeros(A.shape[:-2], dtype=xp.int32, device=A.device)
    pivots: list[Array] = []
    for j in range(min(rows, columns)):
        place = xp.full(A.shape[:-2], j, dtype=row.dtype, device=A.device)
        if pivot:
            below = rest[..., j:, j]
            size = xp.abs(xp.real(below)) + xp.abs(xp.imag(below)) if is_complex(A) else xp.abs(below)
            place = j + xp.argmax(size, axis=-1)
            rest = in_order(xp, rest, _exchanged(xp, row, j, place))
        pivots.append(place + 1)
        chosen = rest[..., j : j + 1, j : j + 1]
        info = xp.where((info == 0) & (chosen[..., 0, 0] == 0), j + 1, info)
        factors = xp.where(row_below > j, rest[..., j : j + 1] / xp.where(chosen == 0, 1.0, chosen), 0.0)
        change = factors * xp.where(column > j, rest[..., j : j + 1, :], 0.0)
        rest = xp.where((row_below > j) & (column == j), factors, rest - change)
    if pivots:
        exchanged = xp.astype(xp.stack(pivots, axis=-1), xp.int32)
    else:
        exchanged = xp.zeros((*A.shape[:-2], 0), dtype=xp.int32, device=A.device)
    return LUFactorEx(rest, exchanged, xp.astype(info, xp.int32))


def _exchanged(xp: Namespace, order: Array, first: int, second: Array) -> Array:
    """An order (*, m) with the items at `first` and at `second`, (*), exchanged."""
    place = xp.arange(order.shape[-1], device=order.device)
    second = xp.expand_dims(second, axis=-1)
    shape = (*second.shape[:-1], order.shape[-1])
    order = xp.broadcast_to(order, shape)
    there = xp.take_along_axis(order, second, axis=-1)
    return xp.where(place == first, there, xp.where(place == second, order[..., first : first + 1], order))


def in_order(xp: Namespace, matrices: Array, order: Array) -> Array:
    """The rows of (*, m, n) in the orders (*, m), batches broadcast."""
    rows = xp.expand_dims(order, axis=-1)
    shape = broadcast_shapes(order.shape[:-1], matrices.shape[:-2])
    matrices = xp.broadcast_to(matrices, (*shape, *matrices.shape[-2:]))
    return xp.take_along_axis(matrices, xp.broadcast_to(rows, matrices.shape), axis=-2)


def require_pivots(LU: Array, pivots: Array) -> None:
    """Refuse what cannot be the pivots of factorised matrices.

    Raises
    ------
    RuntimeError
        If they are not int32, or not one for each row that was reached.
    """
    dtype = from_native(pivots.dtype)
    if dtype is not int32:
        raise RuntimeError(
            f"pivots should be a Tensor of dtype int32, as the factorisation gives it. Got: {dtype.name}"
        )
    if pivots.shape != (*LU.shape[:-2], min(LU.shape[-2:])):
        raise RuntimeError(
            f"the number of pivots must be the lesser dimension of each matrix, and their batches the same. "
            f"Got shapes {list(pivots.shape)} and {list(LU.shape)}"
        )


@op(differentiable=False)
def lu_permutation(xp: Namespace, pivots: Array, size: int) -> Array:
    """Which row of A each row of L U is, from an LU factorisation's pivots: (*, k) -> (*, size), int64."""
    order = xp.broadcast_to(xp.arange(size, device=pivots.device), (*pivots.shape[:-1], size))
    places = xp.astype(pivots, order.dtype) - 1
    for step in range(pivots.shape[-1]):
        order = _exchanged(xp, order, step, places[..., step])
    return order


@linalg_lu_factor_ex.vjp("A")
def _(xp: Namespace, g: Any, out: Any) -> Array:
    """Of B = P^T A = [[L1], [L2]] [U1 U2], where L2 or U2 is empty, the gradient's corner is
    L1^-H (tril(L1^H gL1 - gU2 U2^H, -1) + triu(gU1 U1^H - L2^H gL2)) U1^-H; below it is gL2 U1^-H, beside it
    L1^-H gU2.
    """
    (LU, pivots, _), gLU = out, g[0]
    rows, columns = LU.shape[-2:]
    size = min(rows, columns)
    L1 = xp.tril(LU[..., :size, :size], k=-1) + xp.eye(size, dtype=LU.dtype, device=LU.device)
    U1 = xp.triu(LU[..., :size, :size])
    corner, below, beside = gLU[..., :size, :size], gLU[..., size:, :size], gLU[..., :size, size:]
    lower = xp.adjoint(L1) @ xp.tril(corner, k=-1) - beside @ xp.adjoint(LU[..., :size, size:])
    upper = xp.triu(corner) @ xp.adjoint(U1) - xp.adjoint(LU[..., size:, :size]) @ below
    inner = xp.tril(lower, k=-1) + xp.triu(upper)
    inner = xp.linalg_solve_triangular(xp.adjoint(U1), inner, upper=False, left=False)
    top = xp.concat([inner, beside], axis=-1)
    result = xp.linalg_solve_triangular(xp.adjoint(L1), top, upper=True, unitriangular=True)
    if rows > size:
        below = xp.linalg_solve_triangular(xp.adjoint(U1), below, upper=False, left=False)
        result = xp.concat([result, below], axis=-2)
    return in_order(xp, result, xp.argsort(xp.lu_permutation(pivots, rows), axis=-1))


@op
def linalg_lu(xp: Namespace, A: Array, *, pivot: bool = True) -> PLU:
    """A = P L U, with a permutation, a unit lower and an upper triangle: (*, m, n) -> (*, m, m), (*, m, k),
    (*, k, n), k = min(m, n).

    Without `pivot` no rows are exchanged and P is empty, (0,). float32, float64 or complex. Raises RuntimeError for
    other shapes and dtypes.
    """
    require_matrices(A)
    LU, pivots, _ = xp.linalg_lu_factor_ex(A, pivot=pivot)
    P, L, U = xp.lu_unpack(LU, pivots, True, pivot)
    return PLU(P, L, U)


@with_out
def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> LUFactorEx:
    """`linalg_lu_factor_ex`, which with `check_errors` raises a RuntimeError for a zero on U's diagonal."""
    result: Any = linalg_lu_factor_ex(A, pivot=pivot)
    if check_errors:
        require_success(result.info, zero_pivot, "linalg.lu_factor_ex", RuntimeError)
    return result


@with_out
def lu_factor(A: Tensor, *, pivot: bool = True) -> LUFactor:
    """A = P L U in the form that `lu_solve` and `lu_unpack` take.

    Parameters
    ----------
    A
        (*, m, n), float32, float64 or complex.
    pivot
        Whether rows are exchanged, as they should be for digits.

    Returns
    -------
    LUFactor
        LU (*, m, n): L's part below its unit diagonal, and U; pivots (*, min(m, n)), int32: with which row, counted
        from 1, each was exchanged.

    Raises
    ------
    RuntimeError
        If U has a zero on its diagonal, and for other shapes and dtypes.
    """
    result: Any = linalg_lu_factor_ex(A, pivot=pivot)
    require_success(result.info, zero_pivot, "linalg.lu_factor", RuntimeError)
    return LUFactor(result.LU, result.pivots)
