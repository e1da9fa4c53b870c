"""Normalisation by given or by the input's own statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.array import known
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit, emit_several

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def batch_norm_evaluation(input: Any, weight: Any, bias: Any, mean: Any, variance: Any, eps: float) -> Any:
    """Each channel by a given mean and variance."""
    if input.dtype.name not in ("float32", "float64") or mean.dtype != input.dtype:
        return NotImplemented
    channels = mean.shape
    weight = known(np.ones(channels, input.dtype)) if weight is None else weight
    bias = known(np.zeros(channels, input.dtype)) if bias is None else bias
    operands = [input, weight, bias, mean, variance]
    return emit("BatchNormalization", operands, input.shape, input.dtype, epsilon=float(eps))


def native_layer_norm(input: Any, normalized_shape: Any, weight: Any, bias: Any, eps: float) -> Any:
    """The last dimensions to mean 0 and variance 1; the statistics come with it."""
    count = len(normalized_shape)
    if input.dtype.name not in ("float32", "float64") or not count or not input.ndim:
        return NotImplemented
    axis = input.ndim - count
    shape = tuple(input.shape[axis:])
    weight = xp.ones(shape, dtype=input.dtype) if weight is None else weight
    statistics = (*input.shape[:axis], *((1,) * count))
    results = [(input.shape, input.dtype), (statistics, input.dtype), (statistics, input.dtype)]
    options: dict[str, Any] = {"axis": axis, "epsilon": float(eps)}
    return emit_several("LayerNormalization", [input, weight, bias], results, **options)


KERNELS: dict[str, Callable[..., Any]] = {
    "batch_norm_evaluation": batch_norm_evaluation, "native_layer_norm": native_layer_norm,
}  # fmt: skip
