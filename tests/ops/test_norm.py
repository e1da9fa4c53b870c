"""Truths about ops/norm.py: every order, gradients at zero, ties, complex numbers, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import linalg, tensor
from deep_learner.ops import norm as norms
from tests.ops.outputs import assert_outputs_like_torch, floats

INF = float("inf")
ORDERS = [2, 1, 3, 2.5, 0.5, 0, -1, -2, INF, -INF]


@pytest.mark.parametrize("dim", [None, 0, -1, (0, 2)], ids=str)
@pytest.mark.parametrize("order", ORDERS)
def test_vector_norms_are_those_of_pytorch(order, dim):
    from tests.ops.oracle import torch

    x = floats(3, 4, 5)
    for keepdim in (False, True):
        assert_outputs_like_torch(norms.vector_norm, torch.linalg.vector_norm, x, order, dim, keepdim)


@pytest.mark.parametrize("order", ORDERS)
def test_the_gradient_of_complex_norms_points_along_the_numbers(order):
    from tests.ops.oracle import torch

    x = floats(3, 4) + 1j * floats(3, 4, seed=1)
    assert_outputs_like_torch(norms.vector_norm, torch.linalg.vector_norm, x, order, 1)


@pytest.mark.parametrize("order", [2, 1, 3, 2.5, 1.5, 0, INF])
def test_where_a_norm_is_zero_so_is_its_gradient(order):
    x = tensor([[0.0, 0.0, 0.0], [0.0, 3.0, -4.0]], requires_grad=True)
    norms.vector_norm(x, order, 1).backward()
    assert x.grad.numpy()[0].tolist() == [0.0, 0.0, 0.0]
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize("order", [-1, -2, 0.5, 3])
def test_a_zero_among_the_numbers_is_as_in_pytorch(order):
    from tests.ops.oracle import torch

    x = np.array([[0.0, 1.0, -2.0], [3.0, 1.0, 2.0]])
    assert_outputs_like_torch(norms.vector_norm, torch.linalg.vector_norm, x, order, 1)


@pytest.mark.parametrize(
    ("order", "dim"),
    [(None, None), (2, (0, 1)), ("nuc", (2, 0)), (3, 1), (1, (1, 2)), (None, (0, 2)), (0, (0,))],
    ids=str,
)
def test_the_norm_of_linalg_takes_vectors_or_matrices(order, dim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(linalg.norm, torch.linalg.norm, floats(3, 4, 5), order, dim)


@pytest.mark.parametrize("order", ["fro", "nuc", 2, -2, 1])
def test_norms_of_a_whole_matrix_need_no_dimensions(order):
    from tests.ops.oracle import torch

    x = floats(3, 4) + 1j * floats(3, 4, seed=1)
    assert_outputs_like_torch(linalg.norm, torch.linalg.norm, x, order)


def test_the_gradient_of_the_euclidean_norm_is_the_unit_vector():
    x = tensor([3.0, -4.0], requires_grad=True)
    norms.norm(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [0.6, -0.8], rtol=1e-6)


def test_the_greatest_magnitudes_share_the_gradient():
    from tests.ops.oracle import torch

    x = np.array([[2.0, -2.0, 1.0], [0.0, 0.0, 0.0], [1.0, 3.0, 2.0]])
    for order in (INF, -INF):
        assert_outputs_like_torch(norms.vector_norm, torch.linalg.vector_norm, x, order, 1)


@pytest.mark.parametrize("order", ["fro", "nuc", 2, -2, 1, -1, INF, -INF])
@pytest.mark.parametrize("dim", [(-2, -1), (0, 2), (2, 0), (1, 0)], ids=str)
def test_matrix_norms_are_those_of_pytorch(order, dim):
    from tests.ops.oracle import torch

    for keepdim in (False, True):
        assert_outputs_like_torch(
            norms.matrix_norm, torch.linalg.matrix_norm, floats(3, 4, 5), order, dim, keepdim
        )


@pytest.mark.parametrize(
    "arguments",
    [(), (None,), ("fro",), (1,), (INF, 1), (3, (0, 1)), ("fro", (0, 2), True), (2, None), ("nuc", (0, 2))],
    ids=str,
)
def test_the_older_norm_is_that_of_pytorch(arguments):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(norms.norm, torch.norm, floats(3, 4, 5), *arguments)


def test_the_dtype_option_is_the_dtype_of_the_computation():
    x = dl.tensor([3.0, 4.0], dtype=dl.float32)
    assert norms.vector_norm(x, dtype=dl.float64).dtype is dl.float64
    assert norms.norm(x, dtype=dl.float64).item() == 5.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: norms.vector_norm(tensor([1, 2])), "floating point or complex"),
        (lambda: norms.norm(tensor([3, 4]), dtype=dl.float32), "floating point or complex"),
        (lambda: norms.vector_norm(dl.ones(2, dtype=dl.float64), dtype=dl.float32), "without narrowing"),
        (lambda: norms.vector_norm(dl.ones(2), dtype=dl.complex64), "should be real for real inputs"),
        (lambda: norms.norm(dl.ones(2, 2, 2), "nuc"), "2-tuple"),
        (lambda: norms.norm(dl.ones(2, 2, 2), "fro", (0, 1, 2)), "2-tuple"),
        (lambda: norms.norm(dl.ones(2, 2), "max"), "p must be"),
        (lambda: norms.matrix_norm(dl.ones(2, 2), 3), "order 3 is not supported"),
        (lambda: norms.matrix_norm(dl.ones(2)), "at least 2 dimensions"),
        (lambda: norms.matrix_norm(dl.ones(2, 2), dim=(0, 0)), "appears multiple times"),
        (lambda: norms.matrix_norm(dl.ones(2, 2), dim=(0,)), "2-tuple"),
        (lambda: linalg.norm(dl.ones(2, 2, 2), 2), "1D or 2D"),
        (lambda: linalg.norm(dl.ones(2, 2, 2), dim=(0, 1, 2)), "one or two dimensions"),
        (lambda: norms.vector_norm(dl.ones(0), -1), "no elements"),
        (lambda: norms.vector_norm(dl.ones(0), INF), "no elements"),
    ],
)
def test_what_has_no_norm_is_refused(call, words):
    with pytest.raises(RuntimeError, match=words):
        call()
