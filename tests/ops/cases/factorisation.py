"""Cases of ops/factorisation. Derivatives of what is taken for Hermitian, or is given up to signs, are tested in
test_factorisation.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from tests.ops.case import Case, S, arr

RANDOM = np.random.default_rng(3)


def positive(*shape: int) -> np.ndarray:
    """Symmetric, positive definite matrices."""
    half = RANDOM.uniform(-1, 1, shape)
    return half @ half.swapaxes(-1, -2) + np.eye(shape[-1])


def factor(*shape: int) -> np.ndarray:
    """Lower triangles with a positive diagonal."""
    return np.linalg.cholesky(positive(*shape))


def each(function: Any, matrices: np.ndarray, *shapes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """What a function of one matrix gives for each of a batch; of no matrices, arrays of ``shapes``."""
    found = [function(matrices[place]) for place in np.ndindex(matrices.shape[:-2])]
    batch = matrices.shape[:-2]
    if not found:
        return tuple(np.zeros((*batch, *shape)) for shape in shapes)
    return tuple(
        np.reshape(np.stack(part), (*batch, *np.shape(part[0]))) for part in zip(*found, strict=True)
    )


def lu_factor(A: np.ndarray, *, pivot: bool = True) -> Any:
    """By SciPy; without exchanges by elimination."""
    rows, columns = A.shape[-2:]
    size = min(rows, columns)

    def one(matrix: np.ndarray) -> Any:
        if not pivot:
            matrix = matrix.copy()
            for j in range(size):
                matrix[j + 1 :, j] /= matrix[j, j]
                matrix[j + 1 :, j + 1 :] -= np.outer(matrix[j + 1 :, j], matrix[j, j + 1 :])
            return matrix, np.arange(1, size + 1), 0
        LU, pivots, info = scipy.linalg.lapack.dgetrf(matrix)
        return LU, pivots + 1, info

    if not size:
        return A, np.zeros((*A.shape[:-2], 0)), np.zeros(A.shape[:-2])
    return each(one, A, (rows, columns), (size,), ())


def lu(A: np.ndarray, *, pivot: bool = True) -> Any:
    """From what `lu_factor` gives."""
    LU, pivots, _ = lu_factor(A, pivot=pivot)
    return unpacked(LU, pivots.astype(int), True, pivot)


def unpacked(LU: np.ndarray, pivots: np.ndarray, data: bool = True, permutation: bool = True) -> Any:
    """P by exchanging the rows of the identity, the last exchange first."""
    rows, columns = LU.shape[-2:]
    size = min(rows, columns)
    P = np.zeros((*LU.shape[:-2], rows, rows))
    for place in np.ndindex(LU.shape[:-2]):
        P[place] = np.eye(rows)
        for step in reversed(range(size)):
            other = pivots[place][step] - 1
            P[place][[step, other]] = P[place][[other, step]]
    L, U = np.tril(LU[..., :size], -1) + np.eye(rows, size), np.triu(LU[..., :size, :])
    nothing = np.zeros(0)
    return P if permutation else nothing, L if data else nothing, U if data else nothing


def permutation(pivots: np.ndarray, size: int) -> Any:
    """Where the ones of P are."""
    LU = np.zeros((*pivots.shape[:-1], size, pivots.shape[-1]))
    return np.argmax(unpacked(LU, pivots)[0], axis=-2) if size else np.zeros((*pivots.shape[:-1], 0))


def lu_solve(
    LU: np.ndarray, pivots: np.ndarray, B: np.ndarray, *, left: bool = True, adjoint: bool = False
) -> Any:
    """By the product of the factors."""
    P, L, U = unpacked(LU, pivots)
    A = P @ L @ U
    A = A.swapaxes(-1, -2) if adjoint else A
    return (
        np.linalg.solve(A, B)
        if left
        else np.linalg.solve(A.swapaxes(-1, -2), B.swapaxes(-1, -2)).swapaxes(-1, -2)
    )


def reflections(A: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """The product of Householder reflections, one after the other."""
    rows = A.shape[-2]
    out = np.broadcast_to(np.eye(rows), (*A.shape[:-2], rows, rows))
    for i in range(tau.shape[-1]):
        vector = A[..., i : i + 1] * (np.arange(rows) > i)[:, None] + (np.arange(rows) == i)[:, None]
        out = out @ (np.eye(rows) - tau[..., i, None, None] * vector @ vector.swapaxes(-1, -2))
    return out


def turned(A: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """By the whole product."""
    Q = reflections(A, tau)
    Q = Q.swapaxes(-1, -2) if transpose else Q
    return Q @ other if left else other @ Q


def geqrf(input: np.ndarray) -> Any:
    """By LAPACK."""
    rows, columns = input.shape[-2:]
    size = min(rows, columns)
    if not size:
        return input, np.zeros((*input.shape[:-2], 0))
    return each(lambda matrix: scipy.linalg.lapack.dgeqrf(matrix)[:2], input, (rows, columns), (size,))


def ldl_factor(input: np.ndarray, *, hermitian: bool = False) -> Any:
    """By LAPACK."""
    n = input.shape[-1]
    LD, pivots, info = each(
        lambda matrix: scipy.linalg.lapack.dsytrf(matrix, lower=1), input, (n, n), (n,), ()
    )
    return np.tril(LD), pivots, info


def symmetric_solve(LD: np.ndarray, pivots: np.ndarray, B: np.ndarray, *, hermitian: bool = False) -> Any:
    """Of matrices whose blocks have size 1 and were not exchanged."""
    L = np.tril(LD, -1) + np.eye(LD.shape[-1])
    D = np.diagonal(LD, axis1=-2, axis2=-1)
    return np.linalg.solve((L * D[..., None, :]) @ L.swapaxes(-1, -2), B)


def pivots_of(*matrices: int) -> np.ndarray:
    """The exchanges of random matrices."""
    return np.asarray(lu_factor(RANDOM.uniform(-1, 1, matrices))[1], dtype=np.int32)


GENERAL = [
    S(arr(3, 3)),
    S(arr(2, 4, 3)),
    S(arr(2, 3, 4)),
    S(arr(2, 1, 2, 2)),
    S(arr(0, 2, 2)),
    S(arr(3, 0)),
    S(arr(0, 3)),
]
POSITIVE = [S(positive(3, 3)), S(positive(2, 1, 2, 2), upper=True), S(positive(0, 2, 2)), S(positive(0, 0))]
EXCHANGED = [
    S(arr(3, 3), pivots_of(3, 3)),
    S(arr(2, 4, 3), pivots_of(2, 4, 3)),
    S(arr(2, 3, 4), pivots_of(2, 3, 4)),
    S(arr(2, 3, 3), pivots_of(2, 3, 3), False),
    S(arr(2, 3, 3), pivots_of(2, 3, 3), True, False),
]
REFLECTED = [
    (arr(3, 3), arr(3)),
    (arr(2, 4, 3), arr(2, 3)),
    (arr(4, 3), arr(2)),
    (arr(4, 3), arr(0)),
    (arr(0, 3, 2), arr(0, 2)),
]

CASES = [
    Case(
        "linalg_cholesky",
        reference=lambda input, upper=False: np.linalg.cholesky(input, upper=upper),
        samples=POSITIVE,
        differentiable=False,
    ),
    Case(
        "linalg_cholesky_ex",
        reference=lambda input, upper=False: (
            np.linalg.cholesky(input, upper=upper),
            np.zeros(input.shape[:-2]),
        ),
        samples=POSITIVE,
        differentiable=False,
    ),
    Case(
        "cholesky_solve",
        reference=lambda B, L, upper=False: np.linalg.solve(
            np.swapaxes(L, -1, -2) @ L if upper else L @ np.swapaxes(L, -1, -2), B
        ),
        samples=[
            S(arr(3, 2), factor(3, 3)),
            S(arr(2, 3, 2), factor(3, 3).T, True),
            S(arr(3, 2), factor(2, 3, 3)),
            S(arr(2, 0), factor(2, 2)),
        ],
        differentiable=False,
    ),
    Case(
        "cholesky_inverse",
        reference=lambda L, upper=False: np.linalg.inv(
            np.swapaxes(L, -1, -2) @ L if upper else L @ np.swapaxes(L, -1, -2)
        ),
        samples=[S(factor(3, 3)), S(factor(2, 3, 3).swapaxes(-1, -2), True), S(factor(2, 0, 0))],
        differentiable=False,
    ),
    Case(
        "linalg_qr",
        reference=lambda A, mode="reduced": (
            (np.zeros(0), np.linalg.qr(A, mode="r")) if mode == "r" else np.linalg.qr(A, mode=mode)
        ),
        samples=[*GENERAL, S(arr(2, 3, 4), "complete"), S(arr(3, 3), mode="complete")],
    ),
    Case("linalg_svd", reference=None, samples=GENERAL, differentiable=False),
    Case(
        "linalg_svdvals",
        reference=lambda A: np.linalg.svd(A, compute_uv=False),
        samples=GENERAL,
    ),
    Case("linalg_eigh", reference=None, samples=[S(arr(3, 3)), S(arr(2, 2, 2), "U")], differentiable=False),
    Case(
        "linalg_eigvalsh",
        reference=lambda A, UPLO="L": np.linalg.eigvalsh(A, UPLO),
        samples=[S(arr(3, 3)), S(arr(2, 3, 3), "U"), S(arr(0, 2, 2)), S(arr(0, 0))],
        differentiable=False,
    ),
    Case("linalg_eig", reference=None, samples=[S(arr(3, 3)), S(arr(0, 2, 2))], differentiable=False),
    Case("linalg_eigvals", reference=None, samples=[S(arr(3, 3)), S(arr(0, 2, 2))], differentiable=False),
    Case("linalg_lu_factor_ex", reference=lu_factor, samples=[*GENERAL, S(arr(3, 4), pivot=False)]),
    Case("linalg_lu", reference=lu, samples=[*GENERAL[:5], S(arr(4, 3), pivot=False)]),
    Case("lu_unpack", reference=unpacked, samples=EXCHANGED),
    Case(
        "lu_permutation",
        reference=permutation,
        samples=[S(pivots_of(3, 3), 3), S(pivots_of(2, 4, 3), 4), S(pivots_of(2, 3, 4), 3)],
        differentiable=False,
    ),
    Case(
        "linalg_lu_solve",
        reference=lu_solve,
        samples=[
            S(arr(3, 3, low=1), pivots_of(3, 3), arr(3, 2)),
            S(arr(2, 3, 3, low=1), pivots_of(2, 3, 3), arr(3, 2), adjoint=True),
            S(arr(3, 3, low=1), pivots_of(3, 3), arr(2, 2, 3), left=False),
            S(arr(3, 3, low=1), pivots_of(3, 3), arr(2, 3), left=False, adjoint=True),
        ],
    ),
    Case(
        "linalg_householder_product",
        reference=lambda A, tau: reflections(A, tau)[..., : A.shape[-1]],
        samples=[S(A, tau) for A, tau in REFLECTED],
    ),
    Case(
        "ormqr",
        reference=turned,
        samples=[
            S(arr(3, 3), arr(3), arr(3, 2)),
            S(arr(2, 4, 3), arr(2, 3), arr(2, 4, 2), True, True),
            S(arr(4, 3), arr(2), arr(2, 4), False),
            S(arr(2, 3, 4), arr(2, 2), arr(2, 1, 3), left=False, transpose=True),
        ],
    ),
    Case("geqrf", reference=geqrf, samples=GENERAL),
    Case(
        "linalg_ldl_factor_ex",
        reference=ldl_factor,
        samples=[S(arr(4, 4)), S(arr(2, 3, 3)), S(arr(0, 2, 2))],
        differentiable=False,
        kernel_only=True,
    ),
    Case(
        "linalg_ldl_solve",
        reference=symmetric_solve,
        samples=[
            S(arr(3, 3, low=1), np.arange(1, 4, dtype=np.int32), arr(3, 2)),
            S(arr(2, 3, 3, low=1), np.tile(np.arange(1, 4, dtype=np.int32), (2, 1)), arr(3, 2)),
        ],
        differentiable=False,
        kernel_only=True,
    ),
]
