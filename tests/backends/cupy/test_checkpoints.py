"""PyTorch's checkpoints of tensors on a GPU."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.torch import serialization as checkpoints

pytestmark = pytest.mark.usefixtures("gpu")


def test_memory_of_a_gpu_is_stored_once_and_shared_again_where_it_was(tmp_path):
    whole = dl.arange(6.0, device="cuda")
    checkpoints.save([whole, whole.reshape(2, 3).T, whole[2:], nn.Parameter(whole)], tmp_path / "a.pt")
    for place, kind in ((None, "cuda"), ("cuda:0", "cuda"), ("cpu", "cpu")):
        first, *views = checkpoints.load(tmp_path / "a.pt", place)
        assert {one.device.type for one in (first, *views)} == {kind}
        first.add_(1)
        assert [one.tolist() for one in views] == [
            [[1, 4], [2, 5], [3, 6]],
            [3, 4, 5, 6],
            [1, 2, 3, 4, 5, 6],
        ]
