"""LDL factorisations of Hermitian matrices that need not be positive definite, as LAPACK keeps them.

https://pytorch.org/docs/stable/generated/torch.linalg.ldl_factor_ex.html
"""

from __future__ import annotations

from typing import Any, NoReturn

from ...tensor import Tensor
from ...typing import Array, Namespace
from ..kernel_only import needs_kernel
from ..matrices import require_matrices, require_same_dtype, require_square
from ..operation import op
from ..out import with_out
from .failures import require_success, zero_block
from .lu import require_pivots
from .results import LDLFactor, LDLFactorEx


@op
def linalg_ldl_factor_ex(xp: Namespace, input: Array, *, hermitian: bool = False) -> LDLFactorEx:
    """`input` = L D L^T, or L D L^H if `hermitian`, by Bunch and Kaufman's pivoting: (*, n, n) -> (*, n, n), (*, n),
    (*).

    The lower triangle of `input` is read, and of the first result it holds L and D, whose blocks have size 1 or 2;
    `pivots` and `info`, int32, are those of LAPACK's sytrf and hetrf. float32, float64 or complex; not differentiable.
    Raises RuntimeError for other shapes and dtypes, MissingFunctionError where the array library has no such function.
    """
    return needs_kernel(xp, "linalg_ldl_factor_ex")


@op
def linalg_ldl_solve(xp: Namespace, LD: Array, pivots: Array, B: Array, *, hermitian: bool = False) -> Array:
    """X with A X = B, from A's LDL factorisation: (*, n, n), (*, n), (*, n, k) -> (*, n, k), batches broadcast.

    `hermitian` as it was factorised. Not differentiable. Raises RuntimeError for sizes that do not fit and for dtypes
    that differ, MissingFunctionError where the array library has no such function.
    """
    return needs_kernel(xp, "linalg_ldl_solve")


@linalg_ldl_factor_ex.vjp("input")
def _(xp: Namespace, g: Any) -> NoReturn:
    raise NotImplementedError("the derivative for linalg_ldl_factor_ex is not implemented")


@linalg_ldl_solve.vjp("LD", "B")
def _(xp: Namespace, g: Array) -> NoReturn:
    raise NotImplementedError("the derivative for linalg_ldl_solve is not implemented")


def require_ldl(LD: Array, pivots: Array, B: Array) -> None:
    """What `linalg_ldl_solve` refuses.

    Raises
    ------
    RuntimeError
        If sizes do not fit or dtypes differ.
    """
    require_square(LD, "LD")
    require_matrices(B, "B")
    require_same_dtype(("LD", LD), ("B", B))
    require_pivots(LD, pivots)
    if B.shape[-2] != LD.shape[-1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for ldl_solve: each A matrix is {LD.shape[-1]} by {LD.shape[-1]} but each b "
            f"matrix is {B.shape[-2]} by {B.shape[-1]}"
        )


@with_out
def ldl_factor_ex(input: Tensor, *, hermitian: bool = False, check_errors: bool = False) -> LDLFactorEx:
    """`linalg_ldl_factor_ex`, which with `check_errors` raises a RuntimeError where D is singular."""
    result: Any = linalg_ldl_factor_ex(input, hermitian=hermitian)
    if check_errors:
        require_success(result.info, zero_block, "linalg.ldl_factor_ex", RuntimeError)
    return result


@with_out
def ldl_factor(input: Tensor, *, hermitian: bool = False) -> LDLFactor:
    """A = L D L^T, or A = L D L^H if `hermitian`, in the form that `ldl_solve` takes.

    Parameters
    ----------
    input
        A, (*, n, n), symmetric or Hermitian, of which the lower triangle is read; float32, float64 or complex.
    hermitian
        Whether a complex `input` is Hermitian rather than symmetric.

    Returns
    -------
    LDLFactor
        LD (*, n, n): L's part below its unit diagonal, and D, whose blocks have size 1 or 2; pivots (*, n), int32:
        the exchanges, as LAPACK's sytrf and hetrf give them.

    Raises
    ------
    RuntimeError
        If D is singular, and for other shapes and dtypes.
    MissingFunctionError
        Where the array library has no such function.
    """
    result: Any = linalg_ldl_factor_ex(input, hermitian=hermitian)
    require_success(result.info, zero_block, "linalg.ldl_factor", RuntimeError)
    return LDLFactor(result.LD, result.pivots)
