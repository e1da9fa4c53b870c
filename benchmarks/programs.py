"""What is timed: the same program for both libraries, as a function of the library.

Each returns a step to be repeated, which itself returns the loss that the two libraries must agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .models import mlp

Step = Callable[[], Any]


def chain(lib: Any) -> Step:
    """100 operations in a chain on 10 elements, forward and backward."""
    x = lib.ones(10, requires_grad=True)
    y = lib.full((10,), 0.99)

    def step() -> Any:
        h = x
        for _ in range(25):
            h = lib.tanh(lib.sin(h * y + y))
        loss = h.sum()
        loss.backward()
        x.grad = None
        return loss

    return step


def _mlp(lib: Any, sizes: tuple[int, ...], batch: int) -> Step:
    lib.manual_seed(0)
    model = mlp(lib, *sizes)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.01)
    criterion = lib.nn.CrossEntropyLoss()
    inputs, targets = lib.randn(batch, sizes[0]), lib.randint(0, sizes[-1], (batch,))

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


def small_mlp(lib: Any) -> Step:
    """SGD step of a 784-128-128-10 network on a batch of 64."""
    return _mlp(lib, (784, 128, 128, 10), 64)


def wide_mlp(lib: Any) -> Step:
    """SGD step of a 784-512-512-10 network on a batch of 256."""
    return _mlp(lib, (784, 512, 512, 10), 256)


def adam_mlp(lib: Any) -> Step:
    """Adam step of a 64-128-64-10 network with GELU, layer norm and dropout on a batch of 32."""
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(
        nn.Linear(64, 128), nn.LayerNorm(128), nn.GELU(), nn.Dropout(0.1), nn.Linear(128, 64), nn.GELU(),
        nn.Linear(64, 10),
    )  # fmt: skip
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    inputs, targets = lib.randn(32, 64), lib.randint(0, 10, (32,))

    def step() -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return step


PROGRAMS: dict[str, tuple[Callable[[Any], Step], int, float | None]] = {
    # name: program, steps in a round, the ratio to reach
    "chain": (chain, 20, 0.50),
    "small_mlp": (small_mlp, 20, 0.60),
    "wide_mlp": (wide_mlp, 5, 0.60),
    "adam_mlp": (adam_mlp, 20, None),
}
