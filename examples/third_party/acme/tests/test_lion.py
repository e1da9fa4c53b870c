"""The optimizer."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.testing import OptimizerContract


class TestLion(OptimizerContract):
    optimizer = "Lion"
    arguments = {"lr": 0.02, "betas": (0.9, 0.9)}  # noqa: RUF012
    steps = 400


def test_the_first_step_has_the_size_of_the_rate_whatever_the_gradient():
    parameter = dl.nn.Parameter(dl.tensor([1.0, -2.0]))
    optimizer = dl.optim.Lion([parameter], lr=0.25)
    (parameter * dl.tensor([1e-6, -1e6])).sum().backward()
    optimizer.step()
    assert parameter.tolist() == [0.75, -1.75]


@pytest.mark.parametrize("wrong", [{"lr": -1.0}, {"betas": (0.9, 1.0)}])
def test_arguments_out_of_their_range_are_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        dl.optim.Lion([dl.nn.Parameter(dl.ones(1))], **wrong)
