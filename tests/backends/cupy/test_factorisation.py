"""Factorisations on the GPU are those of the CPU, and what cuSOLVER passes over in silence is an error."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import linalg

pytestmark = pytest.mark.usefixtures("gpu")
RANDOM = np.random.default_rng(0)


def multiplied(name, A):
    """What a factorisation's results multiply to."""
    result = getattr(linalg, name)(A)
    if name == "lu":
        return result.P @ result.L @ result.U
    if name == "qr":
        return result.Q @ result.R
    if name == "svd":
        return (result.U[..., : result.S.shape[-1]] * result.S.unsqueeze(-2)) @ result.Vh[
            ..., : result.S.shape[-1], :
        ]
    values, vectors = result
    return (vectors * values.unsqueeze(-2)) @ vectors.mH


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("shape", [(4, 4), (3, 4, 4), (5, 3), (3, 5)])
def test_factors_multiply_to_what_was_factorised(shape, is_complex):
    A = RANDOM.normal(size=shape) + (1j * RANDOM.normal(size=shape) if is_complex else 0)
    x = dl.tensor(A, device="cuda")
    for name in ("lu", "qr", "svd"):
        np.testing.assert_allclose(multiplied(name, x).cpu().numpy(), A, atol=1e-10)
    for mine, other in zip(dl.geqrf(x), dl.geqrf(dl.tensor(A)), strict=True):
        np.testing.assert_allclose(mine.cpu().numpy(), other.numpy(), atol=1e-10)
    if shape[-1] == shape[-2]:
        hermitian = A @ A.conj().swapaxes(-1, -2) + np.eye(4)
        y = dl.tensor(hermitian, device="cuda")
        np.testing.assert_allclose(multiplied("eigh", y).cpu().numpy(), hermitian, atol=1e-10)
        for upper in (False, True):
            expected = np.linalg.cholesky(hermitian, upper=upper)
            np.testing.assert_allclose(linalg.cholesky(y, upper=upper).cpu().numpy(), expected, atol=1e-10)
            np.testing.assert_allclose(
                linalg.cholesky_ex(y, upper=upper).L.cpu().numpy(), expected, atol=1e-10
            )


def test_failures_are_errors():
    indefinite = dl.tensor(np.diag([1.0, -1.0, 1.0]), device="cuda").expand(2, 3, 3)
    with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 0\).*order 2"):
        linalg.cholesky(indefinite)
    assert linalg.cholesky_ex(indefinite).info.tolist() == [2, 2]
    singular = dl.ones(3, 3, device="cuda")
    assert linalg.lu_factor_ex(singular).info.item() == 2
    with pytest.raises(RuntimeError, match=r"U\[2,2\] is zero"):
        linalg.lu_factor(singular)
