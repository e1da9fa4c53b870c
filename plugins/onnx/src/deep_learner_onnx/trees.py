"""Tensors in nested tuples, lists and dictionaries: what models are called with, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deep_learner import Tensor

__all__ = ["leaves_of", "mapped", "tensors_of"]


def mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    """The same nested containers with what a function makes of each item, in order."""
    if isinstance(value, Mapping):
        return {key: mapped(item, function) for key, item in value.items()}
    if not isinstance(value, tuple | list):
        return function(value)
    items = [mapped(item, function) for item in value]
    if isinstance(value, list):
        return items
    return value._make(items) if hasattr(value, "_make") else tuple(items)  # type: ignore[attr-defined]


def leaves_of(value: Any) -> list[Any]:
    """All items, in order."""
    found: list[Any] = []
    mapped(value, found.append)
    return found


def tensors_of(value: Any) -> list[Tensor]:
    """The tensors among them."""
    return [leaf for leaf in leaves_of(value) if isinstance(leaf, Tensor)]
