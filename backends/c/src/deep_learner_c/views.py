"""How arrays lie in memory, and how views of them do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from deep_learner.compiler import Node, Value
from deep_learner_c.part import Place
from deep_learner_numpy.compiler.buffers import dense_strides

__all__ = ["NUMBER", "VIEWS", "contiguous", "part_of", "strides_of", "view_of"]

NUMBER = np.dtype("float64")

# Functions whose results may show their first argument, which take no other arrays.
VIEWS: Mapping[str, Callable[..., Any]] = {
    "getitem": lambda array, index: part_of(array, index),
    "ops.transpose": lambda array, one, other: array.swapaxes(one, other),
    "ops.reshape": lambda array, shape: np.reshape(array, shape, copy=False),
    "reshape": lambda array, shape, copy=None: np.reshape(array, shape, copy=False),
    **{
        name: getattr(np, name)
        for name in (
            "permute_dims",
            "matrix_transpose",
            "expand_dims",
            "squeeze",
            "broadcast_to",
            "moveaxis",
            "flip",
        )
    },
}


def strides_of(value: Value) -> tuple[int, ...]:
    """How C lays out what it computes: as NumPy did while tracing, if that was dense; else row after row."""
    if value.dtype is None:
        return ()
    found = dense_strides(value)
    return found if found is not None else contiguous(value.shape, value.dtype.itemsize)


def part_of(array: Any, key: Any) -> Any:
    """A view of a part, also where it is a single element."""
    key = key if isinstance(key, tuple) else (key,)
    return array[key if any(one is ... for one in key) else (*key, ...)]


def contiguous(shape: Sequence[int], itemsize: int) -> tuple[int, ...]:
    """The strides of an array row after row."""
    strides: list[int] = []
    for size in reversed(shape):
        strides.append(itemsize)
        itemsize *= size
    return tuple(reversed(strides))


def view_of(node: Node, source: Place) -> Place | None:
    """Where a node's result lies if it shows its first argument, which lies at `source`; None if it does not."""
    output = node.outputs[0]
    function = VIEWS.get(str(node.operation))
    if function is None or node.several or output.alias is None:
        return None
    memory = np.lib.stride_tricks.as_strided(np.empty(1, source.dtype), source.shape, source.strides)
    try:
        shown = function(memory, *node.args[1:], **node.kwargs)
    except ValueError:  # it would be a copy
        return None
    if shown.shape != output.shape:
        return None
    shift = shown.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    return Place(source.slot, source.offset + shift, shown.strides, shown.shape, source.dtype)
