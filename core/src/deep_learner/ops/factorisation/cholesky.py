"""Cholesky factorisations A = L L^H, and what their factors solve.

https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import LinAlgError
from ...tensor import Tensor
from ...typing import Array, Namespace
from ..matrices import require_matrices, require_same_dtype, require_square
from ..operation import op
from ..out import with_out
from .failures import not_positive_definite, require_success
from .results import CholeskyEx


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_cholesky(xp: Namespace, input: Array, *, upper: bool = False) -> Array:
    """The lower triangle L with `input` = L L^H, or with `upper` the upper one, L^H: (*, n, n) -> (*, n, n).

    `input` is Hermitian, positive definite, of which one triangle is read: the lower, or with `upper` the upper.
    float32, float64 or complex. Raises LinAlgError, which says which matrix, if one is not positive definite;
    RuntimeError for other shapes and dtypes.
    """
    require_square(input)
    return xp.linalg.cholesky(input, upper=upper)


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_cholesky_ex(xp: Namespace, input: Array, *, upper: bool = False) -> CholeskyEx:
    """`linalg_cholesky` that does not fail: beside the factor an int32 (*) that is 0, or the order of the first
    leading minor that is not positive; then nothing is known of the factor from that column on.

    Column by column: Golub & Van Loan, Matrix Computations, 4.2.5.
    """
    require_square(input)
    rest = xp.adjoint(input) if upper else input
    size = input.shape[-1]
    info = xp.zeros(input.shape[:-2], dtype=xp.int32, device=input.device)
    columns: list[Array] = []
    for j in range(size):
        pivot = rest[..., :1, 0]
        pivot = xp.real(pivot) if xp.isdtype(input.dtype, "complex floating") else pivot
        positive = pivot > 0
        info = xp.where((info == 0) & ~positive[..., 0], j + 1, info)
        root = xp.sqrt(xp.where(positive, pivot, 1.0))
        below = rest[..., 1:, 0] / root
        rest = rest[..., 1:, 1:] - xp.expand_dims(below, axis=-1) * xp.adjoint(xp.expand_dims(below, axis=-1))
        above = xp.zeros((*input.shape[:-2], j), dtype=input.dtype, device=input.device)
        columns.append(xp.concat([above, xp.astype(root, input.dtype), below], axis=-1))
    factor = xp.stack(columns, axis=-1) if columns else xp.zeros_like(input)
    return CholeskyEx(xp.adjoint(factor) if upper else factor, xp.astype(info, xp.int32))


@linalg_cholesky.vjp("input")
def _(xp: Namespace, g: Array, out: Array, upper: bool) -> Array:
    return _gradient(xp, g, out, upper)


@linalg_cholesky_ex.vjp("input")
def _(xp: Namespace, g: Any, out: Any, upper: bool) -> Array:
    return _gradient(xp, g[0], out[0], upper)


def _gradient(xp: Namespace, g: Array, factor: Array, upper: bool) -> Array:
    """L^-H (P + P^H) L^-1 / 2, with P the lower triangle of L^H g, its diagonal halved.

    Murray, Differentiation of the Cholesky decomposition, equation 10.
    """
    L, g = (xp.adjoint(factor), xp.adjoint(g)) if upper else (factor, g)
    inner = xp.tril(xp.adjoint(L) @ xp.tril(g))
    inner = 0.5 * (inner + xp.adjoint(xp.tril(inner, k=-1)))
    half = xp.linalg_solve_triangular(xp.adjoint(L), inner, upper=True)
    return xp.linalg_solve_triangular(L, half, upper=False, left=False)


@with_out
def cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False) -> CholeskyEx:
    """`linalg_cholesky_ex`, which raises a LinAlgError after all with `check_errors`."""
    result: Any = linalg_cholesky_ex(input, upper=upper)
    if check_errors:
        require_success(result.info, not_positive_definite, "linalg.cholesky_ex")
    return result


@op(holomorphic=False, autocast={"cpu": "float32"})
def cholesky_solve(xp: Namespace, input: Array, input2: Array, upper: bool = False) -> Array:
    """X with A X = `input`, where A = L L^H with L = `input2`, or L^H L with `upper`: (*, n, k), (*, n, n) ->
    (*, n, k), batches broadcast.

    Raises RuntimeError for sizes that do not fit and for dtypes that differ.
    """
    require_matrices(input, "input")
    require_square(input2, "input2")
    require_same_dtype(("input", input), ("input2", input2))
    size = input2.shape[-1]
    if input.shape[-2] != size:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {size} by {size} but each b matrix is "
            f"{input.shape[-2]} by {input.shape[-1]}"
        )
    factor = xp.adjoint(input2) if upper else input2
    half = xp.linalg_solve_triangular(factor, input, upper=False)
    return xp.linalg_solve_triangular(xp.adjoint(factor), half, upper=True)


@cholesky_solve.vjp("input", "input2")
def _(
    xp: Namespace, g: Array, input2: Array, out: Array, upper: bool, wanted: Sequence[bool]
) -> tuple[Array, Array | None]:
    g_input = xp.cholesky_solve(g, input2, upper)
    return g_input, _of_factor(xp, g_input @ xp.adjoint(out), input2, upper) if wanted[1] else None


def _of_factor(xp: Namespace, half: Array, L: Array, upper: bool) -> Array:
    """The gradient of L by way of A = L L^H, whose own is the Hermitian part of -`half`; also of what is not read, as
    in PyTorch: what makes triangles leaves it out."""
    whole = -(half + xp.adjoint(half))
    return xp.triu(L) @ whole if upper else whole @ xp.tril(L)


@op(name="cholesky_inverse", holomorphic=False, autocast={"cpu": "float32"})
def inverse_from_cholesky(xp: Namespace, input: Array, upper: bool = False) -> Array:
    """The inverse of L L^H with L = `input`, or of L^H L with `upper`: (*, n, n) -> (*, n, n)."""
    require_square(input, "input")
    factor = xp.adjoint(input) if upper else input
    identity = xp.broadcast_to(xp.eye(input.shape[-1], dtype=input.dtype, device=input.device), input.shape)
    half = xp.linalg_solve_triangular(factor, identity, upper=False)
    return xp.adjoint(half) @ half


@inverse_from_cholesky.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, upper: bool) -> Array:
    return _of_factor(xp, out @ (g @ out), input, upper)


@with_out
def cholesky_inverse(input: Tensor, upper: bool = False) -> Tensor:
    """The inverse of a Hermitian, positive definite matrix whose Cholesky factor is given.

    Parameters
    ----------
    input
        L, (*, n, n): the lower factor, or with `upper` the upper one; the other triangle is not read.
    upper
        Whether A = L^H L rather than A = L L^H.

    Returns
    -------
    Tensor
        (*, n, n).

    Raises
    ------
    LinAlgError
        If a diagonal element is zero.
    RuntimeError
        If `input` is no batch of square matrices, or not float32, float64 or complex.
    """
    require_square(input, "input")
    zeros: Any = input.detach().diagonal(dim1=-2, dim2=-1) == 0
    for place, row in enumerate(zeros.flatten(0, -2).tolist() if input.ndim > 2 else [zeros.tolist()]):
        if any(row):
            element = f"(Batch element {place}): " if input.ndim > 2 else ""
            raise LinAlgError(
                f"cholesky_inverse: {element}The diagonal element {row.index(True) + 1} is zero, the inversion "
                "could not be completed because the input matrix is singular."
            )
    return inverse_from_cholesky(input, upper)
