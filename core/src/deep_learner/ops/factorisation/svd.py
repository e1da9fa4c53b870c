"""Singular value decompositions A = U diag(S) Vh.

https://pytorch.org/docs/stable/generated/torch.linalg.svd.html
"""

from __future__ import annotations

from typing import Any

from ...typing import Array, Namespace
from ..matrices import require_matrices
from ..operation import op
from .gauge import differences, off_diagonal, quotient, require_invariance
from .results import SVD

DRIVERS = (None, "gesvd", "gesvdj", "gesvda")


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_svd(xp: Namespace, A: Array, full_matrices: bool = True, *, driver: str | None = None) -> SVD:
    """A = U diag(S) Vh: (*, m, n) -> (*, m, m), (*, k), (*, n, n), k = min(m, n); without `full_matrices` U is
    (*, m, k) and Vh (*, k, n).

    The columns of U and the rows of Vh are orthonormal, S is real and in descending order. float32, float64 or
    complex. `driver` is one of cuSOLVER's, "gesvd", "gesvdj" or "gesvda", or None; array libraries choose themselves.

    The gradient counts what belongs to the first k vectors. It grows without bound where singular values meet, unless
    only S is used, and for complex A raises a RuntimeError if the loss depends on the vectors' phases. Raises
    LinAlgError where the algorithm does not converge, RuntimeError for other shapes, dtypes and drivers.
    """
    require_matrices(A)
    _require_driver(driver)
    U, S, Vh = xp.linalg.svd(A, full_matrices=full_matrices)
    return SVD(U, S, Vh)


def _require_driver(driver: str | None) -> None:
    if driver not in DRIVERS:
        raise RuntimeError(f"unknown svd driver {driver!r}; expected None, 'gesvd', 'gesvdj' or 'gesvda'")


@linalg_svd.vjp("A")
def _(xp: Namespace, g: Any, out: Any) -> Array:
    """With K = U^H gU less its adjoint, L = V^H gV less its adjoint and E_ij = S_j^2 - S_i^2:
    U (K S / E + S L / E + diag(gS)) V^H + (I - U U^H) gU S^-1 V^H + U S^-1 gV^H (I - V V^H).

    Townsend, Differentiating the singular value decomposition.
    """
    gS, S = g[1], out[1]
    size = S.shape[-1]
    gU, U = (vectors[..., :size] for vectors in (g[0], out[0]))
    gVh, Vh = (vectors[..., :size, :] for vectors in (g[2], out[2]))
    left, right = xp.adjoint(U) @ gU, Vh @ xp.adjoint(gVh)
    K, L = left - xp.adjoint(left), right - xp.adjoint(right)
    across, along = xp.expand_dims(S, axis=-2), xp.expand_dims(S, axis=-1)
    E = differences(xp, S) * (across + along)
    inner = quotient(xp, off_diagonal(xp, K * across + along * L), E)
    middle = gS
    if xp.isdtype(U.dtype, "complex floating"):
        turns = xp.diagonal(K, 0, -2, -1)
        require_invariance(xp, "svd_backward", xp.imag(turns + xp.diagonal(L, 0, -2, -1)) / 2)
        middle = gS + quotient(xp, turns, 2.0 * S)
    inner = inner + xp.diag_embed(middle)
    result = U @ (inner @ Vh)
    if U.shape[-2] > size:
        result = result + quotient(xp, gU - U @ left, across) @ Vh
    if Vh.shape[-1] > size:
        result = result + U @ quotient(xp, gVh - xp.adjoint(right) @ Vh, along)
    return result


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_svdvals(xp: Namespace, A: Array, *, driver: str | None = None) -> Array:
    """The singular values in descending order: (*, m, n) -> (*, min(m, n)), real; `driver` as in `linalg_svd`.

    Raises as `linalg_svd`. The gradient is stable, also where singular values meet.
    """
    require_matrices(A)
    _require_driver(driver)
    return xp.linalg.svdvals(A)


@linalg_svdvals.vjp("A")
def _(xp: Namespace, g: Array, A: Array) -> Array:
    U, _, Vh = xp.linalg_svd(A, False)
    return (U * xp.expand_dims(g, axis=-2)) @ Vh
