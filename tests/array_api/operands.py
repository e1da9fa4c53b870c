"""What the suite draws for Tensors: nothing on which PyTorch and the standard are known to differ.

A plugin of pytest, which has to be loaded before the suite's modules. A test whose every drawing differs is skipped
instead, in tensor.txt.
"""

from __future__ import annotations

from typing import Any

from array_api_tests import xps


def same_kind_of_rank(shapes: Any) -> bool:
    """Whether all have dimensions or none has: PyTorch lets 0-d operands give way to the dtype of others."""
    return len({bool(shape) for shape in shapes.input_shapes}) == 1


def forward(key: Any) -> bool:
    """Whether no slice of an index runs backwards: PyTorch refuses those."""
    slices = [part for part in (key if isinstance(key, tuple) else (key,)) if isinstance(part, slice)]
    return all(part.step is None or part.step > 0 for part in slices)


_shapes, _indices = xps.mutually_broadcastable_shapes, xps.indices
xps.mutually_broadcastable_shapes = lambda *args, **kwargs: _shapes(*args, **kwargs).filter(same_kind_of_rank)
xps.indices = lambda *args, **kwargs: _indices(*args, **kwargs).filter(forward)
