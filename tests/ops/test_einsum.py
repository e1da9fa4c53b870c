"""Truths about ops/einsum.py: every form of equation, broadcasting, order of contraction, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops._einsum_plan import plan
from deep_learner.ops.einsum import einsum
from tests.ops.cases.einsum import EQUATIONS
from tests.ops.outputs import assert_outputs_like_torch, floats


@pytest.mark.parametrize(
    ("equation", "shapes"), [(equation, shapes) for equation, *shapes in EQUATIONS], ids=str
)
def test_values_and_gradients_are_those_of_pytorch(equation, shapes):
    from tests.ops.oracle import torch

    operands = [np.asarray(floats(*shape, seed=i)) for i, shape in enumerate(shapes)]
    assert_outputs_like_torch(einsum, torch.einsum, equation, *operands)


def test_operands_may_stand_in_a_list_or_with_numbers_for_letters():
    a, b = tensor(floats(2, 3)), tensor(floats(3, 4))
    expected = (a @ b).tolist()
    assert einsum("ij,jk->ik", [a, b]).tolist() == expected
    assert einsum(a, [0, 1], b, [1, 2], [0, 2]).tolist() == expected
    assert einsum(a, [0, 1], b, [1, 2]).tolist() == expected
    assert einsum(a, [..., 1], b, [1, 51], [..., 51]).tolist() == expected


def test_numbers_stand_for_letters_in_pytorchs_order():
    from tests.ops.oracle import torch

    x = floats(2, 3)
    np.testing.assert_array_equal(
        einsum(tensor(x), [30, 2]).numpy(), torch.einsum(torch.tensor(x), [30, 2]).numpy()
    )


def test_a_pair_is_one_matrix_product_without_copies_of_the_batch():
    made = plan("bhqd,bhkd->bhqk", ((2, 3, 4, 5), (2, 3, 6, 5)))
    (pair,) = made.pairs
    assert not pair.multiply
    assert pair.left == ((0, 1, 2, 3), (2, 3, 4, 5))
    assert pair.right == ((0, 1, 3, 2), (2, 3, 5, 6))


def test_labels_of_one_operand_are_summed_before_any_product():
    made = plan("ijk,l->i", ((2, 3, 4), (5,)))
    assert [step.summed for step in made.prepare] == [(1, 2), (0,)]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_equation_gives_what_numpy_gives(data):
    letters = "abcde"
    sizes = dict(zip(letters, (2, 3, 1, 4, 2), strict=True))
    terms = data.draw(st.lists(st.text(letters, max_size=4), min_size=1, max_size=4))
    present = sorted(set("".join(terms)))
    output = data.draw(st.lists(st.sampled_from(present), unique=True)) if present else []
    equation = f"{','.join(terms)}->{''.join(output)}"
    operands = [np.asarray(floats(*[sizes[x] for x in term], seed=i)) for i, term in enumerate(terms)]
    found = einsum(equation, *map(tensor, operands))
    np.testing.assert_allclose(found.numpy(), np.einsum(equation, *operands), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: einsum("ij,jk->ik", x), "names 2 operands, but 1"),
        (lambda x: einsum("ijk->i", x), "does not fit an operand of 2 dimensions"),
        (lambda x: einsum("ij->k", x), "k does not appear"),
        (lambda x: einsum("ij->ii", x), "more than once"),
        (lambda x: einsum("i1->i", x), "no letter"),
        (lambda x: einsum("ii->i", x[:1]), "repeated for sizes that differ"),
        (lambda x: einsum("ij,kj->ik", x, dl.ones(2, 4)), "subscript j has sizes 3 and 4"),
        (lambda x: einsum("i....j->i", x), "no letter"),
    ],
)
def test_equations_that_do_not_fit_are_refused(call, words):
    with pytest.raises(RuntimeError, match=words):
        call(dl.ones(2, 3))


def test_sublists_hold_numbers_of_letters():
    with pytest.raises(ValueError, match="0 to 51"):
        einsum(dl.ones(2), [52])
    with pytest.raises(ValueError, match="list of dimension numbers"):
        einsum(dl.ones(2), dl.ones(2))
