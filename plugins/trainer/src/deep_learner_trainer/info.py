"""What a file holds, without a model: names, shapes, dtypes and the values between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import deep_learner
from deep_learner import Tensor
from deep_learner_trainer.nested import is_sequence, is_table

__all__ = ["FileInfo", "TensorInfo", "describe"]


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """One tensor: its name as a dotted path, its shape and its dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        """The number of its elements."""
        size = 1
        for length in self.shape:
            size *= length
        return size


@dataclasses.dataclass(frozen=True)
class FileInfo:
    """The tensors of a file, and its other values by dotted path."""

    tensors: list[TensorInfo]
    metadata: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"tensors": [dataclasses.asdict(one) for one in self.tensors], "metadata": self.metadata}


def describe(path: str | Path) -> FileInfo:
    """Reads any file that `deep_learner.load` reads.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SerializationError
        If it is damaged or in no known format.
    """
    tensors: list[TensorInfo] = []
    metadata: dict[str, Any] = {}
    for name, value in _walk("", deep_learner.load(path)):
        if isinstance(value, Tensor):
            tensors.append(TensorInfo(name, tuple(value.shape), value.dtype.name))
        else:
            metadata[name] = value
    return FileInfo(tensors, metadata)


def _walk(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The leaves of nested values; a list without tensors is a leaf, so that it stays readable."""
    items: Iterable[tuple[object, Any]]
    if is_table(value) and value:
        items = value.items()
    elif is_sequence(value) and any(isinstance(item, Tensor | dict | list | tuple) for item in value):
        items = enumerate(value)
    else:
        yield name, value
        return
    for key, item in items:
        yield from _walk(f"{name}.{key}" if name else str(key), item)
