"""QR factorisations: orthonormal columns times an upper triangle.

https://pytorch.org/docs/stable/generated/torch.linalg.qr.html
"""

from __future__ import annotations

from typing import Any

from ...typing import Array, Namespace, Shape
from ..matrices import require_matrices
from ..operation import op
from .results import QR

MODES = ("reduced", "complete", "r")


@op(holomorphic=False, autocast={"cpu": "float32"})
def linalg_qr(xp: Namespace, A: Array, mode: str = "reduced") -> QR:
    """A = Q R with orthonormal columns in Q and an upper triangle R: (*, m, n) -> (*, m, k), (*, k, n).

    k is min(m, n), or m with `mode` "complete"; with "r" Q is empty, (0,). float32, float64 or complex. Not
    differentiable with "r", nor with "complete" if m > n. Raises RuntimeError for other modes, shapes and dtypes.
    """
    require_matrices(A)
    if mode not in MODES:
        raise RuntimeError(
            f"qr received unrecognized mode {mode!r} but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    if mode == "r":
        return QR(xp.zeros((0,), dtype=A.dtype, device=A.device), xp.linalg.qr(A, mode="reduced")[1])
    Q, R = xp.linalg.qr(A, mode=mode)
    return QR(Q, R)


@linalg_qr.vjp("A")
def _(xp: Namespace, g: Any, out: Any, A_shape: Shape, mode: str) -> Array:
    rows, columns = A_shape[-2:]
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. "
            "Please use linalg.qr(A, mode='reduced') if you are going to require derivatives"
        )
    if mode == "complete" and rows > columns:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols, "
            f"as here with {rows} and {columns}"
        )
    (Q, R), (gQ, gR) = out, g
    if rows >= columns:
        return _tall(xp, Q, R, gQ, gR)
    # With A = [X Y] and R = [U V], X = Q U is square and V = Q^H Y.
    U, V, gU, gV = R[..., :rows], R[..., rows:], gR[..., :rows], gR[..., rows:]
    left = _tall(xp, Q, U, gQ + Q @ (V @ xp.adjoint(gV)), gU)
    return xp.concat([left, Q @ gV], axis=-1)


def _tall(xp: Namespace, Q: Array, R: Array, gQ: Array, gR: Array) -> Array:
    """(gQ + Q M) R^-H, where M is Hermitian and has the lower triangle of N = R gR^H - gQ^H Q: (N + N^H) / 2 on the
    diagonal, as the diagonal of R is real.

    Walter, Lehmann & Lamour, On evaluating higher-order derivatives of the QR decomposition of tall matrices with
    full column rank in forward and reverse mode algorithmic differentiation, section 2.
    """
    inner = R @ xp.adjoint(gR) - xp.adjoint(gQ) @ Q
    lower = 0.5 * (xp.tril(inner) + xp.tril(inner, k=-1))
    middle = lower + xp.adjoint(lower)
    return xp.linalg_solve_triangular(xp.adjoint(R), gQ + Q @ middle, upper=False, left=False)
