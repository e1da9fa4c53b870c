"""Truths about checkpoints under PyTorch's names."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.utils.checkpoint import checkpoint, checkpoint_sequential

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers")


def test_contexts_surround_the_first_run_and_the_second() -> None:
    seen: list[str] = []

    @contextmanager
    def named(name: str):
        seen.append(name)
        yield
        seen.append("end")

    x = dl.ones(3, requires_grad=True)
    out = checkpoint(
        lambda x, power: x**power,
        x,
        power=3,
        use_reentrant=False,
        context_fn=lambda: (named("first"), named("again")),
    )
    out.sum().backward()
    assert seen == ["first", "end", "again", "end"] and x.grad.tolist() == [3, 3, 3]


@pytest.mark.parametrize("segments", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("as_list", [False, True])
def test_a_sequence_in_segments_gives_the_gradients_of_the_whole(segments: int, as_list: bool) -> None:
    runs: list[int] = []

    class Counted(nn.Module):
        def forward(self, x):
            runs.append(1)
            return (x * 1.5).tanh()

    model = nn.Sequential(*(Counted() for _ in range(5)))
    x, y = (dl.tensor([0.5, -0.25], requires_grad=True) for _ in range(2))
    model(y).sum().backward()
    runs.clear()
    out = checkpoint_sequential(list(model) if as_list else model, segments, x, use_reentrant=False)
    out.sum().backward()
    again = 5 // segments * (segments - 1)
    assert len(runs) == 5 + again and x.grad.tolist() == y.grad.tolist()
