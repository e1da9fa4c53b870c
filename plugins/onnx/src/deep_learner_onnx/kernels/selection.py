"""Choosing elements by masks and by rank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner.ops.results import ValuesIndices
from deep_learner_onnx.array import graph_of
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit, integers, number
from deep_learner_onnx.namespace.searching import top

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """`value` where the mask is true."""
    return xp.where(mask, number(value, input.dtype), input)


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The greatest or least elements along a dimension."""
    if not input.ndim or not 0 <= k <= input.shape[dim]:
        return NotImplemented
    return ValuesIndices(*top(input, k, dim, largest))


def constant_pad_nd(input: Any, pad: Any, value: Any = 0) -> Any:
    """Values around a tensor, or parts of it cut away."""
    pairs = [(pad[place], pad[place + 1]) for place in range(0, len(pad), 2)][::-1]
    if len(pad) % 2 or len(pairs) > input.ndim:
        return NotImplemented
    pairs = [(0, 0)] * (input.ndim - len(pairs)) + pairs
    shape = [before + size + after for (before, after), size in zip(pairs, input.shape, strict=True)]
    if min(shape, default=0) < 0 or input.dtype.kind not in "fi":
        return NotImplemented
    if all(type(one) is int and one == 0 for pair in pairs for one in pair):
        return input
    amounts = integers([before for before, _ in pairs] + [after for _, after in pairs])
    filling = number(value, input.dtype)
    return emit("Pad", [input, amounts, filling], shape, input.dtype, graph_of(input, pad))


KERNELS: dict[str, Callable[..., Any]] = {
    "masked_fill": masked_fill,
    "topk": topk,
    "constant_pad_nd": constant_pad_nd,
}
