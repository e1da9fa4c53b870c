"""Least-squares solutions of linear equations, by the singular value decomposition.

https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
"""

from __future__ import annotations

from typing import Any

from ...errors import LinAlgError
from ...tensor import Tensor
from ...typing import Array, Namespace
from ..factorisation.svd import linalg_svdvals
from ..matrices import require_matrices, require_same_dtype
from ..operation import op
from ..out import with_out
from .pseudo_inverse import negligible, pinv_gradient
from .results import Fit, LeastSquares

DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_lstsq(xp: Namespace, input: Array, b: Array, rcond: float | None = None) -> Fit:
    """The least X among those with the least |A X - b|: (*, m, n), (*, m, k) or (*, m) -> (*, n, k) or (*, n); sums of
    |A X - b|^2 over m: (*, k), or (*, 1) for vectors; and the ranks of A: (*), int64.

    Singular values of at most `rcond` times the greatest, by default max(m, n) times the dtype's precision, count as
    0. Batches are broadcast. float32, float64 or complex. The gradient is that of matrices of the same rank. Raises
    RuntimeError for sizes that do not fit and for dtypes that differ.
    """
    columns = _in_columns(xp, input, b)
    U, S, Vh = xp.linalg_svd(input, False)
    small = negligible(xp, input, S, None, rcond) if S.shape[-1] else S > 0
    inverses = xp.where(small, 0.0, 1.0 / xp.where(small, 1.0, S))
    rank = xp.sum(xp.astype(~small, xp.int64), axis=-1)
    scaled = xp.expand_dims(xp.astype(inverses, input.dtype), axis=-1) * (xp.adjoint(U) @ columns)
    X = xp.adjoint(Vh) @ scaled
    sizes = xp.abs(input @ X - columns)
    return Fit(X if columns.ndim == b.ndim else X[..., 0], xp.sum(sizes * sizes, axis=-2), rank)


def _in_columns(xp: Namespace, A: Array, b: Array) -> Array:
    """b with its vectors, if it holds such, as matrices of one column; both sides are checked."""
    require_matrices(A, "input")
    if not b.ndim or not 0 <= A.ndim - b.ndim <= 1:
        raise RuntimeError(
            "b must have as many dimensions as the input, or for vectors one less. "
            f"Got shapes {list(A.shape)} and {list(b.shape)}"
        )
    if b.ndim < A.ndim:
        b = xp.expand_dims(b, axis=-1)
    require_same_dtype(("input", A), ("b", b))
    if A.shape[-2] != b.shape[-2]:
        raise RuntimeError(
            f"the input has {A.shape[-2]} rows and b has {b.shape[-2]}; the equations A X = b need the same"
        )
    return b


@linalg_lstsq.vjp("input", "b")
def _(xp: Namespace, g: Any, input: Array, b: Array, out: Any, rcond: float | None) -> tuple[Array, Array]:
    """Through X = P b with the pseudo-inverse P, and through the rest E = A X - b, which is orthogonal to A."""
    (g_solution, g_residuals, _), (solution, _, _) = g, out
    vectors = b.ndim < input.ndim
    if vectors:
        b, solution, g_solution = (xp.expand_dims(x, axis=-1) for x in (b, solution, g_solution))
    P = xp.linalg_pinv(input, None, rcond)
    g_rest = 2.0 * xp.expand_dims(g_residuals, axis=-2) * (input @ solution - b)
    g_A = pinv_gradient(xp, g_solution @ xp.adjoint(b), input, P) + g_rest @ xp.adjoint(solution)
    g_b = xp.adjoint(P) @ g_solution - g_rest
    return g_A, g_b[..., 0] if vectors else g_b


@with_out
def lstsq(input: Tensor, b: Tensor, rcond: float | None = None, *, driver: str | None = None) -> LeastSquares:
    """A least-squares solution of A X = b: of all X with the least |A X - b| the least.

    Parameters
    ----------
    input
        A: (*, m, n), float32, float64 or complex.
    b
        (*, m, k), or vectors (*, m). Batches are broadcast.
    rcond
        Singular values of at most this times the greatest count as 0; by default max(m, n) times the dtype's precision.
    driver
        LAPACK's name for what is wanted beside the solution: with "gelsy" (the default) ranks; with "gelsd" and
        "gelss" ranks, singular values and residuals; with "gels" residuals, and A must be of full rank. The solution
        is computed by singular values in any case.

    Returns
    -------
    LeastSquares
        `solution` (*, n, k) or (*, n); `residuals` (*, k), the sums of |A X - b|^2, empty unless m > n and all ranks
        are n; `rank` (*), int64; `singular_values` (*, min(m, n)). What is not wanted is empty, (0,).

    Raises
    ------
    LinAlgError
        If a matrix is not of full rank, by the driver "gels".
    RuntimeError
        For sizes that do not fit, for dtypes that differ and for other drivers.
    """
    if driver not in (None, *DRIVERS):
        raise RuntimeError(
            f"linalg.lstsq: parameter `driver` should be one of ({', '.join(DRIVERS)}). Got: {driver!r}"
        )
    solution, residuals, rank = linalg_lstsq(input, b, None if driver == "gels" else rcond)
    rows, columns = input.shape[-2:]
    complete = bool((rank == min(rows, columns)).all())
    if driver == "gels" and not complete:
        raise LinAlgError(
            "linalg.lstsq: The least squares solution could not be computed because the input matrix does not have "
            "full rank; the driver 'gelsy' gives the least solution"
        )
    if driver in (None, "gelsy") or rows <= columns or not complete:
        residuals = _none_of(residuals)
    if driver == "gels":
        rank = _none_of(rank)
    values = linalg_svdvals(input.detach()) if driver in ("gelsd", "gelss") else _none_of(residuals.detach())
    return LeastSquares(solution, residuals, rank, values)


def _none_of(tensor: Tensor) -> Tensor:
    return tensor.reshape(-1)[:0]
