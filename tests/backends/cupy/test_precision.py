"""PyTorch's switch for the precision of float32 products reaches CuPy."""

from __future__ import annotations

import pytest

import deep_learner as dl

cupy = pytest.importorskip("cupy", reason="needs CuPy")


def test_tf32_is_allowed_and_forbidden(gpu):
    if int(cupy.cuda.Device().compute_capability) < 80:
        pytest.skip("needs a GPU with TF32")
    default, tf32 = 1, 7  # of CuPy's types of computing
    before = dl.get_float32_matmul_precision()
    try:
        dl.set_float32_matmul_precision("high")
        assert cupy._core.get_compute_type(cupy.dtype("float32")) == tf32
        dl.set_float32_matmul_precision("highest")
        assert cupy._core.get_compute_type(cupy.dtype("float32")) == default
    finally:
        dl.set_float32_matmul_precision(before)


def test_captured_products_follow_it(gpu):
    from deep_learner_cupy import products

    try:
        dl.set_float32_matmul_precision("medium")
        assert products._compute("float32") == 77  # CUBLAS_COMPUTE_32F_FAST_TF32
        assert products._compute("float16") == 68  # CUBLAS_COMPUTE_32F
        assert products._compute("float64") == 70  # CUBLAS_COMPUTE_64F
    finally:
        dl.set_float32_matmul_precision("highest")
    assert products._compute("float32") == 68
