"""Determinants, their logarithms and signs, and the adjugates that are their derivatives.

https://pytorch.org/docs/stable/generated/torch.linalg.det.html
"""

from __future__ import annotations

import math
from typing import Any

from ...typing import Array, Namespace
from .._arrays import is_complex
from ..matrices import require_square
from ..operation import op
from .results import SlogDet


@op
def linalg_det(xp: Namespace, A: Array) -> Array:
    """The determinants of square matrices: (*, n, n) -> (*). float32, float64 or complex.

    The gradient is right at singular matrices, too. Raises RuntimeError for other shapes and dtypes.
    """
    require_square(A)
    return xp.linalg.det(A)


@linalg_det.vjp("A")
def _(xp: Namespace, g: Array, A: Array) -> Array:
    return _as_matrices(xp, g) * xp.linalg_adjugate(A).mT


def _as_matrices(xp: Namespace, numbers: Array) -> Array:
    return xp.expand_dims(xp.expand_dims(numbers, axis=-1), axis=-1)


@op
def linalg_adjugate(xp: Namespace, A: Array) -> Array:
    """The transposed cofactors of square matrices, det(A) A^-1 where that exists: (*, n, n) -> (*, n, n).

    With A = U S V^H it is det(U V^H) V adj(S) U^H, and adj(S) has on its diagonal the products of the other singular
    values: nothing is divided. Raises RuntimeError for other shapes and dtypes.
    """
    require_square(A)
    U, S, Vh = xp.linalg.svd(A)
    turned = xp.adjoint(Vh) * xp.expand_dims(xp.astype(_others(xp, S), A.dtype), axis=-2)
    return _as_matrices(xp, xp.linalg.det(U) * xp.linalg.det(Vh)) * (turned @ xp.adjoint(U))


def _others(xp: Namespace, values: Array) -> Array:
    """For each of (*, n) the product of all others."""
    before = xp.cumulative_prod(values, axis=-1, include_initial=True)[..., :-1]
    return before * _after(xp, values)


def _after(xp: Namespace, values: Array) -> Array:
    """For each of (*, n) the product of those behind it."""
    turned = xp.cumulative_prod(xp.flip(values, axis=-1), axis=-1, include_initial=True)
    return xp.flip(turned[..., :-1], axis=-1)


def _other_pairs(xp: Namespace, values: Array) -> Array:
    """For each two of (*, n) the product of all others, zeros on the diagonal: (*, n, n)."""
    size = values.shape[-1]
    place = xp.arange(size, device=values.device)
    behind = xp.expand_dims(place, axis=-1) < place
    between = xp.cumulative_prod(
        xp.where(behind, xp.expand_dims(values, axis=-2), 1.0), axis=-1, include_initial=True
    )[..., :-1]
    before = xp.cumulative_prod(values, axis=-1, include_initial=True)[..., :-1]
    product = xp.expand_dims(before, axis=-1) * between * xp.expand_dims(_after(xp, values), axis=-2)
    above = xp.where(behind, product, 0.0)
    return above + above.mT


@linalg_adjugate.vjp("A")
def _(xp: Namespace, g: Array, A: Array) -> Array:
    """Where A is a diagonal S, adj(S + E) - adj(S) has to first order the elements -P_ij E_ij beside the diagonal and
    sum_j P_ij E_jj on it, with P_ij the product of all singular values but two.
    """
    U, S, Vh = xp.linalg_svd(A)
    left, right = xp.adjoint(U).mT, xp.adjoint(Vh).mT
    scale = _as_matrices(xp, xp.linalg_det(U) * xp.linalg_det(Vh))
    g = scale * (right @ g @ left)
    pairs = xp.astype(_other_pairs(xp, S), A.dtype)
    along = pairs @ xp.expand_dims(xp.diagonal(g, 0, -2, -1), axis=-1)
    inner = xp.diag_embed(along[..., 0]) - pairs * g
    return left @ inner @ right


@op(holomorphic=False)
def linalg_slogdet(xp: Namespace, A: Array) -> SlogDet:
    """Sign and logarithm of the magnitude of determinants: (*, n, n) -> (*), (*). float32, float64 or complex.

    det(A) = sign * exp(logabsdet); of complex matrices the sign is a number of magnitude 1, of singular ones 0, and
    logabsdet minus infinity. Where it is, the gradient is NaN. Raises RuntimeError for other shapes and dtypes.
    """
    require_square(A)
    sign, logabsdet = xp.linalg.slogdet(A)
    return SlogDet(sign, logabsdet)


@linalg_slogdet.vjp("A")
def _(xp: Namespace, g: Any, A: Array, out: Any) -> Array:
    """(g_logabsdet + i Im(g_sign conj(sign))) A^-H, from d log det(A) = tr(A^-1 dA)."""
    (g_sign, g_log), (sign, _) = g, out
    singular = _as_matrices(xp, sign == 0)
    identity = xp.eye(A.shape[-1], dtype=A.dtype, device=A.device)
    inverse = xp.linalg_inv(xp.where(singular, identity, A))
    scale = g_log
    if is_complex(A):
        turning = g_sign * xp.conj(sign)
        scale = g_log + 0.5 * (turning - xp.conj(turning))
    return xp.where(singular, math.nan, _as_matrices(xp, scale) * xp.adjoint(inverse))


@op
def logdet(xp: Namespace, A: Array) -> Array:
    """The logarithms of determinants: (*, n, n) -> (*), NaN where a real determinant is negative.

    float32, float64 or complex. Minus infinity, with a gradient of NaN, where A is singular. Raises RuntimeError for
    other shapes and dtypes.
    """
    sign, logabsdet = xp.linalg_slogdet(A)
    if is_complex(A):
        return logabsdet + xp.log(sign)
    return xp.where(sign < 0, math.nan, logabsdet)
