"""Compiled steps give what eager steps give, whether they are captured into a graph or called kernel by kernel."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import config, cuda, nn

F = nn.functional
STEPS = 6


@pytest.fixture(autouse=True)
def on_gpu(needs_a_device: None) -> Iterator[None]:
    """Tensors are made there."""
    with config.using(device="cuda"):
        yield


class Block(nn.Module):
    """One of a GPT: attention over what came before, and two linear layers."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projection, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Any) -> Any:
        batch, length, width = x.shape
        parts = self.projection(self.first(x)).chunk(3, -1)
        query, key, value = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.feed(self.second(x))


def gpt() -> tuple[Any, Callable[[int], Any]]:
    model = nn.Sequential(
        nn.Embedding(17, 16), Block(16, 2), nn.LayerNorm(16), nn.Flatten(), nn.Linear(128, 5)
    )
    return model, lambda count: dl.randint(0, 17, (count, 8))


def mlp() -> tuple[Any, Callable[[int], Any]]:
    model = nn.Sequential(nn.Linear(20, 64), nn.LayerNorm(64), nn.SiLU(), nn.Linear(64, 5))
    return model, lambda count: dl.randn(count, 20)


def cnn() -> tuple[Any, Callable[[int], Any]]:
    model = nn.Sequential(nn.Conv2d(1, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                          nn.Linear(8 * 36, 5))  # fmt: skip
    return model, lambda count: dl.randn(count, 1, 14, 14)


def dropout() -> tuple[Any, Callable[[int], Any]]:
    model = nn.Sequential(nn.Linear(20, 64), nn.Dropout(0.4), nn.Tanh(), nn.Dropout(0.1), nn.Linear(64, 5))
    return model, lambda count: dl.randn(count, 20)


OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "SGD": lambda parameters: dl.optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
    "Adam": lambda parameters: dl.optim.Adam(parameters, lr=0.01, amsgrad=True, eps=1e-4),
    "AdamW": lambda parameters: dl.optim.AdamW(parameters, lr=0.01, eps=1e-4, capturable=True),
}


class Training:
    """A network that is trained, made with the same numbers each time."""

    def __init__(self, network: Callable[[], Any], optimizer: str = "Adam", on_host: bool = False) -> None:
        dl.manual_seed(0)
        self.model, self.batch = network()
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.on_host = on_host

    def step(self, inputs: Any, targets: Any) -> Any:
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(inputs), targets)
        loss.backward()
        self.optimizer.step()
        if self.on_host:  # which no graph can repeat
            loss = loss + 0 * dl.bernoulli(loss.detach().sigmoid())
        return loss


def pair(*arguments: Any) -> tuple[Training, Training, Callable[..., Any]]:
    eager, compiled = Training(*arguments), Training(*arguments)
    return eager, compiled, dl.compile(compiled.step, fullgraph=True)


def same(one: Training, other: Training) -> None:
    for mine, theirs in zip(one.model.state_dict().values(), other.model.state_dict().values(), strict=True):
        np.testing.assert_allclose(mine.cpu().numpy(), theirs.cpu().numpy(), rtol=2e-3, atol=2e-4)
    for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad.cpu().numpy(), theirs.grad.cpu().numpy(), rtol=2e-3, atol=2e-4)


PROGRAMS = {"Adam": mlp, "AdamW": gpt, "SGD": cnn}


@pytest.mark.parametrize("on_host", [False, True], ids=["captured", "kernel by kernel"])
@pytest.mark.parametrize(("optimizer", "network"), [*PROGRAMS.items(), ("Adam", dropout)])
def test_training_is_the_same(optimizer: str, network: Callable[[], Any], on_host: bool) -> None:
    eager, compiled, step = pair(network, optimizer, on_host)
    batches = [(eager.batch(8), dl.randint(0, 5, (8,))) for _ in range(STEPS)]
    losses: list[list[float]] = []
    for run in (eager.step, step):
        dl.manual_seed(1)
        losses.append([run(*batch).item() for batch in batches])
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)
    same(compiled, eager)


def test_what_a_step_gives_is_kept_over_later_steps() -> None:
    eager, compiled, step = pair(mlp)
    batch = eager.batch(8), dl.randint(0, 5, (8,))
    losses, gradients, expected = [], [], []
    for _ in range(STEPS):
        losses.append(step(*batch))
        gradients.append(compiled.model[0].weight.grad)
        expected.append((eager.step(*batch).item(), eager.model[0].weight.grad.cpu().numpy()))
    for loss, gradient, (value, array) in zip(losses, gradients, expected, strict=True):
        assert loss.item() == pytest.approx(value, rel=1e-3)
        np.testing.assert_allclose(gradient.cpu().numpy(), array, rtol=2e-3, atol=2e-4)


def test_rates_shapes_and_parameters_may_change() -> None:
    eager, compiled, step = pair(mlp)
    for turn in range(10):
        batch = eager.batch(8 + turn // 4), dl.randint(0, 5, (8 + turn // 4,))
        for one in (eager, compiled):
            one.optimizer.param_groups[0]["lr"] = 0.01 / (1 + turn)
            if turn in (3, 7):
                one.model[0].weight.data = one.model[0].weight.detach() * 0.5
        assert step(*batch).item() == pytest.approx(eager.step(*batch).item(), rel=1e-3)
    same(compiled, eager)


@pytest.mark.parametrize("dtype", [dl.float16, dl.bfloat16], ids=["float16", "bfloat16"])
def test_half_precision(dtype: Any) -> None:
    if dtype is dl.bfloat16:
        pytest.importorskip("ml_dtypes", reason="bfloat16 needs ml_dtypes")

    def passes(x: Any, g: Any) -> Any:
        x = x.detach().requires_grad_()
        y = F.gelu(x * 2 + 1) / (1 + x.square().mean(-1, keepdim=True))
        (slope,) = dl.autograd.grad(y, x, g)
        return y.detach(), slope, (g * y.detach()).sum(0)

    step = dl.compile(passes, fullgraph=True)
    x, g = (dl.randn(64, 48).to(dtype) for _ in range(2))
    expected = [one.float().cpu().numpy() for one in passes(x.float(), g.float())]
    for _ in range(4):
        for made, wanted in zip(step(x, g), expected, strict=True):
            assert made.dtype is dtype
            np.testing.assert_allclose(
                made.float().cpu().numpy(), wanted, rtol=0.02, atol=0.02 * np.abs(wanted).max()
            )


@pytest.mark.parametrize("shape", [(7,), (3, 1000), (800, 33), (40_000,), (4, 3, 17, 19)])
def test_reductions_of_all_shapes(shape: tuple[int, ...]) -> None:
    def reduces(x: Any) -> Any:
        y = x * 2 + 1
        centred = y - y.mean(-1, keepdim=True)
        return centred.square().sum(-1), y.sum(0), y.amax(0), y.mean(), y.amin(), (y > 1).any(-1), centred / 3

    x, step = dl.randn(*shape), dl.compile(reduces, fullgraph=True)
    expected = [one.cpu().numpy() for one in reduces(x)]
    for _ in range(4):
        for made, wanted in zip(step(x), expected, strict=True):
            np.testing.assert_allclose(
                made.cpu().numpy(), wanted, rtol=1e-3, atol=1e-4 * math.sqrt(x.numel())
            )


def test_steps_on_several_streams_share_the_memory_of_their_graphs() -> None:
    steps = [
        dl.compile(lambda x, factor=factor: (x @ x * factor).sum(), fullgraph=True) for factor in (0.5, 2.0)
    ]
    x = dl.eye(64) * 2
    streams = [cuda.Stream(), cuda.Stream()]
    cuda.synchronize()
    made: list[Any] = []
    for turn in range(20):
        with cuda.stream(streams[turn % 2]):
            made.append([step(x) for step in steps])
    cuda.synchronize()
    assert [[one.item() for one in pair] for pair in made] == [[128.0, 512.0]] * 20


@pytest.mark.hardware
def test_a_captured_step_is_faster_than_an_eager_one() -> None:
    eager, _, step = pair(gpt, "AdamW")
    batch = eager.batch(8), dl.randint(0, 5, (8,))
    times: dict[str, float] = {}
    for name, run in {"eager": eager.step, "compiled": step}.items():
        for _ in range(5):
            run(*batch)
        begin, end = (cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(20):
            run(*batch)
        end.record()
        end.synchronize()
        times[name] = begin.elapsed_time(end)
    assert times["compiled"] < times["eager"] / 2, times
