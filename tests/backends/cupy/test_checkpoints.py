"""PyTorch's checkpoints of tensors on a GPU."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn, testing
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


@pytest.mark.needs("deep_learner_serializers", "deep_learner_optimizers", "deep_learner_layers")
def test_a_run_on_a_gpu_is_resumed_to_the_bit_and_goes_on_elsewhere(tmp_path):
    def make(device):
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.3), nn.Linear(4, 1)).to(device)
        return {"model": model, "optimizer": dl.optim.AdamW(model.parameters(), lr=0.1)}

    def train(run, steps):
        for _ in range(steps):
            run["optimizer"].zero_grad()
            run["model"](
                dl.ones(2, 3, device=next(run["model"].parameters()).device)
            ).square().sum().backward()
            run["optimizer"].step()
        return [parameter.tolist() for parameter in run["model"].parameters()]

    first = make("cuda")
    train(first, 2)
    dl.serialization.Checkpoints(tmp_path).save(first, step=2)
    whole = train(first, 2)
    second, third = make("cuda"), make("cpu")
    dl.serialization.Checkpoints(tmp_path).restore(second)
    assert train(second, 2) == whole
    dl.serialization.Checkpoints(tmp_path).restore(third)
    for one, other in zip(train(third, 2), whole, strict=True):
        testing.assert_close(dl.tensor(one), dl.tensor(other))
