"""Truths about ops/linalg.py: ranks, batches, dtypes, weights, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import linalg
from tests.ops.outputs import assert_outputs_like_torch, floats

NAN = float("nan")
SHAPES = [
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((6, 5, 2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((6, 5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)),
    ((0, 3), (3, 4)),
    ((2, 0), (0, 4)),
    ((5, 0, 3), (3, 4)),
]


@pytest.mark.parametrize(("a", "b"), SHAPES, ids=str)
def test_products_of_all_ranks_and_their_gradients_are_those_of_pytorch(a, b):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(linalg.matmul, torch.matmul, floats(*a), floats(*b, seed=1))


@pytest.mark.parametrize(("a", "b"), SHAPES[:11], ids=str)
def test_the_gradients_of_complex_products_are_those_of_pytorch(a, b):
    from tests.ops.oracle import torch

    x, y = floats(*a) + 1j * floats(*a, seed=2), floats(*b, seed=1) + 1j * floats(*b, seed=3)
    assert_outputs_like_torch(linalg.matmul, torch.matmul, x, y)


def test_transposed_operands_need_no_copy_to_be_right():
    from tests.ops.oracle import torch

    def of_transposed(matmul):
        return lambda x, w: matmul(x.permute(1, 0, 2), w.T)

    assert_outputs_like_torch(
        of_transposed(linalg.matmul), of_transposed(torch.matmul), floats(4, 5, 3), floats(2, 3, seed=1)
    )


def test_the_weights_of_many_rows_have_the_gradient_of_one_product():
    x, g = floats(4, 5, 3), floats(4, 5, 2, seed=1)
    w = tensor(floats(3, 2, seed=2), requires_grad=True)
    linalg.matmul(tensor(x), w).backward(tensor(g))
    np.testing.assert_allclose(w.grad.numpy(), np.einsum("abi,abo->io", x, g), rtol=1e-12)


def test_integers_multiply_as_integers():
    out = linalg.matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1]))
    assert out.dtype is dl.int64
    assert out.tolist() == [3, 7]


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ((), (3,), "at least 1D"),
        ((2, 3), (2, 3), "cannot be multiplied: 3 columns meet 2 rows"),
        ((3,), (2,), "cannot be multiplied"),
        ((5, 2, 3), (4, 3, 2), "do not broadcast"),
    ],
)
def test_shapes_that_do_not_fit_are_named(a, b, words):
    with pytest.raises(RuntimeError, match=words):
        linalg.matmul(dl.ones(*a), dl.ones(*b))


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("mm", [(2, 3), (3, 4)]),
        ("bmm", [(5, 2, 3), (5, 3, 4)]),
        ("mv", [(2, 3), (3,)]),
        ("addmm", [(2, 4), (2, 3), (3, 4)]),
        ("addmm", [(4,), (2, 3), (3, 4)]),
        ("addmv", [(2,), (2, 3), (3,)]),
        ("addr", [(2, 3), (2,), (3,)]),
        ("baddbmm", [(5, 2, 4), (5, 2, 3), (5, 3, 4)]),
        ("addbmm", [(2, 4), (5, 2, 3), (5, 3, 4)]),
    ],
)
def test_named_products_are_those_of_pytorch(name, shapes):
    from tests.ops.oracle import torch

    operands = [floats(*shape, seed=i) for i, shape in enumerate(shapes)]
    ours, theirs = getattr(linalg, name), getattr(torch, name)
    assert_outputs_like_torch(ours, theirs, *operands)
    if "add" in name:
        assert_outputs_like_torch(ours, theirs, *operands, beta=0.5, alpha=3.0)


def test_a_weight_of_zero_leaves_out_what_is_not_a_number():
    out = linalg.addmm(tensor([NAN, NAN]), dl.ones(2, 3), dl.ones(3, 2), beta=0)
    assert out.tolist() == [[3.0, 3.0], [3.0, 3.0]]


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("mm", [(5, 2, 3), (3, 4)]),
        ("bmm", [(2, 3), (3, 4)]),
        ("bmm", [(5, 2, 3), (4, 3, 2)]),
        ("mv", [(2, 3), (3, 1)]),
    ],
)
def test_other_ranks_are_refused(name, shapes):
    with pytest.raises(RuntimeError, match=rf"{name}\(\): .*(D tensor|batches)"):
        getattr(linalg, name)(*[dl.ones(*shape) for shape in shapes])
