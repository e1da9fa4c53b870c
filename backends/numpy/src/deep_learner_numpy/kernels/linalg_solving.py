"""Solutions of equations and adjugates by LAPACK and BLAS, in place of what works for all matrices."""

from __future__ import annotations

import math
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.errors import LinAlgError
from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops.solving import determinant, equations, inverse, triangular
from deep_learner.ops.solving.results import InvEx, SolveEx

if TYPE_CHECKING:
    from collections.abc import Callable


def _generic(function: Any, *args: Any, **kwargs: Any) -> Any:
    """An operation's own forward."""
    return function.operation.forward(NAMESPACES[np.ndarray], *args, **kwargs)


def linalg_solve_ex(A: Any, B: Any, *, left: bool = True) -> Any:
    """NumPy's own; the generic form where a matrix is singular."""
    try:
        X = _generic(equations.linalg_solve, A, B, left=left)
    except LinAlgError:
        return _generic(equations.linalg_solve_ex, A, B, left=left)
    return SolveEx(X, np.zeros(A.shape[:-2], np.int32))


def linalg_inv_ex(A: Any) -> Any:
    """NumPy's own; the generic form where a matrix is singular."""
    try:
        return InvEx(_generic(inverse.linalg_inv, A), np.zeros(A.shape[:-2], np.int32))
    except LinAlgError:
        return _generic(inverse.linalg_inv_ex, A)


def linalg_adjugate(A: Any) -> Any:
    """det(A) A^-1; the generic form of those matrices that this is not for."""
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        return _generic(determinant.linalg_adjugate, A)
    scale = np.asarray(np.linalg.det(A))
    special = (scale == 0) | np.isinf(scale)
    if not special.any():
        return scale[..., None, None] * np.linalg.inv(A)
    out = np.empty_like(A)
    out[special] = _generic(determinant.linalg_adjugate, A[special])
    out[~special] = scale[~special][..., None, None] * np.linalg.inv(A[~special])
    return out


@cache
def _trsm(dtype: Any) -> Any:
    from scipy.linalg import blas

    return getattr(blas, {"f": "s", "d": "d", "F": "c", "D": "z"}[dtype.char] + "trsm")


def linalg_solve_triangular(
    input: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """By trsm, one matrix after the other; the generic form for many small ones."""
    batch = triangular.common_batch(input, B, left)
    shape = (*batch, *B.shape[-2:])
    if not input.size or not B.size or math.prod(batch) > input.shape[-1]:
        return _generic(
            triangular.linalg_solve_triangular, input, B, upper=upper, left=left, unitriangular=unitriangular
        )
    solve, out = _trsm(input.dtype), np.empty(shape, B.dtype)
    A, right = np.broadcast_to(input, (*batch, *input.shape[-2:])), np.broadcast_to(B, shape)
    for place in np.ndindex(batch):  # transposed, as Fortran has them
        X = solve(1.0, A[place].T, right[place].T, side=int(left), lower=int(upper), diag=int(unitriangular))
        out[place] = X.T
    return out


KERNELS: dict[str, Callable[..., Any]] = {
    "linalg_solve_ex": linalg_solve_ex,
    "linalg_inv_ex": linalg_inv_ex,
    "linalg_adjugate": linalg_adjugate,
}
if find_spec("scipy"):
    KERNELS["linalg_solve_triangular"] = linalg_solve_triangular
