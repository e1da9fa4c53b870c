"""Operations for which PyTorch has a kernel of its own, as it is or in Deep Learner's words.

Deep Learner's operations have PyTorch's names and arguments, so most kernels are entered as they are.
Everything that is not in the table is computed by the operation's generic form, from the array standard's functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from deep_learner.dtypes import as_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array, DTypeLike

__all__ = ["KERNELS"]


def softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return torch.softmax(input, dim, dtype=_native(dtype))


def log_softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return torch.log_softmax(input, dim, dtype=_native(dtype))


def _native(dtype: DTypeLike) -> torch.dtype | None:
    return None if dtype is None else getattr(torch, as_dtype(dtype).name)


def softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    return torch._softmax_backward_data(grad_output, output, dim, output.dtype)


def softmax_cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """The loss, and the logarithm of the softmax's denominator, which the derivative needs."""
    loss = functional.cross_entropy(
        input, target.long(), weight, ignore_index=ignore_index, reduction=reduction
    )
    return loss, torch.logsumexp(input, dim=0 if input.ndim == 1 else 1)


KERNELS: Mapping[str, Callable[..., Any]] = {
    "erf": torch.erf,
    "gelu": functional.gelu,
    "gelu_backward": torch.ops.aten.gelu_backward,
    "linear": functional.linear,
    "log_softmax": log_softmax,
    "native_layer_norm": torch.native_layer_norm,
    "relu": torch.relu,
    "scatter_add": torch.scatter_add,
    "sigmoid": torch.sigmoid,
    "softmax": softmax,
    "softmax_backward": softmax_backward,
    "softmax_cross_entropy": softmax_cross_entropy,
}
