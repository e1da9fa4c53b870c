"""PyTorch's older names and forms of factorisations: ``torch.cholesky``, ``torch.qr``, ``torch.svd``, ``torch.lu``."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ..filling import zeros
from ..out import with_out
from ..shape import adjoint
from .cholesky import linalg_cholesky
from .lu import linalg_lu_factor_ex, lu_factor
from .lu_solving import linalg_lu_solve
from .qr import linalg_qr
from .results import QR, LUFactor, LUFactorEx, OlderSVD
from .svd import linalg_svd, linalg_svdvals


@with_out
def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """`linalg.cholesky`: L with A = L L^H, or with `upper` U with A = U^H U; (*, n, n) -> (*, n, n)."""
    return linalg_cholesky(input, upper=upper)


@with_out
def qr(input: Tensor, some: bool = True) -> QR:
    """`linalg.qr` in its mode "reduced", or without `some` in its mode "complete"."""
    Q, R = linalg_qr(input, "reduced" if some else "complete")
    return QR(Q, R)


@with_out
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> OlderSVD:
    """A = U diag(S) V^H.

    Parameters
    ----------
    input
        (*, m, n), floating-point or complex.
    some
        Whether only the first k = min(m, n) singular vectors are wanted.
    compute_uv
        Whether U and V are wanted: else they are zeros of their full shapes.

    Returns
    -------
    OlderSVD
        U (*, m, k), S (*, k) in descending order, V (*, n, k); without `some` U is (*, m, m) and V (*, n, n).

    Raises
    ------
    LinAlgError
        If the algorithm does not converge.
    RuntimeError
        If `input` is no batch of matrices, or not float32, float64 or complex.
    """
    if compute_uv:
        U, S, Vh = linalg_svd(input, not some)
        return OlderSVD(U, S, adjoint(Vh))
    values = linalg_svdvals(input)
    left, right = (
        zeros((*input.shape[:-2], size, size), dtype=input.dtype, device=input.device)
        for size in input.shape[-2:]
    )
    return OlderSVD(left, values, right)


def lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> LUFactor | LUFactorEx:
    """`linalg.lu_factor`, or with `get_infos` `linalg.lu_factor_ex`, which also says what failed instead of raising."""
    if get_infos:
        return linalg_lu_factor_ex(A, pivot=pivot, out=out)  # type: ignore[call-arg, return-value]
    return lu_factor(A, pivot=pivot, out=out)  # type: ignore[call-arg]


@with_out
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """X with A X = `input`, from A's LU factorisation: (*, n, k), (*, n, n), (*, n) -> (*, n, k), batches broadcast."""
    return linalg_lu_solve(LU_data, LU_pivots, input)
