"""Rows of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner_onnx.backend import OnnxBackend

__all__ = ["KERNELS"]


def embedding(
    input: Any, weight: Any, padding_idx: int | None = None, scale_grad_by_freq: bool = False
) -> Any:
    """The rows at the indices."""
    return OnnxBackend.namespace.take(weight, input, axis=0)


KERNELS: dict[str, Callable[..., Any]] = {"embedding": embedding}
