"""Linear maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner_onnx.array import SymbolicArray, graph_of
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit

__all__ = ["KERNELS", "transposed"]

xp = OnnxBackend.namespace


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Gemm for matrices, MatMul and Add for more dimensions."""
    if weight.ndim != 2 or not input.ndim or input.shape[-1] != weight.shape[1]:
        return NotImplemented
    if input.ndim == 2 and (bias is None or bias.ndim == 1):
        shape = (input.shape[0], weight.shape[0])
        return emit("Gemm", [input, weight, bias], shape, input.dtype, transB=1)
    graph: Any = graph_of(input, weight, bias)
    out = xp.matmul(input, transposed(graph, weight))
    return out if bias is None else out + bias


def transposed(graph: Any, weight: SymbolicArray) -> SymbolicArray:
    """A matrix of the model, exchanged in the graph: so the parameter is there as the model has it, once."""
    return emit("Transpose", [weight], weight.shape[::-1], weight.dtype, graph, perm=[1, 0])


KERNELS: dict[str, Callable[..., Any]] = {"linear": linear}
