"""Linear equations with triangular matrices.

https://pytorch.org/docs/stable/generated/torch.linalg.solve_triangular.html
"""

from __future__ import annotations

from ...typing import Array, Namespace, Shape
from ..broadcasting import broadcast_shapes
from ..matrices import require_matrices, require_same_dtype, require_square
from ..operation import op
from .fitting import require_fit
from .results import TriangularSolve


@op
def linalg_solve_triangular(
    xp: Namespace, input: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Array:
    """X with A X = B, or X A = B without `left`, where A is `input`: (*, n, n), (*, n, k) or (*, k, n) -> as B.

    A is triangular: its upper or lower triangle is read, the other one never, nor the diagonal if it is
    `unitriangular`, that is 1. Batches are broadcast. float32, float64 or complex. A zero on the diagonal gives
    infinities and NaN. Raises RuntimeError for sizes that do not fit and for dtypes that differ.
    """
    right = xp.broadcast_to(B, (*common_batch(input, B, left), *B.shape[-2:]))
    if left:
        return _substituted(xp, input, right, upper, unitriangular)
    return _substituted(xp, input.mT, right.mT, not upper, unitriangular).mT


def common_batch(A: Array, B: Array, left: bool) -> Shape:
    """The batch that both sides of an equation with triangular matrices broadcast to; both are checked.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not suit the equation A X = B, or X A = B without `left`.
    """
    require_square(A)
    require_matrices(B, "B")
    require_same_dtype(("A", A), ("B", B))
    require_fit(A, B, left)
    return broadcast_shapes(A.shape[:-2], B.shape[:-2])


def _substituted(xp: Namespace, A: Array, B: Array, upper: bool, unit: bool) -> Array:
    """Substitution by halves, so that most of the work is matrix products: X = [X1, X2] with
    A22 X2 = B2 and A11 X1 = B1 - A12 X2 for an upper triangle, A11 X1 = B1 and A22 X2 = B2 - A21 X1 for a lower.
    """
    size = A.shape[-1]
    if size < 2:
        return B if unit or not size else B / A
    half = size // 2
    A1, A2 = A[..., :half, :half], A[..., half:, half:]
    B1, B2 = B[..., :half, :], B[..., half:, :]
    if upper:
        below = _substituted(xp, A2, B2, upper, unit)
        above = _substituted(xp, A1, B1 - A[..., :half, half:] @ below, upper, unit)
    else:
        above = _substituted(xp, A1, B1, upper, unit)
        below = _substituted(xp, A2, B2 - A[..., half:, :half] @ above, upper, unit)
    return xp.concat([above, below], axis=-2)


@linalg_solve_triangular.vjp("input", "B")
def _(
    xp: Namespace, g: Array, input: Array, out: Array, wanted: tuple[bool, bool], upper: bool, left: bool,
    unitriangular: bool,
) -> tuple[Array | None, Array]:  # fmt: skip
    g_B = xp.linalg_solve_triangular(input.mT, g, upper=not upper, left=left, unitriangular=unitriangular)
    if not wanted[0]:
        return None, g_B
    full = g_B @ out.mT if left else out.mT @ g_B
    inside = 1 if unitriangular else 0
    return -(xp.triu(full, k=inside) if upper else xp.tril(full, k=-inside)), g_B


@op(autocast={"cpu": "float32"})
def triangular_solve(
    xp: Namespace,
    b: Array,
    A: Array,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> TriangularSolve:
    """PyTorch's older form of `linalg.solve_triangular`: X with A X = b, or with `transpose` A^T X = b, and a copy of
    A.

    (*, n, k), (*, n, n) -> (*, n, k), (*, n, n), batches broadcast. Raises RuntimeError for sizes that do not fit and
    for dtypes that differ.
    """
    matrix = A.mT if transpose and A.ndim > 1 else A
    solution = xp.linalg_solve_triangular(matrix, b, upper=upper != transpose, unitriangular=unitriangular)
    batch = solution.shape[:-2]
    return TriangularSolve(solution, xp.asarray(xp.broadcast_to(A, (*batch, *A.shape[-2:])), copy=True))
