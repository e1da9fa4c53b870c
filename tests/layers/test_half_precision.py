"""Numbers of 16 bits: results are as near to the exact ones as PyTorch's, which computes them in float32."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.layers.oracle import random, torch

pytest.importorskip("ml_dtypes", reason="NumPy has bfloat16 with ml_dtypes alone")
pytestmark = pytest.mark.needs("deep_learner_numpy")

FUNCTIONS = {
    "layer_norm": lambda F, x: F.layer_norm(x * 3 + 2, (4, 32)),
    "rms_norm": lambda F, x: F.rms_norm(x * 1e-3, (32,)),
    "softmax": lambda F, x: F.softmax(x, 1),
    "log_softmax": lambda F, x: F.log_softmax(x, -1),
    "cross_entropy": lambda F, x: F.cross_entropy(x * 2, (x.detach()[:, 0] > 0).long(), reduction="none"),
    "avg_pool1d": lambda F, x: F.avg_pool1d(x, 3, 2, ceil_mode=True),
}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_values_and_gradients_lose_no_more_digits_than_in_pytorch(function, dtype):
    x, start = random(8, 4, 32), random(8, 4, 32, seed=1)

    def outcome(lib, dtype):
        tensor = lib.tensor(x).to(getattr(lib, dtype)).requires_grad_()
        out = function(lib.nn.functional, tensor)
        weights = lib.tensor(start).flatten()[: out.numel()].reshape(out.shape).to(out.dtype)
        (gradient,) = lib.autograd.grad(out, tensor, weights)
        assert out.dtype == gradient.dtype == getattr(lib, dtype)
        with lib.no_grad():
            assert function(lib.nn.functional, tensor).dtype == getattr(lib, dtype)
        return [value.detach().to(lib.float64).numpy() for value in (out, gradient)]

    for ours, theirs in zip(outcome(dl, dtype), outcome(torch, dtype), strict=True):
        # Two roundings to neighbours, where the sums before them differ in their last digits.
        unit = float(torch.finfo(getattr(torch, dtype)).eps)
        np.testing.assert_allclose(ours, theirs, rtol=1.01 * unit, atol=2 * unit * np.abs(theirs).mean())
