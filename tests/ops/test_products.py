"""Truths about ops/products.py: conjugates, axes, orders of multiplication."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import products
from deep_learner.ops.products import _cheapest_splits
from tests.ops.outputs import assert_outputs_like_torch, floats


def complexes(*shape: int, seed: int = 0) -> np.ndarray:
    return floats(*shape, seed=seed) + 1j * floats(*shape, seed=seed + 10)


@pytest.mark.parametrize("name", ["dot", "vdot", "inner", "outer"])
@pytest.mark.parametrize("make", [floats, complexes])
def test_products_of_vectors_are_those_of_pytorch(name, make):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(getattr(products, name), getattr(torch, name), make(4), make(4, seed=1))


@pytest.mark.parametrize("make", [floats, complexes])
def test_vecdot_conjugates_its_first_operand(make):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(products.vecdot, torch.linalg.vecdot, make(2, 4), make(2, 4, seed=1))
    assert_outputs_like_torch(products.vecdot, torch.linalg.vecdot, make(5, 1, 4), make(2, 4, seed=1))
    assert_outputs_like_torch(products.vecdot, torch.linalg.vecdot, make(4, 2), make(4, 2, seed=1), dim=-2)


@pytest.mark.parametrize("dims", [0, 1, 2, ([0, 2], [1, 0]), ([], [])], ids=str)
def test_tensordot_sums_over_the_named_axes(dims):
    from tests.ops.oracle import torch

    b = {0: (2, 3), 1: (4, 5), 2: (3, 4, 5)}.get(dims if isinstance(dims, int) else -1, (4, 2, 3))
    assert_outputs_like_torch(
        products.tensordot, torch.tensordot, floats(2, 3, 4), floats(*b, seed=1), dims=dims
    )


def test_inner_takes_any_ranks():
    from tests.ops.oracle import torch

    assert_outputs_like_torch(products.inner, torch.inner, floats(2, 5, 4), floats(3, 4, seed=1))
    assert_outputs_like_torch(products.inner, torch.inner, floats(2, 3), np.asarray(floats()))


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_the_vector_product_is_that_of_pytorch(dim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(products.cross, torch.linalg.cross, floats(3, 3), floats(3, 3, seed=1), dim=dim)


def test_kronecker_products_and_traces_are_those_of_pytorch():
    from tests.ops.oracle import torch

    for a, b in (((2, 3), (4, 5)), ((2,), (2, 3)), ((2, 3, 2), (3,))):
        assert_outputs_like_torch(products.kron, torch.kron, floats(*a), floats(*b, seed=1))
    for shape in ((3, 3), (2, 5), (5, 2)):
        assert_outputs_like_torch(products.trace, torch.trace, floats(*shape))


@pytest.mark.parametrize(
    "shapes",
    [[(2, 3), (3, 4)], [(10, 2), (2, 9), (9, 1), (1, 5)], [(3,), (3, 4), (4,)], [(3,), (3, 2), (2, 5)]],
    ids=str,
)
def test_chains_of_matrices_are_those_of_pytorch(shapes):
    from tests.ops.oracle import torch

    matrices = [floats(*shape, seed=i) for i, shape in enumerate(shapes)]
    assert_outputs_like_torch(products.multi_dot, torch.linalg.multi_dot, matrices)


def test_chains_are_multiplied_in_the_cheapest_order():
    # The worked example of Cormen et al., figure 14.5: ((A1 (A2 A3)) ((A4 A5) A6)).
    splits = _cheapest_splits([30, 35, 15, 5, 10, 20, 25])
    assert (splits[0, 6], splits[0, 3], splits[3, 6]) == (3, 1, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: products.dot(dl.ones(2, 2), dl.ones(2)), "1D"),
        (lambda: products.dot(dl.ones(2), dl.ones(3)), "cannot be multiplied"),
        (lambda: products.inner(dl.ones(2, 3), dl.ones(2, 4)), "need to match"),
        (lambda: products.tensordot(dl.ones(2, 3), dl.ones(2, 3), dims=1), "need to match"),
        (lambda: products.tensordot(dl.ones(2, 3), dl.ones(2, 3), dims=3), "dims"),
        (lambda: products.cross(dl.ones(2), dl.ones(2)), "size 3"),
        (lambda: products.trace(dl.ones(2)), "matrix"),
        (lambda: products.multi_dot([dl.ones(2, 2)]), "at least 2"),
        (lambda: products.multi_dot([dl.ones(2, 2), dl.ones(2), dl.ones(2, 2)]), "must be 2D"),
    ],
)
def test_operands_that_do_not_fit_are_refused(call, words):
    with pytest.raises(RuntimeError, match=words):
        call()


def test_the_product_of_one_matrix_is_itself():
    assert products.chain_matmul([tensor([[1.0, 2.0]])]).tolist() == [[1.0, 2.0]]
