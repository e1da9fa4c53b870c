"""Less precision for more speed: autocast with a gradient scaler, and the switch for TF32."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import cuda, nn


@pytest.mark.parametrize("dtype", [dl.float16, dl.bfloat16], ids=str)
def test_autocast_multiplies_in_half_precision(device: dl.Device, dtype: dl.DType) -> None:
    if dtype is dl.bfloat16 and not cuda.is_bf16_supported():
        pytest.skip("the backend or the device has no bfloat16")
    dl.manual_seed(0)
    model = nn.Linear(32, 16).to(device)
    x = dl.randn(8, 32).to(device)
    expected = model(x)
    with dl.autocast("cuda", dtype=dtype):
        out = model(x)
        loss = nn.functional.mse_loss(out, dl.zeros(8, 16, device=device))
    assert out.dtype is dtype
    assert loss.dtype is dl.float32
    loss.backward()
    assert model.weight.grad.dtype is dl.float32
    np.testing.assert_allclose(out.float().tolist(), expected.tolist(), atol=3e-2)


def test_a_scaled_training_follows_the_plain_one(device: dl.Device) -> None:
    def losses(mixed: bool) -> list[float]:
        dl.manual_seed(0)
        model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4)).to(device)
        optimizer = dl.optim.SGD(model.parameters(), lr=0.1)
        scaler = dl.amp.GradScaler("cuda", enabled=mixed)
        x, targets = dl.randn(64, 16).to(device), dl.randint(4, (64,)).to(device)
        found = []
        for _ in range(20):
            optimizer.zero_grad()
            with dl.autocast("cuda", dtype=dl.float16, enabled=mixed):
                loss = nn.functional.cross_entropy(model(x), targets)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            found.append(loss.item())
        return found

    plain, mixed = losses(False), losses(True)
    assert mixed[-1] < mixed[0]
    np.testing.assert_allclose(mixed, plain, rtol=2e-2)


def test_a_step_with_infinite_gradients_is_skipped(device: dl.Device) -> None:
    weight = dl.ones(2, device=device, requires_grad=True)
    optimizer = dl.optim.SGD([weight], lr=1.0)
    scaler = dl.amp.GradScaler("cuda", init_scale=1024.0)
    scaler.scale((weight * float("inf")).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    assert weight.tolist() == [1.0, 1.0]
    assert scaler.get_scale() == 512.0


@pytest.mark.hardware
def test_tf32_is_off_unless_switched_on(device: dl.Device) -> None:
    if cuda.get_device_capability(device) < (8, 0):
        pytest.skip("the device has no TF32")
    dl.manual_seed(0)
    a, b = (dl.randn(512, 512, dtype=dl.float64) for _ in range(2))
    exact = (a @ b).numpy()

    def error() -> float:
        product = a.float().to(device) @ b.float().to(device)
        return float(np.abs(product.cpu().numpy() - exact).max())

    before = dl.get_float32_matmul_precision()
    full = error()
    try:
        dl.set_float32_matmul_precision("high")
        reduced = error()
        dl.set_float32_matmul_precision("highest")
        assert error() == pytest.approx(full)
    finally:
        dl.set_float32_matmul_precision(before)
    assert full < 1e-3
    assert 10 * full < reduced < 1.0
