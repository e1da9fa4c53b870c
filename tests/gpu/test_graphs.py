"""Work captured into a graph and replayed gives what the same work gives step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import cuda, nn

OPTIMIZERS = {
    "SGD": lambda parameters: dl.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "Adam": lambda parameters: dl.optim.Adam(parameters, lr=0.01, capturable=True),
    "AdamW": lambda parameters: dl.optim.AdamW(parameters, lr=0.01, capturable=True),
}
WARM_UP, REPLAYS = 3, 5


def warmed_up(work: Callable[[], Any]) -> None:
    """Do the work a few times on a stream of its own, as a capture wants it."""
    stream = cuda.Stream()
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        for _ in range(WARM_UP):
            work()
    cuda.current_stream().wait_stream(stream)


def training(device: dl.Device, name: str) -> tuple[Any, Any, Any, Callable[[], Any]]:
    """Model, static inputs and targets, and a step that gives the loss."""
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3)).to(device)
    optimizer = OPTIMIZERS[name](model.parameters())
    inputs, targets = dl.zeros(4, 6, device=device), dl.zeros(4, dtype=dl.int64, device=device)

    def step() -> Any:
        optimizer.zero_grad(set_to_none=False)
        loss = nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return model, inputs, targets, step


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_captured_training_is_eager_training(device: dl.Device, name: str) -> None:
    batches = [(dl.randn(4, 6), dl.randint(3, (4,))) for _ in range(REPLAYS)]

    eager, inputs, targets, step = training(device, name)
    warmed_up(step)
    expected = []
    for batch in batches:
        inputs.copy_(batch[0])
        targets.copy_(batch[1])
        expected.append(step().item())

    captured, inputs, targets, step = training(device, name)
    warmed_up(step)
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        loss = step()
    losses = []
    for batch in batches:
        inputs.copy_(batch[0])
        targets.copy_(batch[1])
        graph.replay()
        losses.append(loss.item())

    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    for mine, theirs in zip(captured.parameters(), eager.parameters(), strict=True):
        np.testing.assert_allclose(mine.tolist(), theirs.tolist(), rtol=1e-4, atol=1e-6)


def test_nothing_is_computed_while_it_is_captured(device: dl.Device) -> None:
    x, total = dl.ones(3, device=device), dl.zeros(3, device=device)
    warmed_up(lambda: total.add_(x))
    before = total.tolist()
    graph = cuda.CUDAGraph()
    with cuda.graph(graph):
        assert cuda.is_current_stream_capturing()
        total.add_(x)
    assert not cuda.is_current_stream_capturing()
    assert total.tolist() == before
    graph.replay()
    graph.replay()
    assert total.tolist() == [value + 2 for value in before]


def test_reading_a_value_in_a_capture_is_refused_and_the_process_goes_on(device: dl.Device) -> None:
    x = dl.ones(3, device=device)
    graph = cuda.CUDAGraph()
    with pytest.raises(RuntimeError), cuda.graph(graph):
        x.sum().item()
    assert (x + 1).tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(RuntimeError):
        graph.replay()


def test_graphs_share_a_pool(device: dl.Device) -> None:
    pool = cuda.graph_pool_handle()
    x = dl.arange(4.0, device=device)
    graphs, outs = [], []
    for factor in (2.0, 3.0):
        graph = cuda.CUDAGraph()
        with cuda.graph(graph, pool=pool):
            outs.append(x * factor)
        graphs.append(graph)
    for graph, out, factor in zip(graphs, outs, (2.0, 3.0), strict=True):
        graph.replay()
        assert out.tolist() == [factor * value for value in range(4)]


def test_graphed_callables_give_the_gradients_of_eager_ones(device: dl.Device) -> None:
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).to(device)
    x = dl.randn(5, 4).to(device)
    expected = dl.autograd.grad(model(x).square().sum(), list(model.parameters()))
    sample = dl.zeros(5, 4, device=device)
    graphed = cuda.make_graphed_callables(model, (sample,))
    found = dl.autograd.grad(graphed(x).square().sum(), list(model.parameters()))
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.tolist(), theirs.tolist(), rtol=1e-5, atol=1e-6)


def test_work_is_captured_on_the_stream_that_is_given(device: dl.Device) -> None:
    x, stream, graph = dl.ones(3, device=device), cuda.Stream(), cuda.CUDAGraph()
    with cuda.graph(graph, stream=stream):
        assert cuda.current_stream() == stream
        out = x * 2
    assert cuda.current_stream() != stream
    graph.replay()
    assert out.tolist() == [2.0, 2.0, 2.0]


def test_the_default_stream_cannot_be_captured(device: dl.Device) -> None:
    graph = cuda.CUDAGraph()
    with cuda.stream(cuda.default_stream()), pytest.raises(RuntimeError, match="non-default stream"):
        graph.capture_begin()
