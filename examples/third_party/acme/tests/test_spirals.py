"""The data set."""

from __future__ import annotations

import math

import pytest

import deep_learner as dl
from deep_learner.testing import DatasetContract
from deep_learner.utils.data import TwoSpirals


class TestTwoSpirals(DatasetContract):
    dataset = "TwoSpirals"
    arguments = {"count": 12}  # noqa: RUF012
    length = 12
    shapes = ((2,), ())


def test_without_noise_the_points_lie_on_the_arms_of_their_class():
    data = TwoSpirals(count=64, turns=2.0, noise=0.0)
    for index in range(len(data)):
        point, target = data[index]
        x, y = point.tolist()
        turned = math.atan2(y, x) - 2 * math.pi * 2.0 * math.hypot(x, y) - math.pi * target.item()
        assert math.cos(turned) == pytest.approx(1.0, abs=1e-4)
        assert math.hypot(x, y) <= 1.0


def test_the_noise_is_that_of_its_standard_deviation():
    noisy, clean = (TwoSpirals(count=4096, noise=noise) for noise in (0.1, 0.0))
    assert (noisy.inputs - clean.inputs).std().item() == pytest.approx(0.1, rel=0.05)


def test_samples_are_points_and_classes_and_half_of_them_are_of_each():
    data = TwoSpirals(count=10)
    point, target = data[3]
    assert (point.shape, point.dtype, target.shape, target.dtype) == ((2,), dl.float32, (), dl.int64)
    assert sum(data[index][1].item() for index in range(len(data))) == 5


def test_a_seed_gives_its_points_again_and_moves_nobody_elses_stream():
    dl.manual_seed(0)
    expected = dl.rand(1).item()
    dl.manual_seed(0)
    assert TwoSpirals(seed=3).inputs.tolist() == TwoSpirals(seed=3).inputs.tolist()
    assert dl.rand(1).item() == expected
    assert TwoSpirals(seed=3).inputs.tolist() != TwoSpirals(seed=4).inputs.tolist()


def test_training_and_test_part_have_no_point_in_common():
    train, test = (TwoSpirals(train=part, noise=0.0) for part in (True, False))
    assert not {tuple(point) for point in train.inputs.tolist()} & set(map(tuple, test.inputs.tolist()))


@pytest.mark.parametrize("wrong", [{"count": 3}, {"count": 0}, {"turns": 0}, {"noise": -1}, {"seed": -1}])
def test_arguments_out_of_their_range_are_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        TwoSpirals(**wrong)
