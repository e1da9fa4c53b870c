"""Putting the tensors of a batch into page-locked memory, from where they reach a device without waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import deep_learner as dl
from deep_learner_data.collate import rebuilt_mapping, rebuilt_sequence

__all__ = ["pin_memory"]


def pin_memory(data: Any) -> Any:
    """A batch with its tensors, and what else has a method `pin_memory`, in page-locked memory.

    Parameters
    ----------
    data : object
        Containers keep their form; anything that cannot be pinned stays as it is.

    Raises
    ------
    RuntimeError
        No backend has a device to pin for, or a tensor is not on the CPU.
    """
    if isinstance(data, dl.Tensor) or hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, Mapping):
        return rebuilt_mapping(data, lambda key: pin_memory(data[key]))
    if isinstance(data, tuple) and not hasattr(data, "_fields"):
        return tuple(pin_memory(item) for item in data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return rebuilt_sequence(data, [pin_memory(item) for item in data])
    return data
