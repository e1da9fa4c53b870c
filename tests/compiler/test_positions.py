"""Positions are checked and wrapped anew in each run, on any backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import nn

F = nn.functional
TAKING: dict[str, Callable[[Any, Any], Any]] = {
    "index": lambda table, places: table[places],
    "take": lambda table, places: dl.take(table, places),
    "take_along_dim": lambda table, places: dl.take_along_dim(table, places, 0),
    "index_select": lambda table, places: table.index_select(0, places),
    "embedding": lambda table, places: F.embedding(places, table.reshape(5, 1)),
    "scatter": lambda table, places: table.scatter(0, places, 7.0),
}


def outcome(run: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return run(*arguments).tolist()
    except IndexError:
        return "out of bounds"


@pytest.mark.parametrize("backend", ["numpy", "strict"])
@pytest.mark.parametrize("name", TAKING)
def test_positions_of_all_kinds(name: str, backend: str) -> None:
    with dl.backend(backend):
        table = dl.arange(5.0)
        compiled = dl.compile(TAKING[name], fullgraph=True)
        for places in ([0, 1], [0, -1], [4, 7], [-1, 3], [0, 2]):
            wanted = outcome(TAKING[name], table, dl.tensor(places))
            assert outcome(compiled, table, dl.tensor(places)) == wanted


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "plain": F.cross_entropy,
    "weighted": lambda x, t: F.cross_entropy(x, t, dl.arange(5.0) + 1, reduction="sum"),
    "smoothed": lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1),
    "single": lambda x, t: F.cross_entropy(x, t, reduction="none").sum(),
    "logarithms": lambda x, t: F.nll_loss(F.log_softmax(x, -1), t),
    "margins": lambda x, t: F.multi_margin_loss(x, t.clip(0)),
}


@pytest.mark.parametrize("backend", ["numpy", "strict"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_classes(name: str, backend: str) -> None:
    with dl.backend(backend):
        dl.manual_seed(0)
        x = dl.randn(3, 5).requires_grad_()

        def step(targets: Any) -> Any:
            x.grad = None
            loss = LOSSES[name](x, targets)
            loss.backward()
            return loss.detach(), x.grad.clone()

        compiled = dl.compile(step, fullgraph=True)
        for targets in ([0, 1, 2], [4, -100, 0], [1, 1, 1]):
            for mine, theirs in zip(compiled(dl.tensor(targets)), step(dl.tensor(targets)), strict=True):
                assert mine.flatten().tolist() == pytest.approx(theirs.flatten().tolist(), rel=1e-5, abs=1e-6)
        with pytest.raises(IndexError):
            compiled(dl.tensor([0, 5, 1]))
