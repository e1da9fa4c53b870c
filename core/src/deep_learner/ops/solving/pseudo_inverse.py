"""Pseudo-inverses and ranks, from the singular values above a tolerance.

https://pytorch.org/docs/stable/generated/torch.linalg.pinv.html
"""

from __future__ import annotations

from ...dtypes import from_native
from ...tensor import Tensor
from ...typing import Array, Namespace, Scalar
from .._arrays import is_complex
from ..matrices import require_matrices, require_square
from ..operation import op
from ..out import with_out


def negligible(
    xp: Namespace, A: Array, values: Array, atol: Array | Scalar | None, rtol: Array | Scalar | None
) -> Array:
    """Which singular values (*, k) of A are at most max(atol, rtol * the greatest).

    `rtol` is by default the dtype's precision times the greater of the sizes of A, but 0 where `atol` is greater.

    Raises
    ------
    RuntimeError
        If a tolerance is complex.
    """
    if rtol is None:
        precise = max(A.shape[-2:]) * float(xp.finfo(A.dtype).eps)
        if atol is None or isinstance(atol, Scalar):
            rtol = 0.0 if atol else precise
        else:
            rtol = xp.where(atol > 0, 0.0, xp.asarray(precise, dtype=values.dtype, device=values.device))
    greatest = xp.max(values, axis=-1)
    bound = greatest * _tolerance(xp, rtol, values)
    if atol is not None:
        bound = xp.maximum(bound, bound * 0.0 + _tolerance(xp, atol, values))
    return values <= xp.expand_dims(bound, axis=-1)


def _tolerance(xp: Namespace, tolerance: Array | Scalar, like: Array) -> Array | Scalar:
    if isinstance(tolerance, Scalar):
        return tolerance
    if is_complex(tolerance):
        raise RuntimeError(
            f"a tolerance of complex type is not supported. Got {from_native(tolerance.dtype).name}; take its real part"
        )
    return xp.astype(tolerance, like.dtype)


@op(holomorphic=False)
def linalg_pinv(
    xp: Namespace, input: Array, atol: Array | Scalar | None = None, rtol: Array | Scalar | None = None,
    hermitian: bool = False,
) -> Array:  # fmt: skip
    """The Moore-Penrose pseudo-inverse V diag(1/S) U^H of A = U diag(S) V^H: (*, m, n) -> (*, n, m).

    Singular values of at most max(`atol`, `rtol` * the greatest) count as 0; the tolerances are numbers, or tensors
    that broadcast to the batch. `rtol` is by default max(m, n) times the dtype's precision, or 0 if `atol` is given.
    If A is `hermitian`, its eigenvalues are taken, from the lower triangle. float32, float64 or complex.

    The gradient is that of matrices of the same rank. Raises RuntimeError for other shapes and dtypes.
    """
    require_matrices(input)
    rows, columns = input.shape[-2:]
    if hermitian:
        require_square(input)
    if not rows or not columns:
        return xp.zeros((*input.shape[:-2], columns, rows), dtype=input.dtype, device=input.device)
    if hermitian:
        values, right = xp.linalg_eigh(input)
        left_adjoint, sizes = xp.adjoint(right), xp.abs(values)
    else:
        left, values, right_adjoint = xp.linalg_svd(input, False)
        left_adjoint, right, sizes = xp.adjoint(left), xp.adjoint(right_adjoint), values
    small = negligible(xp, input, sizes, atol, rtol)
    inverses = xp.where(small, 0.0, 1.0 / xp.where(small, 1.0, values))
    return (right * xp.expand_dims(xp.astype(inverses, input.dtype), axis=-2)) @ left_adjoint


@linalg_pinv.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return pinv_gradient(xp, g, input, out)


def pinv_gradient(xp: Namespace, g: Array, A: Array, P: Array) -> Array:
    """The gradient of A, from that of its pseudo-inverse P:
    -P^H g P^H + (I - A P) g^H P P^H + P^H P g^H (I - P A).

    Golub & Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
    separate, theorem 4.3.
    """
    Ph, gh = xp.adjoint(P), xp.adjoint(g)
    left, right = (gh @ P) @ Ph, Ph @ (P @ gh)
    return left - A @ (P @ left) + right - (right @ P) @ A - Ph @ (g @ Ph)


@with_out
def pinv(
    input: Tensor, rcond: Tensor | float | None = None, hermitian: bool = False, *,
    atol: Tensor | float | None = None, rtol: Tensor | float | None = None,
) -> Tensor:  # fmt: skip
    """The Moore-Penrose pseudo-inverse of matrices.

    Parameters
    ----------
    input
        (*, m, n), float32, float64 or complex.
    rcond
        The older name of `rtol`.
    hermitian
        Whether the matrices are Hermitian; then only their lower triangle is read, and eigenvalues are computed.
    atol, rtol
        Singular values of at most max(`atol`, `rtol` * the greatest) count as 0: numbers, or tensors that broadcast to
        the batch. `rtol` is by default max(m, n) times the dtype's precision, or 0 if `atol` is given.

    Returns
    -------
    Tensor
        (*, n, m).

    Raises
    ------
    TypeError
        If `rcond` is given beside `atol` or `rtol`.
    RuntimeError
        For other shapes and dtypes.
    """
    if rcond is None:
        return linalg_pinv(input, atol, rtol, hermitian)
    _refuse_both("linalg.pinv", "rcond", atol, rtol)
    return linalg_pinv(input, None, rcond, hermitian)


def _refuse_both(name: str, older: str, atol: object, rtol: object) -> None:
    if atol is not None or rtol is not None:
        raise TypeError(f"{name}() takes either {older} or atol and rtol, and received both")


@op(autocast={"cpu": "float32"})
def pinverse(xp: Namespace, input: Array, rcond: float = 1e-15) -> Array:
    """PyTorch's older `linalg.pinv`: singular values of at most `rcond` times the greatest count as 0."""
    return xp.linalg_pinv(input, None, rcond)


@op(differentiable=False, autocast={"cpu": "float32"})
def linalg_matrix_rank(
    xp: Namespace, input: Array, atol: Array | Scalar | None = None, rtol: Array | Scalar | None = None,
    hermitian: bool = False,
) -> Array:  # fmt: skip
    """How many singular values are above the tolerances of `linalg_pinv`: (*, m, n) -> (*), int64.

    If the matrices are `hermitian`, how many eigenvalues, of the lower triangle. float32, float64 or complex. Raises
    RuntimeError for other shapes and dtypes.
    """
    require_matrices(input)
    if hermitian:
        require_square(input)
    if 0 in input.shape[-2:]:
        return xp.zeros(input.shape[:-2], dtype=xp.int64, device=input.device)
    values = xp.abs(xp.linalg_eigvalsh(input)) if hermitian else xp.linalg_svdvals(input)
    return xp.sum(xp.astype(~negligible(xp, input, values, atol, rtol), xp.int64), axis=-1)


@with_out
def matrix_rank(
    input: Tensor, tol: Tensor | float | None = None, hermitian: bool = False, *,
    atol: Tensor | float | None = None, rtol: Tensor | float | None = None,
) -> Tensor:  # fmt: skip
    """How many singular values of matrices are not negligible.

    Parameters
    ----------
    input
        (*, m, n), float32, float64 or complex.
    tol
        The older name of `atol`, beside an `rtol` of 0.
    hermitian
        Whether the matrices are Hermitian; then only their lower triangle is read, and eigenvalues are computed.
    atol, rtol
        As in `pinv`.

    Returns
    -------
    Tensor
        (*), int64.

    Raises
    ------
    TypeError
        If `tol` is given beside `atol` or `rtol`.
    RuntimeError
        For other shapes and dtypes.
    """
    if tol is None:
        return linalg_matrix_rank(input, atol, rtol, hermitian)
    _refuse_both("linalg.matrix_rank", "tol", atol, rtol)
    return linalg_matrix_rank(input, tol, 0.0, hermitian)
