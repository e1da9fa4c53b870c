"""Products of Householder reflections H_i = I - tau_i v_i v_i^H, as LAPACK keeps those of a QR factorisation.

v_i is the i-th column below the diagonal, with 1 on the diagonal and 0 above. The product of k of them is
I - V T V^H with T = (I + D S)^-1 D, where D = diag(tau) and S is V^H V above the diagonal: Joffrain et al.,
Accumulating Householder transformations, revisited. https://netlib.org/lapack/lug/node128.html
"""

from __future__ import annotations

from ...typing import Array, Namespace
from ..matrices import require_matrices, require_same_dtype
from ..operation import op
from .results import Reflectors


@op(autocast={"cpu": "float32"})
def linalg_householder_product(xp: Namespace, input: Array, tau: Array) -> Array:
    """The first n columns of the product of k reflections: (*, m, n), (*, k) -> (*, m, n), m >= n >= k.

    The vectors are below the diagonal of `input`; `tau` holds their scales. Raises RuntimeError for sizes that do not
    fit and for dtypes that are not float32, float64 or complex, or not the same.
    """
    _require_reflectors(input, tau)
    rows, columns = input.shape[-2:]
    if rows < columns:
        raise RuntimeError(
            f"input.shape[-2] must be greater than or equal to input.shape[-1]. Got: {list(input.shape)}"
        )
    identity = xp.eye(rows, columns, dtype=input.dtype, device=input.device)
    return _applied(xp, input, tau, xp.broadcast_to(identity, input.shape), adjoint=False)


@op(autocast={"cpu": "float32"})
def ormqr(
    xp: Namespace, input: Array, input2: Array, input3: Array, left: bool = True, transpose: bool = False
) -> Array:
    """Q `input3`, or `input3` Q without `left`, where Q is the whole (m, m) product of k reflections, or with
    `transpose` its adjoint: (*, m, n), (*, k), (*, m, c) or (*, c, m) -> as `input3`.

    The vectors are below the diagonal of `input`; `input2` holds their scales. Raises RuntimeError for sizes that do
    not fit and for dtypes that are not float32, float64 or complex, or not the same.
    """
    _require_reflectors(input, input2)
    if input3.ndim < 2:
        raise RuntimeError(f"input3 must have at least 2 dimensions. Got shape {list(input3.shape)}")
    if input3.ndim != input.ndim or input3.shape[:-2] != input.shape[:-2]:
        raise RuntimeError(
            f"Expected batch dimensions of input3 to be equal to input.shape[:-2], but got shapes "
            f"{list(input3.shape)} and {list(input.shape)}"
        )
    side = -2 if left else -1
    if input3.shape[side] != input.shape[-2]:
        raise RuntimeError(
            f"input3.shape[{side}] must be equal to input.shape[-2]. Got shapes {list(input3.shape)} and "
            f"{list(input.shape)}"
        )
    require_same_dtype(("input", input), ("input3", input3))
    if left:
        return _applied(xp, input, input2, input3, adjoint=transpose)
    return xp.adjoint(_applied(xp, input, input2, xp.adjoint(input3), adjoint=not transpose))


def _require_reflectors(A: Array, tau: Array) -> None:
    require_matrices(A, "input")
    if tau.ndim != A.ndim - 1 or tau.shape[:-1] != A.shape[:-2]:
        raise RuntimeError(
            f"Expected tau to have one dimension less than input and its batch dimensions, but got shapes "
            f"{list(tau.shape)} and {list(A.shape)}"
        )
    if tau.shape[-1] > min(A.shape[-2:]):
        raise RuntimeError(
            f"input.shape[-1] must be greater than or equal to tau.shape[-1]. Got shapes {list(A.shape)} and "
            f"{list(tau.shape)}"
        )
    require_same_dtype(("tau", tau), ("input", A))


def _applied(xp: Namespace, A: Array, tau: Array, other: Array, adjoint: bool) -> Array:
    """Q `other` or Q^H `other`, where Q is (m, m) and `other` (*, m, c)."""
    rows, count = A.shape[-2], tau.shape[-1]
    identity = xp.eye(rows, count, dtype=A.dtype, device=A.device)
    vectors = xp.tril(A[..., :count], k=-1) + identity
    scales = xp.expand_dims(tau, axis=-1)
    shares = xp.adjoint(vectors) @ other
    triangle = identity[:count, :] + scales * xp.triu(xp.adjoint(vectors) @ vectors, k=1)
    if adjoint:
        scales = xp.conj(scales) if xp.isdtype(A.dtype, "complex floating") else scales
        shares = scales * xp.linalg_solve_triangular(
            xp.adjoint(triangle), shares, upper=False, unitriangular=True
        )
    else:
        shares = xp.linalg_solve_triangular(triangle, scales * shares, upper=True, unitriangular=True)
    return other - vectors @ shares


@op(autocast={"cpu": "float32"})
def geqrf(xp: Namespace, input: Array) -> Reflectors:
    """The QR factorisation as LAPACK keeps it: (*, m, n) -> (*, m, n), (*, k), k = min(m, n).

    R is on and above the diagonal, whose elements are real; the reflections' vectors are below it, `tau` holds their
    scales. float32, float64 or complex. Raises RuntimeError for other shapes and dtypes.

    Golub & Van Loan, Matrix Computations, 5.2.1; scales as LAPACK's larfg chooses them.
    """
    require_matrices(input, "input")
    edges: list[tuple[Array, Array]] = []  # each step's row of R and vector
    scales: list[Array] = []
    rest = input
    for _ in range(min(input.shape[-2:])):
        head, tail, scale = _reflection(xp, rest[..., :, :1])
        vector = xp.concat([xp.ones_like(head), tail], axis=-2)
        conjugate = xp.conj(scale) if xp.isdtype(input.dtype, "complex floating") else scale
        turned = rest[..., 1:] - conjugate * (vector @ (xp.adjoint(vector) @ rest[..., 1:]))
        edges.append((xp.concat([head, turned[..., :1, :]], axis=-1), tail))
        scales.append(scale[..., 0, 0])
        rest = turned[..., 1:, :]
    for row, tail in reversed(edges):
        rest = xp.concat([row, xp.concat([tail, rest], axis=-1)], axis=-2)
    if not scales:
        return Reflectors(input, xp.zeros((*input.shape[:-2], 0), dtype=input.dtype, device=input.device))
    return Reflectors(rest, xp.stack(scales, axis=-1))


def _reflection(xp: Namespace, column: Array) -> tuple[Array, Array, Array]:
    """What turns a column (*, m, 1) into (beta, 0, ..., 0): beta, the vector below its leading 1, and the scale."""
    alpha, below = column[..., :1, :], column[..., 1:, :]
    is_complex = xp.isdtype(column.dtype, "complex floating")
    real = xp.real(alpha) if is_complex else alpha
    size = xp.abs(below)
    length = xp.sum(size * size, axis=-2, keepdims=True)
    done = (length == 0) & (xp.imag(alpha) == 0) if is_complex else length == 0
    whole = xp.sqrt(xp.where(done, 1.0, length + xp.abs(alpha) * xp.abs(alpha)))
    beta = xp.astype(xp.where(done, real, xp.where(real < 0, whole, -whole)), column.dtype)
    scale = xp.where(done, 0.0, (beta - alpha) / xp.where(done, 1.0, beta))
    return beta, below / xp.where(done, 1.0, alpha - beta), scale
