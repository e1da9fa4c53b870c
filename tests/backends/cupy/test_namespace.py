"""Where array_api_compat's functions differ from the standard or wait for the GPU, the backend's own stand in."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

cupy = pytest.importorskip("cupy", reason="needs CuPy")

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int64"])
@pytest.mark.parametrize(
    ("low", "high"), [(1, 3), (None, 2), (2, None), (None, None), (-1000, 1000), (1000, None)]
)
def test_clip_is_numpys(gpu, dtype, low, high):
    values = np.array([0, 1, 2, 3, 4, 5], dtype)
    bounds = [None if bound is None else bound for bound in (low, high)]
    out = gpu.namespace.clip(gpu.asarray(values), *bounds)
    assert out.dtype == dtype
    wanted = np.clip(values.astype("int64"), *bounds) if low or high else values
    if dtype[-1] == "8":
        wanted = np.clip(wanted, np.iinfo(dtype).min, np.iinfo(dtype).max)
    assert gpu.to_numpy(out).tolist() == wanted.tolist()


def test_clip_keeps_what_is_no_number(gpu):
    x = gpu.asarray(np.array([NAN, -INF, INF, 0.5]))
    assert np.isnan(gpu.to_numpy(gpu.namespace.clip(x, 0.0, 1.0))).tolist() == [True, False, False, False]
    low = gpu.asarray(np.array([0.0, NAN, 0.0, 1.0]))
    np.testing.assert_array_equal(gpu.to_numpy(gpu.namespace.clip(x, low)), [NAN, NAN, INF, 1.0])
    assert gpu.namespace.clip(x[:, None], low[None], 2.0).shape == (4, 4)


def test_clip_does_not_wait_for_the_gpu(gpu, machine):
    x, low = gpu.asarray(np.arange(5.0)), gpu.asarray(np.ones(5))
    before = machine.synchronizations
    gpu.namespace.clip(x, 1.0, 2.0), gpu.namespace.clip(x, low, None)
    assert machine.synchronizations == before


def test_the_sign_of_what_is_no_number_is_none(gpu):
    signs = dl.sign(dl.tensor([-2.0, 0.0, 3.0, NAN], device="cuda")).tolist()
    assert signs[:3] == [-1.0, 0.0, 1.0]
    assert np.isnan(signs[3])


def test_arrays_are_made_on_the_device_that_is_named(two):
    there, xp = cupy.cuda.Device(1), two.namespace
    here = two.asarray([1.0, 2.0])
    made = [
        xp.zeros(3, device=there), xp.ones(3, device=there), xp.full(3, 2.0, device=there), xp.empty(3, device=there),
        xp.arange(3, device=there), xp.eye(3, device=there), xp.linspace(0, 1, 3, device=there),
        xp.zeros_like(here, device=there), xp.full_like(here, 2.0, device=there), xp.asarray([1.0], device=there),
    ]  # fmt: skip
    assert [array.device.id for array in made] == [1] * len(made)


def test_a_training_step_never_waits_for_the_gpu(gpu, machine):
    class Net(dl.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = dl.nn.Embedding(11, 8)
            self.body = dl.nn.Sequential(
                dl.nn.LayerNorm(8), dl.nn.Linear(8, 8), dl.nn.GELU(), dl.nn.Hardtanh()
            )
            self.head = dl.nn.Linear(8, 11)

        def forward(self, tokens: dl.Tensor) -> dl.Tensor:
            x = self.embedding(tokens)
            weights = (x @ x.transpose(-1, -2)).masked_fill(mask, float("-inf")).softmax(-1)
            return self.head(x + self.body(weights @ x))

    tokens = dl.tensor(np.arange(12).reshape(2, 6) % 11, device="cuda")
    mask = dl.ones((6, 6), dtype=dl.bool, device="cuda").triu(1)
    net = Net().to("cuda")
    optimizer = dl.optim.AdamW(net.parameters())

    def step() -> dl.Tensor:
        optimizer.zero_grad()
        loss = dl.nn.functional.cross_entropy(net(tokens).reshape(-1, 11), tokens.reshape(-1))
        loss.backward()
        optimizer.step()
        return loss

    first = step()
    before = machine.synchronizations
    for _ in range(5):
        last = step()
    assert machine.synchronizations == before
    assert last.tolist() < first.tolist()
