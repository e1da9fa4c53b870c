"""Cases of ops/solving, ops/matrix_function.py and ops/vandermonde.py: well-conditioned matrices, real and complex.

What singular, rank-deficient and Hermitian matrices give is tested in test_solving.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from tests.ops.case import Case, S, arr, ints

RANDOM = np.random.default_rng(5)


def square(*shape: int, dtype: str = "float64") -> np.ndarray:
    """Matrices with a dominant diagonal, no two elements of it of one size."""
    values = RANDOM.uniform(-0.5, 0.5, shape)
    if dtype == "complex128":
        values = values + 1j * RANDOM.uniform(-0.5, 0.5, shape)
    size = shape[-1]
    return values + np.diag(np.arange(2, 2 + size) * (-1.0) ** np.arange(size))


def tall(*shape: int, dtype: str = "float64") -> np.ndarray:
    """Matrices of full rank with more rows than columns."""
    rows, columns = shape[-2:]
    return square(*shape[:-2], rows, rows, dtype=dtype)[..., :columns].copy()


def each(matrices: np.ndarray) -> list[Any]:
    """A call of one matrix for each of a few kinds."""
    return [S(matrix) for matrix in matrices]


SQUARES = [
    square(3, 3), square(2, 4, 4), square(1, 1), np.zeros((0, 0)), np.zeros((0, 2, 2)), np.zeros((2, 0, 0)),
    square(2, 3, 3, dtype="complex128"),
]  # fmt: skip


def in_columns(A: Any, B: Any) -> Any:
    """B as NumPy's solve takes it, and what undoes that."""
    vectors = B.ndim == 1 or B.shape == A.shape[:-1]
    return (B[..., None], lambda X: X[..., 0]) if vectors else (B, lambda X: X)


def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """NumPy's, on either side."""
    if not left:
        return np.linalg.solve(A.swapaxes(-1, -2), B.swapaxes(-1, -2)).swapaxes(-1, -2)
    columns, back = in_columns(A, B)
    return back(np.linalg.solve(A, columns))


def solve_ex(A: Any, B: Any, *, left: bool = True) -> Any:
    """NumPy's, and that nothing failed."""
    return solve(A, B, left=left), np.zeros(A.shape[:-2])


def triangle(input: Any, upper: bool, unitriangular: bool) -> Any:
    """The triangle that is read."""
    part = (np.triu if upper else np.tril)(input, (1 if upper else -1) * unitriangular)
    return part + np.eye(input.shape[-1]) * unitriangular


def solve_triangular(
    input: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """By NumPy's general solver."""
    return solve(triangle(input, upper, unitriangular), B, left=left)


def older_triangular(
    b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """By NumPy's general solver."""
    part = triangle(A, upper, unitriangular)
    X = solve(part.swapaxes(-1, -2) if transpose else part, b)
    return X, np.broadcast_to(A, (*X.shape[:-2], *A.shape[-2:]))


def adjugate(A: Any) -> Any:
    """By minors."""
    size = A.shape[-1]
    out = np.empty_like(A)
    for i in range(size):
        for j in range(size):
            minor = np.delete(np.delete(A, i, -2), j, -1)
            out[..., j, i] = (-1) ** (i + j) * np.linalg.det(minor)
    return out


def logdet(A: Any) -> Any:
    """The logarithm of NumPy's determinant."""
    value = np.linalg.det(A)
    return np.log(value)


def lstsq(input: Any, b: Any, rcond: float | None = None) -> Any:
    """By the normal equations, or of wide matrices by those of the least solution."""
    columns = b if b.ndim == input.ndim else b[..., None]
    H = np.conj(input.swapaxes(-1, -2))
    rows, size = input.shape[-2:]
    X = np.linalg.solve(H @ input, H @ columns) if rows >= size else H @ np.linalg.solve(input @ H, columns)
    rest = np.sum(np.abs(input @ X - columns) ** 2, axis=-2)
    rank = np.full(input.shape[:-2], min(rows, size))
    return X if b.ndim == input.ndim else X[..., 0], rest, rank


def cond(input: Any, p: Any = None) -> Any:
    """NumPy's; of no numbers 0."""
    return np.linalg.cond(input, p) if input.size else np.zeros(input.shape[:-2])


def tensorsolve(input: Any, other: Any, dims: Any = None) -> Any:
    """NumPy's."""
    return np.linalg.tensorsolve(input, other, axes=dims)


def matrix_exp(input: Any) -> Any:
    """SciPy's, which takes no empty matrices."""
    return scipy.linalg.expm(input) if input.size else input


def vander(x: Any, *, N: int | None = None) -> Any:
    """By powers."""
    x = np.atleast_1d(x)
    return x[..., None] ** np.arange(x.shape[-1] if N is None else N)


TRIANGULAR = [
    S(square(3, 3), arr(3, 2), upper=True),
    S(square(5, 5), arr(5, 2), upper=False),
    S(square(2, 4, 4), arr(4, 3), upper=True, unitriangular=True),
    S(square(3, 3), arr(2, 3, 1), upper=False, unitriangular=True),
    S(square(4, 4), arr(2, 4), upper=True, left=False),
    S(square(2, 1, 3, 3), arr(4, 2, 3), upper=False, left=False),
    S(square(3, 3, dtype="complex128"), arr(3, 2, dtype="complex128"), upper=True),
    S(square(3, 3, dtype="complex128"), arr(2, 3, dtype="complex128"), upper=False, left=False),
    S(np.zeros((0, 0)), arr(0, 2), upper=True),
    S(square(3, 3), arr(3, 0), upper=True),
]
EQUATIONS = [
    S(square(3, 3), arr(3, 2)),
    S(square(3, 3), arr(3)),
    S(square(2, 3, 3), arr(2, 3)),
    S(square(2, 3, 3), arr(3)),
    S(square(2, 1, 3, 3), arr(4, 3, 2)),
    S(square(3, 3), arr(4, 3, 2)),
    S(square(3, 3), arr(2, 3), left=False),
    S(square(2, 3, 3), arr(4, 1, 2, 3), left=False),
    S(square(3, 3, dtype="complex128"), arr(3, 2, dtype="complex128")),
    S(square(3, 3, dtype="complex128"), arr(2, 3, dtype="complex128"), left=False),
    S(np.zeros((0, 0)), arr(0, 2)),
    S(square(3, 3), arr(0, 3, 2)),
]
LOW = tall(5, 4) @ np.diag([1.0, 1, 0, 0])  # of rank 2

CASES = [
    Case("linalg_solve_triangular", reference=solve_triangular, samples=TRIANGULAR),
    Case(
        "triangular_solve",
        reference=older_triangular,
        samples=[
            S(arr(3, 2), square(3, 3)),
            S(arr(3, 2), square(3, 3), False, True),
            S(arr(3, 2), square(2, 3, 3), True, True, True),
        ],
    ),
    Case("linalg_solve", reference=solve, samples=EQUATIONS),
    Case("linalg_solve_ex", reference=solve_ex, samples=EQUATIONS),
    Case("linalg_inv", reference=np.linalg.inv, samples=each(SQUARES)),
    Case(
        "linalg_inv_ex",
        reference=lambda A: (np.linalg.inv(A), np.zeros(A.shape[:-2])),
        samples=each(SQUARES),
    ),
    Case("linalg_det", reference=np.linalg.det, samples=each(SQUARES)),
    Case("linalg_adjugate", reference=adjugate, samples=each(SQUARES)),
    Case("linalg_slogdet", reference=np.linalg.slogdet, samples=each(SQUARES)),
    Case("logdet", reference=logdet, samples=[S(square(1, 1)), S(square(4, 4)), S(SQUARES[-1])]),
    Case(
        "linalg_pinv",
        reference=lambda input, atol=None, rtol=None: np.linalg.pinv(input),
        samples=[
            S(tall(4, 3)),
            S(tall(2, 4, 2).swapaxes(-1, -2).copy()),
            S(square(3, 3)),
            S(tall(4, 3, dtype="complex128")),
            S(tall(4, 3), 1e-3, 1e-4),
            S(np.zeros((0, 3))),
            S(np.zeros((2, 3, 0))),
        ],
    ),
    Case("pinverse", reference=np.linalg.pinv, samples=[S(tall(4, 3)), S(tall(2, 4, 3))]),
    Case(
        "linalg_matrix_rank",
        reference=lambda input, atol=0, rtol=1e-6: (
            np.sum(
                np.linalg.svd(input, compute_uv=False) > max(atol, rtol * np.linalg.norm(input, 2)), axis=-1
            )
            if input.size
            else np.zeros(input.shape[:-2])
        ),
        differentiable=False,
        samples=[S(tall(4, 3)), S(LOW), S(LOW, 100.0, 0.0), S(LOW, 0.0, 0.5), S(np.zeros((2, 0, 3)))],
    ),
    Case(
        "linalg_lstsq",
        reference=lstsq,
        samples=[
            S(tall(4, 3), arr(4, 2)),
            S(tall(4, 3), arr(4)),
            S(tall(2, 4, 3), arr(2, 4)),
            S(tall(1, 4, 3), arr(2, 4, 2)),
            S(square(3, 3), arr(3, 2)),
            S(tall(4, 2).T.copy(), arr(2, 3)),
            S(tall(4, 3, dtype="complex128"), arr(4, 2, dtype="complex128")),
        ],
    ),
    Case(
        "linalg_cond",
        reference=cond,
        samples=[
            *[S(square(3, 3), p) for p in (None, 2, -2, "fro", "nuc", 1, -1, np.inf, -np.inf)],
            S(tall(2, 4, 3)),
            S(square(2, 3, 3, dtype="complex128"), 1),
            S(np.zeros((2, 0, 0))),
        ],
    ),
    Case(
        "linalg_tensorinv",
        reference=np.linalg.tensorinv,
        samples=[
            S(square(6, 6).reshape(2, 3, 6)),
            S(square(6, 6).reshape(6, 2, 3), 1),
            S(square(4, 4).reshape(2, 2, 2, 2)),
        ],
    ),
    Case(
        "linalg_tensorsolve",
        reference=tensorsolve,
        samples=[
            S(square(6, 6).reshape(2, 3, 6), arr(2, 3)),
            S(square(6, 6).reshape(6, 2, 3), arr(2, 3), (0,)),
            S(square(6, 6).reshape(2, 3, 2, 3), arr(2, 3)),
        ],
    ),
    Case(
        "linalg_matrix_power",
        reference=np.linalg.matrix_power,
        samples=[
            *[S(square(3, 3), n) for n in (1, 2, 3, 6, -1, -2, 0)],
            S(square(2, 3, 3, dtype="complex128"), 3),
            S(np.zeros((2, 0, 0)), 2),
            S(ints(3, 3), 3),
        ],
    ),
    Case(
        "linalg_matrix_exp",
        reference=matrix_exp,
        samples=[
            S(arr(3, 3)),
            S(arr(2, 4, 4, low=-0.1, high=0.1)),
            S(arr(3, 3, low=-9, high=2)),
            S(arr(3, 3, dtype="complex128")),
            S(np.array([[[0.0, 3.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])),
            S(arr(0, 0)),
            S(arr(1, 1)),
        ],
    ),
    Case(
        "linalg_vander",
        reference=vander,
        samples=[
            S(arr(3)),
            S(arr(2, 3), N=5),
            S(np.array([0.0, 0.5, -1.0]), N=4),
            S(arr(2, 3, dtype="complex128"), N=2),
            S(arr(2, 0), N=3),
            S(arr(), N=3),
            S(ints(3), N=4),
        ],
    ),
    Case(
        "vander",
        reference=lambda x, N=None, increasing=False: np.vander(x, N, increasing),
        samples=[S(arr(3)), S(arr(3), 5, True), S(arr(2), 0), S(arr(0)), S(ints(3), 2)],
    ),
]
