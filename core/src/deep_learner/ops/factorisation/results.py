"""The named tuples that factorisations return, as PyTorch names their fields."""

from __future__ import annotations

from typing import NamedTuple

from ...printing.results import result_of
from ...typing import Array


class CholeskyEx(NamedTuple):
    """A Cholesky factor, and for each matrix 0 or the order of the first minor that is not positive."""

    L: Array
    info: Array


@result_of("qr")
class QR(NamedTuple):
    """Orthonormal columns, and an upper triangle."""

    Q: Array
    R: Array


class Reflectors(NamedTuple):
    """A QR factorisation as LAPACK keeps it: R above, Householder vectors below the diagonal, their scales."""

    a: Array
    tau: Array


class SVD(NamedTuple):
    """Left singular vectors, singular values, the adjoint of the right singular vectors."""

    U: Array
    S: Array
    Vh: Array


@result_of("svd")
class OlderSVD(NamedTuple):
    """Left singular vectors, singular values, right singular vectors."""

    U: Array
    S: Array
    V: Array


class Eigen(NamedTuple):
    """Eigenvalues, and eigenvectors in columns."""

    eigenvalues: Array
    eigenvectors: Array


@result_of("linalg_lu_factor")
class LUFactor(NamedTuple):
    """Both triangles in one matrix, and the rows that were exchanged, counted from 1."""

    LU: Array
    pivots: Array


class LUFactorEx(NamedTuple):
    """As `LUFactor`, and for each matrix 0 or the place of the first zero on U's diagonal."""

    LU: Array
    pivots: Array
    info: Array


class PLU(NamedTuple):
    """A permutation, a unit lower and an upper triangle."""

    P: Array
    L: Array
    U: Array


@result_of("linalg_ldl_factor")
class LDLFactor(NamedTuple):
    """L and D in one matrix, and the exchanges, as LAPACK keeps them."""

    LD: Array
    pivots: Array


class LDLFactorEx(NamedTuple):
    """As `LDLFactor`, and for each matrix 0 or the place of the first zero in D."""

    LD: Array
    pivots: Array
    info: Array
