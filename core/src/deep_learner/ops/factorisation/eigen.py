"""Eigenvalues and eigenvectors, of any matrices and of Hermitian ones.

https://pytorch.org/docs/stable/generated/torch.linalg.eig.html, .../torch.linalg.eigh.html
"""

from __future__ import annotations

from typing import Any

from ...dtypes import complex64, complex128, from_native
from ...typing import Array, Namespace
from ..matrices import require_square
from ..operation import op
from .gauge import differences, off_diagonal, quotient, require_invariance
from .results import Eigen


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_eigh(xp: Namespace, input: Array, UPLO: str = "L") -> Eigen:
    """Eigenvalues in ascending order and eigenvectors of Hermitian matrices: (*, n, n) -> (*, n), (*, n, n).

    One triangle is read: the lower, or the upper with `UPLO` "U". The eigenvalues are real, the eigenvectors
    orthonormal columns. float32, float64 or complex.

    The gradient takes `input` for Hermitian. It grows without bound where eigenvalues meet, unless only they are used,
    and for a complex `input` raises a RuntimeError if the loss depends on the vectors' phases. Raises LinAlgError where
    the algorithm does not converge, RuntimeError for other shapes, dtypes and values of `UPLO`.
    """
    values, vectors = xp.linalg.eigh(_hermitian(xp, input, UPLO))
    return Eigen(values, vectors)


def _hermitian(xp: Namespace, A: Array, UPLO: str) -> Array:
    """The matrices that have the chosen triangle of A, whichever a library reads."""
    require_square(A)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    if UPLO.upper() == "L":
        return xp.tril(A) + xp.adjoint(xp.tril(A, k=-1))
    return xp.triu(A) + xp.adjoint(xp.triu(A, k=1))


@linalg_eigh.vjp("input")
def _(xp: Namespace, g: Any, out: Any) -> Array:
    """V (diag(gL) + M) V^H, where M is the Hermitian part of V^H gV / E, with E_ij = L_j - L_i.

    Giles, An extended collection of matrix derivative results, section 3.1.
    """
    (g_values, g_vectors), (values, vectors) = g, out
    inner = xp.adjoint(vectors) @ g_vectors
    if xp.isdtype(vectors.dtype, "complex floating"):
        require_invariance(xp, "linalg_eigh_backward", xp.imag(xp.diagonal(inner, 0, -2, -1)))
    inner = quotient(xp, off_diagonal(xp, inner), differences(xp, values))
    inner = 0.5 * (inner + xp.adjoint(inner)) + xp.diag_embed(g_values)
    return vectors @ (inner @ xp.adjoint(vectors))


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_eigvalsh(xp: Namespace, input: Array, UPLO: str = "L") -> Array:
    """Eigenvalues of Hermitian matrices in ascending order: (*, n, n) -> (*, n), real; `UPLO` as in `linalg_eigh`.

    Raises as `linalg_eigh`. The gradient is stable, also where eigenvalues meet.
    """
    return xp.linalg.eigvalsh(_hermitian(xp, input, UPLO))


@linalg_eigvalsh.vjp("input")
def _(xp: Namespace, g: Array, input: Array, UPLO: str) -> Array:
    _, vectors = xp.linalg_eigh(input, UPLO)
    return (vectors * xp.expand_dims(g, axis=-2)) @ xp.adjoint(vectors)


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_eig(xp: Namespace, input: Array) -> Eigen:
    """Eigenvalues and eigenvectors: (*, n, n) -> (*, n), (*, n, n), both complex, in no particular order.

    The eigenvectors are columns of length 1. float32, float64 or complex.

    The gradient grows without bound where eigenvalues meet, and raises a RuntimeError if the loss depends on the
    vectors' phases. Raises LinAlgError for infinite values and NaN, RuntimeError for other shapes and dtypes.
    """
    require_square(input)
    values, vectors = xp.linalg.eig(input)
    dtype = _complex_dtype(xp, input)
    return Eigen(xp.astype(values, dtype, copy=False), xp.astype(vectors, dtype, copy=False))


def _complex_dtype(xp: Namespace, A: Array) -> Any:
    short = from_native(A.dtype).itemsize == 4 or from_native(A.dtype) is complex64
    return getattr(xp, (complex64 if short else complex128).name)


@linalg_eig.vjp("input")
def _(xp: Namespace, g: Any, out: Any, input_dtype: Any) -> Array:
    """V^-H (diag(gL) + (V^H gV - V^H V diag(Re V^H gV)) / conj(E)) V^H with E_ij = L_j - L_i.

    Boeddeker et al., On the computation of complex-valued gradients with application to statistically optimum
    beamforming, section 4.7, with eigenvectors of length 1.
    """
    (g_values, g_vectors), (values, vectors) = g, out
    adjoint = xp.adjoint(vectors)
    inner = adjoint @ g_vectors
    own = xp.diagonal(inner, 0, -2, -1)
    require_invariance(xp, "linalg_eig_backward", xp.imag(own))
    inner = inner - (adjoint @ vectors) * xp.expand_dims(xp.real(own), axis=-2)
    inner = quotient(xp, off_diagonal(xp, inner), xp.conj(differences(xp, values))) + xp.diag_embed(g_values)
    result = xp.linalg.solve(adjoint, inner @ adjoint)
    return result if from_native(input_dtype).is_complex else xp.real(result)


@op(autocast={"cpu": "float32"})
def linalg_eigvals(xp: Namespace, input: Array) -> Array:
    """Eigenvalues: (*, n, n) -> (*, n), complex, in no particular order. Raises as `linalg_eig`."""
    require_square(input)
    return xp.linalg_eig(input)[0]
