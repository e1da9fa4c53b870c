"""Factorisations by cuSOLVER, whose failures CuPy passes over unless it is told not to; PyTorch raises."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import cupy
import cupyx
import numpy

from deep_learner.errors import LinAlgError
from deep_learner.ops.factorisation.failures import not_positive_definite, require_success
from deep_learner.ops.factorisation.results import CholeskyEx, LUFactorEx, Reflectors
from deep_learner.ops.matrices import require_matrices, require_square
from deep_learner_cupy.kernels.fallback import generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def _checked(name: str) -> Callable[..., Any]:
    """An operation's generic form, with cuSOLVER's failures as errors."""

    def kernel(*args: Any, **kwargs: Any) -> Any:
        try:
            with cupyx.errstate(linalg="raise"):
                return generic(name, *args, **kwargs)
        except numpy.linalg.LinAlgError as error:
            raise LinAlgError(str(error)) from error

    kernel.__name__ = name
    return kernel


def linalg_cholesky(input: Array, *, upper: bool = False) -> Array:
    """CuPy's own, which does not say which matrix failed."""
    require_square(input)
    try:
        return _cholesky(input, upper)
    except numpy.linalg.LinAlgError as error:
        require_success(generic("linalg_cholesky_ex", input, upper=upper).info, not_positive_definite)
        raise LinAlgError(str(error)) from error


def linalg_cholesky_ex(input: Array, *, upper: bool = False) -> CholeskyEx:
    """CuPy's own; the generic form where it fails."""
    require_square(input)
    try:
        return CholeskyEx(_cholesky(input, upper), cupy.zeros(input.shape[:-2], numpy.int32))
    except numpy.linalg.LinAlgError:
        return generic("linalg_cholesky_ex", input, upper=upper)


def _cholesky(input: Array, upper: bool) -> Array:
    """By the lower triangle, which CuPy reads."""
    with cupyx.errstate(linalg="raise"):
        factor = cupy.linalg.cholesky(_adjoint(input) if upper else input)
    return _adjoint(factor) if upper else factor


def _adjoint(matrices: Array) -> Array:
    return cupy.conj(cupy.swapaxes(matrices, -2, -1))


def linalg_eigvals(input: Array) -> Array:
    """Without the vectors."""
    require_square(input)
    values = cupy.linalg.eigvals(input)
    return values.astype(numpy.result_type(input.dtype, numpy.complex64), copy=False)


def geqrf(input: Array) -> Reflectors:
    """CuPy's own, transposed as Fortran has it."""
    require_matrices(input, "input")
    transposed, tau = cupy.linalg.qr(input, mode="raw")
    return Reflectors(cupy.swapaxes(transposed, -2, -1), tau)


def linalg_lu_factor_ex(A: Array, *, pivot: bool = True) -> LUFactorEx:
    """cuSOLVER's getrf for a single matrix; the steps of the generic form serve all matrices of a batch at once."""
    if A.ndim != 2 or not A.size or not pivot:
        return generic("linalg_lu_factor_ex", A, pivot=pivot)
    require_matrices(A)
    from cupyx.scipy.linalg import lu_factor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a singular matrix, which `info` tells
        LU, exchanged = lu_factor(A, check_finite=False)
    zero = cupy.diagonal(LU) == 0
    info = cupy.where(cupy.any(zero), cupy.argmax(zero) + 1, 0)
    return LUFactorEx(LU, (exchanged + 1).astype(cupy.int32), info.astype(cupy.int32))


KERNELS: dict[str, Callable[..., Any]] = {
    "linalg_cholesky": linalg_cholesky,
    "linalg_cholesky_ex": linalg_cholesky_ex,
    "geqrf": geqrf,
    "linalg_lu_factor_ex": linalg_lu_factor_ex,
    **{
        name: _checked(name)
        for name in (
            "linalg_qr",
            "linalg_svd",
            "linalg_svdvals",
            "linalg_eigh",
            "linalg_eigvalsh",
            "linalg_eig",
        )
    },
}
if hasattr(cupy.linalg, "eigvals"):  # CuPy 14
    KERNELS["linalg_eigvals"] = linalg_eigvals
