"""oneDNN's convolutions give what the NumPy backend's give, and leave to them what they cannot do."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.plugins import registry
from deep_learner.testing import PluginDistribution, isolated
from tests.backends.convolution_samples import SAMPLES

pytest.importorskip("deep_learner_onednn", reason="the accelerator is not installed")
pytest.importorskip(
    "deep_learner_onednn.convolution", reason="oneDNN's library is not installed", exc_type=ImportError
)
NAMES = ("convolution", "convolution_backward_weight")


def kernel(distribution, name):
    return getattr(importlib.import_module(f"{distribution}.convolution"), name)


def in_dtype(arguments, dtype):
    return [value.astype(dtype) if isinstance(value, np.ndarray) else value for value in arguments]


@pytest.mark.parametrize("name", NAMES)
def test_it_gives_what_matrix_products_give(name):
    treated = 0
    for arguments in SAMPLES[name]:
        given = in_dtype(arguments, "float32")
        received = kernel("deep_learner_onednn", name)(*given)
        if received is NotImplemented:
            continue
        treated += 1
        expected = kernel("deep_learner_numpy.kernels", name)(*given)
        assert received.shape == expected.shape
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5 * scale)
    assert (
        treated >= len(SAMPLES[name]) - 2
    )  # those without samples, and with more windows than are asked for


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "float16", "complex64"])
def test_other_dtypes_are_left_to_the_backend(name, dtype):
    assert kernel("deep_learner_onednn", name)(*in_dtype(SAMPLES[name][0], dtype)) is NotImplemented


def test_windows_beyond_those_that_are_asked_for_are_left_to_the_backend():
    x = np.ones((1, 1, 7), np.float32)
    left_out = kernel("deep_learner_onednn", "convolution_backward_weight")(
        x, x[:, :, :4], (2,), (1,), (0,), (2,), 1
    )
    assert left_out is NotImplemented


def test_programs_use_it_once_it_is_installed():
    distributions = [
        PluginDistribution(f"deep-learner-{name}", {name: f"deep_learner_{name}.hooks"})
        for name in ("numpy", "layers", "onednn")
    ]
    with isolated(*distributions):
        for name in NAMES:
            assert registry.get("kernels", f"numpy.{name}") is kernel("deep_learner_onednn", name)
        results = []
        for dtype in (dl.float32, dl.float64):
            x = dl.arange(75, dtype=dtype).reshape(1, 3, 5, 5).sin().requires_grad_()
            weight = dl.arange(54, dtype=dtype).reshape(2, 3, 3, 3).cos().requires_grad_()
            (dl.conv2d(x, weight, padding=1) ** 2).sum().backward()
            results.append((x.grad, weight.grad))
    for single, double in zip(*results, strict=True):
        assert single.dtype is dl.float32
        np.testing.assert_allclose(single.numpy(), double.numpy(), rtol=1e-4, atol=1e-3)
