"""A classifier of small images, two convolutions and a max-pooling, trained by SGD with momentum."""

from __future__ import annotations

from typing import Any

from benchmarks.models import cnn

from tests.swap.training import Training

SIZE, CLASSES, BATCH = 8, 3, 8


def start(lib: Any, dtype: str) -> Training:
    """Initial weights, and the step."""
    lib.manual_seed(0)
    floating = getattr(lib, dtype)
    model = cnn(lib, 2, 4, 6, size=SIZE, hidden=16, classes=CLASSES).to(floating)
    patterns = lib.randn(CLASSES, 2, SIZE, SIZE, dtype=floating)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    generator = lib.Generator().manual_seed(1)

    def step() -> Any:
        targets = lib.randint(0, CLASSES, (BATCH,), generator=generator)
        images = patterns[targets] + lib.randn(BATCH, 2, SIZE, SIZE, dtype=floating, generator=generator)
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(model(images), targets)
        loss.backward()
        optimizer.step()
        return loss

    return Training(lib, model, optimizer, step, generator)
