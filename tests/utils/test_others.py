"""Truths about the small modules of `utils`."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import utils

pytestmark = pytest.mark.needs("deep_learner_numpy")


def test_a_capsule_carries_a_tensors_memory() -> None:
    import numpy as np

    x = dl.tensor([1.0, 2.0])

    class Taker:
        def __dlpack__(self, **options):
            return utils.dlpack.to_dlpack(x)

        def __dlpack_device__(self):
            return x.__dlpack_device__()

    shared = np.from_dlpack(Taker())
    x[0] = 5.0
    assert shared.tolist() == [5, 2] and utils.dlpack.from_dlpack(shared).tolist() == [5, 2]


def test_nothing_is_fetched_from_the_network() -> None:
    with pytest.raises(RuntimeError, match=r"download https://x\.y/z\.pth yourself"):
        utils.model_zoo.load_url("https://x.y/z.pth", progress=False)
