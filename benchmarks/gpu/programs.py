"""What is timed: the same training for both libraries, as a function of the library.

Batches are drawn beforehand, on the CPU, where both libraries draw the same numbers, and lie on the device; a step
begins by copying the next into the static inputs, as a captured step needs it and as eager ones do it too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from benchmarks.models import cnn, fused_attention, gpt, mlp

BATCHES = 16


@dataclass
class Work:
    """A training under way: `forward` gives the loss of the static inputs."""

    lib: Any
    model: Any
    optimizer: Any
    inputs: tuple[Any, ...]
    batches: Iterator[tuple[Any, ...]]
    forward: Callable[..., Any]

    def refill(self) -> None:
        """The next batch."""
        for static, fresh in zip(self.inputs, next(self.batches), strict=True):
            static.copy_(fresh)

    def step(self) -> Any:
        """One step of the optimizer; the loss before it."""
        return train(self.optimizer, self.forward, self.inputs)


def train(optimizer: Any, forward: Callable[..., Any], inputs: tuple[Any, ...]) -> Any:
    """One step of the optimizer; the loss before it."""
    optimizer.zero_grad()
    loss = forward(*inputs)
    loss.backward()
    optimizer.step()
    return loss


def _work(
    lib: Any, device: str, model: Any, optimizer: Any, draw: Callable[[], tuple[Any, ...]],
    forward: Callable[..., Any],
) -> Work:  # fmt: skip
    drawn = [tuple(part.to(device) for part in draw()) for _ in range(BATCHES)]
    static = tuple(lib.empty_like(part) for part in drawn[0])
    return Work(lib, model, optimizer, static, itertools.cycle(drawn), forward)


def _classifier(lib: Any, device: str, batch: int, model: Any, *image: int) -> Work:
    model = model.to(device)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.01)

    def draw() -> tuple[Any, ...]:
        return lib.randn(batch, *image), lib.randint(0, 10, (batch,))

    def forward(inputs: Any, targets: Any) -> Any:
        return lib.nn.functional.cross_entropy(model(inputs), targets)

    return _work(lib, device, model, optimizer, draw, forward)


def small_mlp(lib: Any, device: str, captured: bool, batch: int = 64, width: int = 128) -> Work:
    """SGD step of a 784-128-128-10 network on a batch of 64, float32."""
    lib.manual_seed(0)
    return _classifier(lib, device, batch, mlp(lib, 784, width, width, 10), 784)


def small_cnn(lib: Any, device: str, captured: bool, batch: int = 64, size: int = 28) -> Work:
    """SGD step of a network of two 3 x 3 convolutions (32, 64 channels), float32, on 64 images of 28 x 28."""
    lib.manual_seed(0)
    model = cnn(lib, 1, 32, 64, size=size, hidden=128, classes=10)
    return _classifier(lib, device, batch, model, 1, size, size)


def _language_model(
    lib: Any, device: str, captured: bool, batch: int, half: str, vocabulary: int, context: int, **sizes: Any
) -> Work:
    lib.manual_seed(0)
    model = gpt(lib, vocabulary=vocabulary, context=context, **sizes, attending=fused_attention).to(device)
    optimizer = lib.optim.AdamW(model.parameters(), lr=6e-4, betas=(0.9, 0.95), capturable=captured)

    def draw() -> tuple[Any, ...]:
        tokens = lib.randint(0, vocabulary, (batch, context + 1))
        return tokens[:, :-1].clone(), tokens[:, 1:].clone()

    def forward(inputs: Any, targets: Any) -> Any:
        with lib.autocast(device.split(":")[0], dtype=getattr(lib, half)) if half else nullcontext():
            return lib.nn.functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())

    return _work(lib, device, model, optimizer, draw, forward)


def small_gpt(
    lib: Any, device: str, captured: bool, batch: int = 12, vocabulary: int = 96, context: int = 64,
    width: int = 128, heads: int = 4, layers: int = 4,
) -> Work:  # fmt: skip
    """AdamW step of a GPT (d=128, 4 heads, 4 layers, T=64) on a batch of 12, float32."""
    sizes = {"width": width, "heads": heads, "layers": layers}
    return _language_model(lib, device, captured, batch, "", vocabulary, context, **sizes)


def gpt2(
    lib: Any, device: str, captured: bool, batch: int = 8, vocabulary: int = 50304, context: int = 1024,
    width: int = 768, heads: int = 12, layers: int = 12, half: str = "bfloat16",
) -> Work:  # fmt: skip
    """AdamW step of GPT-2 small (d=768, 12 heads, 12 layers, T=1024) on a batch of 8, bfloat16 by autocast."""
    sizes = {"width": width, "heads": heads, "layers": layers}
    return _language_model(lib, device, captured, batch, half, vocabulary, context, **sizes)


@dataclass(frozen=True)
class Program:
    """How a program is started and compared.

    Attributes
    ----------
    start : callable
        Of the library, the device, whether the step will be captured, and sizes.
    smoke : dict
        Sizes with which it runs anywhere in no time.
    steps : int
        In a round.
    ours, theirs : tuple of str
        The ways it is run.
    judged, bar : str, float
        The way of ours that is held against eager PyTorch, and the ratio to reach.
    tolerance : float
        Relative, of the first losses, which must agree.
    """

    start: Callable[..., Work]
    smoke: dict[str, Any]
    steps: int
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    judged: str
    bar: float
    tolerance: float


TINY = {"batch": 2, "vocabulary": 16, "context": 8, "width": 16, "heads": 2, "layers": 1}
OURS = ("eager", "whole", "captured")
THEIRS = ("eager", "compiled", "captured")
PROGRAMS = {
    "gpt2": Program(
        gpt2, {**TINY, "half": "float16"}, 5, ("eager", "whole"), ("eager", "compiled"), "eager", 1.3, 2e-2
    ),
    "small_mlp": Program(small_mlp, {"batch": 4, "width": 8}, 50, OURS, THEIRS, "captured", 0.5, 1e-3),
    "small_gpt": Program(small_gpt, TINY, 20, OURS, THEIRS, "captured", 0.5, 1e-3),
    "small_cnn": Program(small_cnn, {"batch": 2, "size": 8}, 20, OURS, THEIRS, "whole", 1.0, 1e-3),
}
