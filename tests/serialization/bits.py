"""States as values that are equal if they are the same to the bit."""

from __future__ import annotations

from typing import Any

import deep_learner as dl


def bits(value: Any) -> Any:
    """The bits of all tensors in a state, and all else that is in it."""
    if isinstance(value, dl.Tensor):
        return value.dtype.name, tuple(value.shape), value.numpy().tobytes()
    if isinstance(value, dict):
        return {key: bits(item) for key, item in value.items()}
    return [bits(item) for item in value] if isinstance(value, list | tuple) else value
