"""A classifier of points, trained by SGD with momentum."""

from __future__ import annotations

from typing import Any

from benchmarks.models import mlp

from tests.swap.training import Training


def start(lib: Any, dtype: str) -> Training:
    """Initial weights, and the step."""
    lib.manual_seed(0)
    floating = getattr(lib, dtype)
    model = mlp(lib, 20, 32, 32, 5).to(floating)
    teacher = lib.randn(20, 5, dtype=floating)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
    criterion = lib.nn.CrossEntropyLoss()
    generator = lib.Generator().manual_seed(1)

    def step() -> Any:
        inputs = lib.randn(32, 20, dtype=floating, generator=generator)
        targets = (inputs @ teacher).argmax(dim=1)
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss

    return Training(lib, model, optimizer, step, generator)
