"""Singular value decompositions of low rank, by projection on random directions.

Halko, Martinsson & Tropp, Finding structure with randomness, algorithms 4.4 and 5.1. The directions are drawn as
PyTorch draws them, so that seeded results agree.
"""

from __future__ import annotations

from ...random import randn
from ...tensor import Tensor
from ..linalg import matmul
from ..matrices import require_matrices
from ..reduction import mean
from ..scaled import subtract
from ..shape import adjoint
from .qr import linalg_qr
from .svd import linalg_svd


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """About the first `q` singular values and vectors of A, or of A - M.

    Parameters
    ----------
    A
        (*, m, n), floating-point or complex.
    q
        How many; somewhat more than are wanted, for digits. 6 for None.
    niter
        How many iterations sharpen the directions. 2 for None.
    M
        Subtracted from A: broadcast to its shape.

    Returns
    -------
    U, S, V : Tensor
        (*, m, k), (*, k), (*, n, k), where k is the least of q, m and n, with A - M about U diag(S) V^H.

    Raises
    ------
    RuntimeError
        If `q` is negative, or `A` no batch of matrices of float32, float64 or complex.
    """
    require_matrices(A)
    q = 6 if q is None else q
    niter = 2 if niter is None else niter
    difference = A if M is None else subtract(A, M)
    rows, columns = A.shape[-2:]
    if rows < columns or columns < q:  # the way on which less is computed
        right, values, left = _projected(adjoint(difference), q, niter)
        return left, values, right
    return _projected(difference, q, niter)


def _projected(A: Tensor, q: int, niter: int) -> tuple[Tensor, Tensor, Tensor]:
    directions = randn(A.shape[-1], q, dtype=A.dtype, device=A.device)
    basis = _orthonormal(matmul(A, directions))
    turned = adjoint(A)
    for _ in range(niter):
        basis = _orthonormal(matmul(turned, basis))
        basis = _orthonormal(matmul(A, basis))
    U, S, Vh = linalg_svd(matmul(adjoint(basis), A), False)
    return matmul(basis, U), S, adjoint(Vh)


def _orthonormal(A: Tensor) -> Tensor:
    Q, _ = linalg_qr(A)
    return Q


def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """About the first `q` principal components of the rows of A: the columns of V.

    Parameters
    ----------
    A
        (*, m, n): m samples of n numbers, floating-point or complex.
    q
        How many; min(6, m, n) by default.
    center
        Whether the mean of the samples is subtracted first.
    niter
        How many iterations sharpen the directions.

    Returns
    -------
    U, S, V : Tensor
        (*, m, q), (*, q), (*, n, q), as `svd_lowrank`: the projections are ``A @ V``, the variances about
        ``S ** 2 / (m - 1)``.

    Raises
    ------
    ValueError
        If `q` is negative or more than m or n, or `niter` is negative.
    RuntimeError
        If `A` is no batch of matrices of float32, float64 or complex.
    """
    require_matrices(A)
    rows, columns = A.shape[-2:]
    q = min(6, rows, columns) if q is None else q
    if not 0 <= q <= min(rows, columns):
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(rows, columns)}"
        )
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(subtract(A, mean(A, -2, keepdim=True)) if center else A, q, niter)
