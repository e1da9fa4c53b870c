"""Memory formats, which array libraries do not have: accepted for PyTorch's sake."""

from __future__ import annotations

from typing import Any, TypeVar

from ..module import Module

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]

M = TypeVar("M", bound=Module)


def convert_conv2d_weight_memory_format(module: M, memory_format: Any) -> M:
    """The module as it is: how a weight lies in memory is the array library's affair."""
    return module


convert_conv3d_weight_memory_format = convert_conv2d_weight_memory_format
