"""Truths about ops/distance.py: broadcasting, coinciding points, vectors of no length."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import distance
from tests.ops.outputs import assert_outputs_like_torch, floats


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, float("inf")])
def test_distances_are_those_of_pytorch(p):
    from tests.ops.oracle import torch

    a, b = floats(4, 3), floats(5, 3, seed=1)
    assert_outputs_like_torch(distance.cdist, torch.cdist, a, b, p, rtol=1e-7)
    assert_outputs_like_torch(distance.dist, torch.dist, a, floats(4, 3, seed=2), p)
    assert_outputs_like_torch(
        distance.pairwise_distance, torch.nn.functional.pairwise_distance, a, floats(4, 3, seed=2), p
    )


@pytest.mark.parametrize(
    ("a", "b", "dim"), [((4, 3), (4, 3), 1), ((4, 3), (1, 3), 0), ((2, 1, 3), (5, 3), -1)]
)
def test_cosines_are_those_of_pytorch(a, b, dim):
    from tests.ops.oracle import torch

    ours, theirs = distance.cosine_similarity, torch.nn.functional.cosine_similarity
    assert_outputs_like_torch(ours, theirs, floats(*a), floats(*b, seed=1), dim)


def test_vectors_of_no_length_have_cosine_zero():
    assert distance.cosine_similarity(dl.zeros(1, 3), dl.ones(1, 3)).tolist() == [0.0]


@pytest.mark.parametrize("options", [{}, {"p": 1.0, "dim": 0}, {"p": 3.0, "dim": -1}], ids=str)
def test_normalized_vectors_are_those_of_pytorch(options):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(distance.normalize, torch.nn.functional.normalize, floats(4, 3), **options)


def test_a_vector_of_no_length_stays_zero_when_normalized():
    x = tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    out = distance.normalize(x)
    np.testing.assert_allclose(out.numpy(force=True), [[0.0, 0.0], [0.6, 0.8]], rtol=1e-6)


def test_the_distance_of_coinciding_points_has_gradient_zero():
    x = tensor([[1.0, 2.0]], requires_grad=True)
    distance.cdist(x, tensor([[1.0, 2.0]])).backward()
    assert x.grad.tolist() == [[0.0, 0.0]]


def test_points_of_other_dimensions_are_refused():
    with pytest.raises(RuntimeError, match="as many columns"):
        distance.cdist(dl.ones(2, 3), dl.ones(2, 4))
