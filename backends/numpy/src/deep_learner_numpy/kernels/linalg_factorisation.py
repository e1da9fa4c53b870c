"""Factorisations by LAPACK: through NumPy, or through SciPy, which is imported when the first is called."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops.factorisation import lu
from deep_learner.ops.factorisation.failures import not_positive_definite, require_success
from deep_learner.ops.factorisation.ldl import require_ldl
from deep_learner.ops.factorisation.results import CholeskyEx, LDLFactorEx, LUFactorEx, Reflectors
from deep_learner.ops.matrices import require_matrices, require_square

if TYPE_CHECKING:
    from collections.abc import Callable


def linalg_cholesky(input: Any, *, upper: bool = False) -> Any:
    """NumPy's own, which does not say which matrix failed."""
    require_square(input)
    try:
        return _cholesky(input, upper)
    except np.linalg.LinAlgError:
        require_success(_orders(input, upper), not_positive_definite)
        raise


def _cholesky(input: Any, upper: bool) -> Any:
    """NumPy's, which passes over what is not finite on the diagonal."""
    factor = np.linalg.cholesky(input, upper=upper)
    if not np.isfinite(np.diagonal(factor, axis1=-2, axis2=-1)).all():
        raise np.linalg.LinAlgError("Matrix is not positive definite")
    return factor


def linalg_cholesky_ex(input: Any, *, upper: bool = False) -> Any:
    """NumPy's own; where it fails, as much of each factor as there is."""
    require_square(input)
    try:
        return CholeskyEx(_cholesky(input, upper), np.zeros(input.shape[:-2], np.int32))
    except np.linalg.LinAlgError:
        info, factor = _orders(input, upper), np.zeros(input.shape, input.dtype)
        for place in np.ndindex(info.shape):
            known = int(info[place] or input.shape[-1] + 1) - 1
            corner = (*place, slice(known), slice(known))
            factor[corner] = np.linalg.cholesky(input[corner], upper=upper)
        return CholeskyEx(factor, info)


def _orders(matrices: Any, upper: bool) -> Any:
    """The order of the first leading minor of each matrix that is not positive, 0 if all are."""
    info = np.zeros(matrices.shape[:-2], np.int32)
    size = matrices.shape[-1]
    for place in np.ndindex(info.shape):
        order = 1 + bisect_left(
            range(1, size + 1), True, key=lambda k: _fails(matrices[place][:k, :k], upper)
        )
        info[place] = order if order <= size else 0
    return info


def _fails(matrix: Any, upper: bool) -> bool:
    try:
        _cholesky(matrix, upper)
    except np.linalg.LinAlgError:
        return True
    return False


def linalg_eigvals(input: Any) -> Any:
    """Without the vectors; complex, as in PyTorch, also where all are real."""
    require_square(input)
    return np.linalg.eigvals(input).astype(np.result_type(input, np.complex64), copy=False)


def geqrf(input: Any) -> Any:
    """NumPy's own, transposed as Fortran has it."""
    require_matrices(input, "input")
    transposed, tau = np.linalg.qr(input, mode="raw")
    return Reflectors(np.swapaxes(transposed, -2, -1), tau)


@cache
def _lapack(name: str, dtype: Any) -> Any:
    from scipy.linalg import lapack

    return getattr(lapack, {"f": "s", "d": "d", "F": "c", "D": "z"}[dtype.char] + name)


def linalg_lu_factor_ex(A: Any, *, pivot: bool = True) -> Any:
    """By getrf, one matrix after the other; without exchanges by the generic form."""
    if not pivot:
        return lu.linalg_lu_factor_ex.operation.forward(NAMESPACES[np.ndarray], A, pivot=False)
    require_matrices(A)
    factorise = _lapack("getrf", A.dtype)
    batch = A.shape[:-2]
    LU, info = np.empty(A.shape, A.dtype), np.zeros(batch, np.int32)
    pivots = np.empty((*batch, min(A.shape[-2:])), np.int32)
    if A.size:
        for place in np.ndindex(batch):
            LU[place], exchanged, info[place] = factorise(A[place])
            pivots[place] = exchanged + 1
    return LUFactorEx(LU, pivots, info)


def linalg_ldl_factor_ex(input: Any, *, hermitian: bool = False) -> Any:
    """By sytrf or hetrf, one matrix after the other."""
    require_square(input)
    factorise = _lapack(_form(input, hermitian) + "trf", input.dtype)
    batch = input.shape[:-2]
    LD, info = np.zeros(input.shape, input.dtype), np.zeros(batch, np.int32)
    pivots = np.empty(input.shape[:-1], np.int32)
    if input.size:
        for place in np.ndindex(batch):
            whole, pivots[place], info[place] = factorise(input[place], lower=1)
            LD[place] = np.tril(whole)
    return LDLFactorEx(LD, pivots, info)


def linalg_ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: bool = False) -> Any:
    """By sytrs or hetrs, one matrix after the other."""
    require_ldl(LD, pivots, B)
    solve = _lapack(_form(LD, hermitian) + "trs", LD.dtype)
    batch = np.broadcast_shapes(LD.shape[:-2], B.shape[:-2])
    factors, exchanges, sides = (
        np.broadcast_to(array, (*batch, *array.shape[place:]))
        for array, place in ((LD, -2), (pivots, -1), (B, -2))
    )
    out = np.empty(sides.shape, B.dtype)
    if out.size:
        for place in np.ndindex(batch):
            out[place], _ = solve(factors[place], exchanges[place], sides[place], lower=1)
    return out


def _form(array: Any, hermitian: bool) -> str:
    """What LAPACK calls the matrices: Hermitian ones have routines of their own only where they are complex."""
    return "he" if hermitian and array.dtype.kind == "c" else "sy"


_BY_SCIPY: dict[str, Callable[..., Any]] = {
    "linalg_lu_factor_ex": linalg_lu_factor_ex,
    "linalg_ldl_factor_ex": linalg_ldl_factor_ex,
    "linalg_ldl_solve": linalg_ldl_solve,
}
KERNELS: dict[str, Callable[..., Any]] = {
    "linalg_cholesky": linalg_cholesky,
    "linalg_cholesky_ex": linalg_cholesky_ex,
    "linalg_eigvals": linalg_eigvals,
    "geqrf": geqrf,
    **(_BY_SCIPY if find_spec("scipy") else {}),
}
