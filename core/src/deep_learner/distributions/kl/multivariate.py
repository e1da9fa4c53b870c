"""Divergences of normal distributions of several variables.

All are half of ``tr(Q^-1 P) + (m - n)^T Q^-1 (m - n) - k + log det Q - log det P`` for covariance matrices P and Q and
means n and m of k variables.
"""

from __future__ import annotations

from typing import Any

from ...linalg import solve_triangular
from ...tensor import Tensor
from ..lowrank_multivariate_normal import LowRankMultivariateNormal
from ..multivariate_normal import MultivariateNormal, log_diagonal, mahalanobis
from .dispatch import register_kl


def _columns(p: Any) -> list[Tensor]:
    """Matrices whose squares ``A A^T`` add up to the covariance matrix."""
    if isinstance(p, MultivariateNormal):
        return [p._unbroadcasted_scale_tril]
    return [p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag.sqrt().diag_embed()]


def _log_determinant(p: Any) -> Tensor:
    return (
        2 * log_diagonal(p._unbroadcasted_scale_tril)
        if isinstance(p, MultivariateNormal)
        else p.log_determinant()
    )


def _distance(q: Any, difference: Tensor) -> Tensor:
    if isinstance(q, MultivariateNormal):
        return mahalanobis(q._unbroadcasted_scale_tril, difference)
    return q.distance(difference)


def _trace(q: Any, columns: Tensor) -> Tensor:
    """The trace of ``Q^-1 A A^T``."""
    if isinstance(q, MultivariateNormal):
        return solve_triangular(q._unbroadcasted_scale_tril, columns, upper=False).square().sum((-2, -1))
    inner = solve_triangular(q._capacitance_tril, q.factor_over_diag, upper=False) @ columns
    plain = columns.square() / q._unbroadcasted_cov_diag.unsqueeze(-1)
    return plain.sum((-2, -1)) - inner.square().sum((-2, -1))


def _divergence(p: Any, q: Any) -> Tensor:
    if p.event_shape != q.event_shape:
        raise ValueError(
            "the divergence is of normal distributions of as many variables. "
            f"Received: {p.event_shape} and {q.event_shape}"
        )
    total = _log_determinant(q) - _log_determinant(p) + _distance(q, q.loc - p.loc) - p.event_shape[0]
    for columns in _columns(p):
        total = total + _trace(q, columns)
    return 0.5 * total


for _p in (MultivariateNormal, LowRankMultivariateNormal):
    for _q in (MultivariateNormal, LowRankMultivariateNormal):
        register_kl(_p, _q)(_divergence)
