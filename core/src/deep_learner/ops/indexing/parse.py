"""Reading an index as PyTorch does: a basic part, which is a view, and integer tensors."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from ...size import SymbolicSize, as_index, slice_bounds
from ...tensor import Tensor
from ..creation import tensor_beside
from ..registry import OPERATIONS
from .slices import Key

_INTEGERS = ("int64", "int32")
_MASKS = ("bool", "uint8")


class Index(NamedTuple):
    """An index, read.

    Attributes
    ----------
    key
        The basic part for `slice_index`, with one ellipsis.
    positions
        Integer tensors, to be broadcast together.
    dims
        The dimensions of the basic part's result that they index, rising.
    """

    key: Key
    positions: list[Tensor]
    dims: tuple[int, ...]


def parse(input: Tensor, index: Any) -> Index:
    """Read an index into `input`.

    Parameters
    ----------
    input
        What will be indexed.
    index
        An integer, slice, None, Ellipsis, boolean, sequence or tensor of these, or a tuple of all that.

    Raises
    ------
    IndexError
        For a position out of bounds, too many indices, a mask of the wrong shape, or what is no index.
    ValueError
        For a slice with a negative or zero step.
    """
    shape = input._array.shape
    items: list[Any] = [index] if type(index) is not tuple else list(cast("tuple[Any, ...]", index))
    items = [item if type(item) in (int, slice) else _simplified(item, input) for item in items]
    named = sum([_width(item) for item in items])
    if named > len(shape):
        if not shape and type(items[0]) is int:
            raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` to convert it to a number")
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}: {named}")
    key: list[Any] = []
    positions: list[Tensor] = []
    dims: list[int] = []
    source = target = 0  # The dimensions of `input` and of the basic part's result that come next.
    for item in items:
        if type(item) is int or isinstance(item, SymbolicSize):
            key.append(_checked(item, shape[source], source))
            source += 1
        elif type(item) is slice:
            key.append(_bounds(item, shape[source]))
            source += 1
            target += 1
        elif item is Ellipsis:
            if Ellipsis in key:
                raise IndexError("an index can only have a single ellipsis ('...')")
            key.append(Ellipsis)
            source += len(shape) - named
            target += len(shape) - named
        elif item is None:
            key.append(None)
            target += 1
        elif type(item) is bool:  # A new dimension of size 1, of which it takes all or nothing.
            key.append(None)
            positions.append(tensor_beside([0] if item else [], input, "int64"))
            dims.append(target)
            target += 1
        else:
            found = _positions(item, shape, source)
            key += [slice(None)] * len(found)
            positions += found
            dims += range(target, target + len(found))
            source += len(found)
            target += len(found)
    if Ellipsis not in key:
        key.append(Ellipsis)
    return Index(tuple(key), positions, tuple(dims))


def _simplified(given: Any, input: Tensor) -> Any:
    """The item as an int, bool, slice, None, Ellipsis or a tensor with dimensions."""
    item = given
    if item is None or item is Ellipsis or type(item) in (bool, slice):
        return item
    if not isinstance(item, Tensor):
        sequence = isinstance(given, Sequence) and not isinstance(given, str | bytes)
        if sequence or hasattr(item, "dtype"):
            item = tensor_beside(item, input, "int64" if sequence and len(item) == 0 else None)
        elif hasattr(item, "__index__"):
            return as_index(item)
        else:
            raise IndexError(
                "only integers, slices (`:`), ellipsis (`...`), None and integer or boolean tensors are "
                f"valid indices (got {type(item).__name__})"
            )
    kind = item.dtype.name
    if kind not in _INTEGERS and kind not in _MASKS and (item.ndim or "int" not in kind):
        raise IndexError(f"tensors used as indices must be int64, int32, bool or uint8 tensors, not {kind}")
    if item.ndim:
        return item
    return bool(item.item()) if kind in _MASKS else int(item.item())


def _width(item: Any) -> int:
    """How many dimensions of the input an item speaks of."""
    if item is None or item is Ellipsis or type(item) is bool:
        return 0
    return item.ndim if isinstance(item, Tensor) and item.dtype.name in _MASKS else 1


def _checked(position: int, size: int, dim: int) -> int:
    if -size <= position < size:
        return position + size if position < 0 else position
    raise IndexError(f"index {position} is out of bounds for dimension {dim} with size {size}")


def _bounds(part: slice, size: int) -> slice:
    """A slice with bounds inside the size, as the array standard demands."""
    if part.start is None and part.stop is None and part.step is None:
        return part
    if part.step is not None and operator.index(part.step) <= 0:
        raise ValueError(f"step must be greater than zero, but is {part.step}; use flip() to reverse")
    start, stop, step = slice_bounds(part, size)
    return slice(start, stop, step) if start < stop else slice(0, 0, 1)


def _positions(item: Tensor, shape: Sequence[int], dim: int) -> list[Tensor]:
    """The positions that a tensor names: itself, or where a mask holds."""
    if item.dtype.name not in _MASKS:
        return [item]
    for place, size in enumerate(item.shape):
        if size != shape[dim + place]:
            raise IndexError(
                f"The shape of the mask {list(item.shape)} at index {place} does not match "
                f"the shape of the indexed tensor {list(shape)} at index {dim + place}"
            )
    return list(OPERATIONS["mask_positions"](item))
