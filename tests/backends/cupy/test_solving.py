"""Solutions on the GPU are those of the CPU, and a singular matrix, which CuPy passes over in silence, is an error."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import linalg

pytestmark = pytest.mark.usefixtures("gpu")
RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("A", "B"),
    [((4, 4), (4, 2)), ((4, 4), (4,)), ((3, 4, 4), (3, 4)), ((3, 4, 4), (4, 2)), ((4, 4), (3, 4, 2))],
    ids=str,
)
def test_solutions_are_those_of_the_cpu(A, B):
    A, B = RANDOM.normal(size=A), RANDOM.normal(size=B)
    x, y = dl.tensor(A, device="cuda", requires_grad=True), dl.tensor(B, device="cuda")
    a, b = dl.tensor(A, requires_grad=True), dl.tensor(B)
    calls = [
        linalg.solve,
        lambda A, B: linalg.inv(A) @ B if B.ndim > 1 and B.shape != A.shape[:-1] else linalg.inv(A),
        lambda A, B: linalg.slogdet(A).logabsdet,
        lambda A, B: linalg.det(A),
        lambda A, B: linalg.matrix_exp(A),
    ]
    for call in calls:
        mine, other = call(x, y), call(a, b)
        np.testing.assert_allclose(mine.detach().cpu().numpy(), other.detach().numpy(), rtol=1e-9, atol=1e-11)
        mine.sum().backward()
        other.sum().backward()
        np.testing.assert_allclose(x.grad.cpu().numpy(), a.grad.numpy(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("call", [linalg.inv, lambda x: linalg.solve(x, dl.ones(2, 1, device="cuda"))])
def test_singular_matrices_are_named(call):
    x = dl.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]], device="cuda")
    with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 1\).*singular"):
        call(x)
