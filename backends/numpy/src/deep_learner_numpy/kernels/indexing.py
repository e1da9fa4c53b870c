"""Indexing by NumPy's own: fancy indexing to read, assignment into a copy to write.

Adding many rows to few places is where NumPy is slow (`np.add.at`); see :mod:`.row_sums`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.errors import PositionError
from deep_learner.ops.dims import wrap_dim
from deep_learner.ops.indexing.slices import fitted
from deep_learner.typing import Scalar
from deep_learner_numpy.kernels.row_sums import add_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array


_UNSIGNED = {np.dtype(np.int64): np.uint64, np.dtype(np.int32): np.uint32}


def wrap_index(index: Array, size: int, dim: int = 0, negative: bool = True) -> Array:
    if index.size == 0:
        return index.astype(np.int64)
    unsigned = _UNSIGNED.get(index.dtype)
    if unsigned is None:
        raise RuntimeError(f"expected dtype int32 or int64 for index, but it has {index.dtype}")
    if index.view(unsigned).max() >= size:  # as unsigned numbers, negative ones are large
        low, high = index.min(), index.max()
        if high >= size or low < (-size if negative else 0):
            wrong = high if high >= size else low
            raise PositionError(f"index {wrong} is out of bounds for dimension {dim} with size {size}")
        index = np.where(index < 0, index + size, index)
    return index.astype(np.int64, copy=False)


def index_mask(index: Array, size: int) -> Array:
    mask = np.zeros(size, np.bool_)
    mask[index] = True
    return mask


def last_writes(index: Array, size: int) -> Array:
    order = np.arange(index.size)
    writer = np.empty(size, np.int64)
    writer[index] = order
    return writer[index] == order


def slice_embed(input: Array, key: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    out = np.zeros(shape, input.dtype)
    out[key] = input
    return out


def _writable(input: Array) -> Array:
    """A copy; in a backward pass a 0-d array may be a scalar, which cannot be written."""
    return np.array(input)


def set_slice(input: Array, key: tuple[Any, ...], value: Any) -> Array:
    out = _writable(input)
    region = out[key]
    region[...] = value if isinstance(value, Scalar) else fitted(np, value, region.shape)
    return out


def _key(indices: Sequence[Array], dims: Sequence[int]) -> tuple[Any, ...]:
    key: list[Any] = [slice(None)] * (dims[-1] + 1)
    for index, dim in zip(indices, dims, strict=True):
        key[dim] = index
    return tuple(key)


def _explain(indices: Sequence[Array], dims: Sequence[int], shape: tuple[int, ...]) -> None:
    """Raise what PyTorch says of positions that do not exist or do not fit together."""
    _region(indices)
    for index, dim in zip(indices, dims, strict=True):
        wrap_index(index, shape[dim], dim)


def _region(indices: Sequence[Array]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*[index.shape for index in indices])
    except ValueError:
        listed = ", ".join(str(list(index.shape)) for index in indices)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
        ) from None


def advanced_index(input: Array, indices: Sequence[Array], dims: Sequence[int]) -> Array:
    try:
        if len(dims) == 1:
            return np.take(input, indices[0], axis=dims[0])
        return input[_key(indices, dims)]
    except IndexError:
        _explain(indices, dims, input.shape)
        raise


def index_select(input: Array, dim: int, index: Array) -> Array:
    row = input if input.ndim else input.reshape(1)
    if index.ndim > 1 or (input.ndim == 0 and index.size != 1):
        raise IndexError(
            f"index_select(): Index is supposed to be a vector, but has shape {list(index.shape)}"
        )
    dim = wrap_dim(dim, row.ndim)
    picked = np.take(row, wrap_index(index.reshape(-1), row.shape[dim], dim, negative=False), axis=dim)
    return picked if input.ndim else picked.reshape(())


def advanced_put(
    input: Array, indices: Sequence[Array], values: Array, dims: Sequence[int], *, accumulate: bool = False
) -> Array:
    positions = _region(indices)
    out = _writable(input)
    others = [size for dim, size in enumerate(input.shape) if dim not in dims]
    place = dims[0] if dims[-1] - dims[0] + 1 == len(dims) else 0
    region = (*others[:place], *positions, *others[place:])
    values = fitted(np, values, region)
    if not accumulate:
        try:
            out[_key(indices, dims)] = values
        except IndexError:
            _explain(indices, dims, input.shape)
            raise
        return out
    sizes = [input.shape[dim] for dim in dims]
    if 0 in positions:
        return out
    flat: Any = 0
    for index, dim, size in zip(indices, dims, sizes, strict=True):
        flat = flat * size + wrap_index(index, size, dim)
    flat = np.broadcast_to(flat, positions).ravel()
    values = np.broadcast_to(values, region)
    count = len(positions)
    source = np.moveaxis(values, range(place, place + count), range(count)).reshape((flat.size, *others))
    order = (*dims, *[dim for dim in range(input.ndim) if dim not in dims])
    total = add_rows(flat, source, math.prod(sizes)).reshape([input.shape[dim] for dim in order])
    out += total.transpose(np.argsort(order))
    return out


def _row_form(name: str, input: Array, dim: int, index: Array, source: Array) -> tuple[int, Array, Array]:
    """Dimension, positions and source of a 1-d index, checked."""
    ndim = max(input.ndim, 1)
    dim = wrap_dim(dim, ndim)
    if index.ndim > 1:
        raise RuntimeError(f"{name}: index is supposed to be a vector, but has shape {list(index.shape)}")
    shape = input.shape or (1,)
    index = index.reshape(-1)
    rows = source if source.ndim else source.reshape(1)
    if rows.shape != (*shape[:dim], index.size, *shape[dim + 1 :]):
        raise RuntimeError(
            f"{name}: {index.size} positions in dimension {dim} of an input of shape {list(input.shape)} "
            f"need as many rows, but the source has shape {list(source.shape)}"
        )
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: input and source must have the same dtype, not {input.dtype}, {source.dtype}"
        )
    return dim, wrap_index(index, shape[dim], dim, negative=False), rows


def index_add(input: Array, dim: int, index: Array, source: Array, *, alpha: Any = 1) -> Array:
    dim, index, rows = _row_form("index_add", input, dim, index, source)
    total = add_rows(index, np.moveaxis(rows, dim, 0), (input.shape or (1,))[dim])
    total = np.moveaxis(total, 0, dim).reshape(input.shape)
    if alpha != 1:
        total = total * np.asarray(alpha).astype(total.dtype)
    return input | total if input.dtype == np.bool_ else input + total


def index_copy(input: Array, dim: int, index: Array, source: Array) -> Array:
    dim, index, rows = _row_form("index_copy", input, dim, index, source)
    out = _writable(input)
    np.atleast_1d(out)[(slice(None),) * dim + (index,)] = rows
    return out


def _scattered(name: str, input: Array, dim: int, index: Array, src: Array) -> tuple[int, Array, Array]:
    """Dimension, positions and the part of the source they use, checked and at least 1-d."""
    ndim = max(input.ndim, 1)
    dim = wrap_dim(dim, ndim)
    if src.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: expected input.dtype to be equal to src.dtype, not {input.dtype}, {src.dtype}"
        )
    shape, places, source = input.shape or (1,), np.atleast_1d(index), np.atleast_1d(src)
    if places.size == 0:
        return dim, places, source
    if not places.ndim == source.ndim == ndim:
        raise RuntimeError(
            f"{name}: index {list(index.shape)}, src {list(src.shape)} and input {list(input.shape)} "
            "must have the same number of dimensions"
        )
    for place, size in enumerate(places.shape):
        if size > source.shape[place] or (place != dim and size > shape[place]):
            raise RuntimeError(
                f"{name}: expected index {list(index.shape)} to be no larger than {list(input.shape)} "
                f"apart from dimension {dim}, and no larger than src {list(src.shape)}"
            )
    places = wrap_index(places, shape[dim], dim, negative=False)
    return dim, places, source[tuple(map(slice, places.shape))]


def scatter_set(input: Array, dim: int, index: Array, src: Array) -> Array:
    dim, places, source = _scattered("scatter", input, dim, index, src)
    out = _writable(input)
    if places.size:
        corner = [slice(size) for size in places.shape]
        corner[dim] = slice(None)
        np.put_along_axis(np.atleast_1d(out)[tuple(corner)], places, source, dim)
    return out


def scatter_add(input: Array, dim: int, index: Array, src: Array) -> Array:
    dim, places, source = _scattered("scatter_add", input, dim, index, src)
    if places.size == 0:
        return input.copy()
    grid = list(np.ix_(*map(np.arange, places.shape)))
    grid[dim] = places
    flat = np.ravel_multi_index(np.broadcast_arrays(*grid), input.shape or (1,)).ravel()
    total = add_rows(flat, source.reshape(-1), input.size).reshape(input.shape)
    return input | total if input.dtype == np.bool_ else input + total


def _combined_at(function: Any) -> Any:
    def combine(input: Array, dim: int, index: Array, source: Array) -> Array:
        dim, index, rows = _row_form("index_reduce", input, dim, index, source)
        out = _writable(input)
        function.at(np.atleast_1d(out), (slice(None),) * dim + (index,), rows)
        return out

    return combine


_MAXIMUM, _MINIMUM = _combined_at(np.maximum), _combined_at(np.minimum)


def index_extremum(input: Array, dim: int, index: Array, source: Array, largest: bool) -> Array:
    return (_MAXIMUM if largest else _MINIMUM)(input, dim, index, source)


KERNELS: dict[str, Callable[..., Any]] = {
    "advanced_index": advanced_index,
    "advanced_put": advanced_put,
    "index_add": index_add,
    "index_copy": index_copy,
    "index_extremum": index_extremum,
    "index_mask": index_mask,
    "index_select": index_select,
    "index_prod": _combined_at(np.multiply),
    "last_writes": last_writes,
    "scatter_add": scatter_add,
    "scatter_set": scatter_set,
    "set_slice": set_slice,
    "slice_embed": slice_embed,
    "wrap_index": wrap_index,
}
