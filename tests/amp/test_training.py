"""A network trained in mixed precision, beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import amp

for package in ("numpy", "layers", "optimizers"):
    pytest.importorskip(f"deep_learner_{package}", reason="trains a network on NumPy")

STEPS = 60


def data() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((64, 8)).astype(np.float32)
    return x, (np.sin(x[:, :4]).sum(1) > 0).astype(np.int64)


def weights() -> list[np.ndarray]:
    generator = np.random.default_rng(1)
    shapes = [(32, 8), (32,), (2, 32), (2,)]
    return [(0.3 * generator.standard_normal(shape)).astype(np.float32) for shape in shapes]


def train(lib: Any, half: Any, scaler: Any) -> list[float]:
    """The losses of the same network on the same data, in either library."""
    x, target = (lib.from_numpy(array) for array in data())
    model = lib.nn.Sequential(lib.nn.Linear(8, 32), lib.nn.GELU(), lib.nn.Linear(32, 2))
    with lib.no_grad():
        for parameter, values in zip(model.parameters(), weights(), strict=True):
            parameter.copy_(lib.from_numpy(values))
    optimizer = lib.optim.AdamW(model.parameters(), lr=0.02)
    losses: list[float] = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        with half:
            out = model(x)
            loss = lib.nn.functional.cross_entropy(out, target)
        assert (out.dtype, loss.dtype) == (lib.float16, lib.float32)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.item())
    assert all(parameter.dtype is lib.float32 for parameter in model.parameters())
    return losses


def test_training_in_float16_converges_as_pytorchs_does() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    options = {"init_scale": 2.0**18, "growth_interval": 10}  # too large at first
    with np.errstate(over="ignore", invalid="ignore"):  # the scale is found by trying
        mine = train(dl, amp.autocast("cpu", dtype=dl.float16), amp.GradScaler("cpu", **options))  # type: ignore[arg-type]
    theirs = train(torch, torch.autocast("cpu", dtype=torch.float16), torch.amp.GradScaler("cpu", **options))
    assert mine[-1] < 0.2 * mine[0]
    np.testing.assert_allclose(mine, theirs, rtol=0.05, atol=0.01)
