"""What solvers ask of the two sides of an equation, and how they say that there is no answer."""

from __future__ import annotations

from collections.abc import Callable

from ...tensor import wrap
from ...typing import Array, Namespace, Shape
from ..factorisation.failures import require_success
from ..matrices import require_matrices, require_same_dtype, require_square


def require_fit(A: Array, B: Array, left: bool) -> None:
    """Refuse B of other sizes than the equation allows.

    Raises
    ------
    RuntimeError
        If the rows of B, or without `left` the columns, are not as many as those of A.
    """
    rows, columns = B.shape[-2:]
    size = A.shape[-2]
    if size != (rows if left else columns):
        raise RuntimeError(
            f"Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({size}x{A.shape[-1]} and {rows}x{columns})"
        )


def holds_vectors(A_shape: Shape, B_shape: Shape) -> bool:
    """Whether B is a vector, or a batch of them beside a batch of matrices just as large."""
    return len(B_shape) == 1 or B_shape == A_shape[:-1]


def in_columns(xp: Namespace, A: Array, B: Array, left: bool) -> Array:
    """B with its vectors, if it holds such, as matrices of one column; both sides are checked.

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not suit the equation A X = B, or X A = B without `left`.
    """
    require_square(A)
    vectors = holds_vectors(A.shape, B.shape)
    if vectors and not left:
        raise RuntimeError(
            "vectors B are not supported for left=False, where X A = B asks for matrices. "
            f"Got B of shape {list(B.shape)}; write B.unsqueeze(-2) for rows"
        )
    columns = xp.expand_dims(B, axis=-1) if vectors else B
    require_matrices(columns, "B")
    require_same_dtype(("A", A), ("B", B))
    require_fit(A, columns, left)
    return columns


def refuse_singular(xp: Namespace, A: Array, reason: Callable[[int], str]) -> None:
    """Say which matrix an array library has found to be singular.

    Raises
    ------
    LinAlgError
        About the first one, with what `reason` says of the place of its first zero pivot.
    """
    require_success(wrap(xp.linalg_lu_factor_ex(A)[2]), reason)


def no_solution(place: int) -> str:
    """What is said of equations with a singular matrix."""
    return f"The solver failed because the input matrix is singular: its pivot {place} is zero."


def no_inverse(place: int) -> str:
    """What is said of a matrix that has no inverse."""
    return (
        f"The diagonal element {place} is zero, the inversion could not be completed because the input matrix is "
        "singular."
    )
