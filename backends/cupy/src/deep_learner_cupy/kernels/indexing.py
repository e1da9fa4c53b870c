"""Looking up, adding and writing at positions, each in one or two launches.

Arrays are seen as (outer, size, inner), with `size` along the dimension that positions speak of. Kernels check
positions themselves and note wrong ones: see `notes`. CuPy's raw arguments follow strides, so nothing need be
contiguous.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner.ops.dims import wrap_dim
from deep_learner.ops.indexing.advanced import positions_shape
from deep_learner.ops.indexing.select import check_gather, crop
from deep_learner.ops.indexing.slices import fitted
from deep_learner.typing import Scalar
from deep_learner_cupy import notes
from deep_learner_cupy.kernels.fallback import generic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array

_INTEGERS = (numpy.dtype("int64"), numpy.dtype("int32"))


def _kernel(name: str, inputs: str, code: str, outputs: str) -> Any:
    return cupy.ElementwiseKernel(
        inputs, f"{outputs}, raw int64 record", code, f"deep_learner_{name}", preamble=notes.SOURCE
    )


_WRAP = _kernel(
    "wrap_index",
    "I index, int64 size, int64 dim, bool negative",
    "out = position(index, size, dim, negative, &record[0]);",
    "int64 out",
)
# The element at position index[j] for each j of `count`, with what lies around it.
_LOOK_UP = _kernel(
    "look_up",
    "raw I index, raw T input, int64 count, int64 size, int64 inner, int64 dim, bool negative",
    """
    long long rest = i / inner;
    long long place = position(index[rest % count], size, dim, negative, &record[0]);
    out = input[(rest / count * size + place) * inner + i % inner];
    """,
    "T out",
)
_GATHER = _kernel(
    "gather",
    "I index, raw T input, int64 count, int64 size, int64 inner, int64 dim",
    """
    long long place = position(index, size, dim, false, &record[0]);
    out = input[(i / inner / count * size + place) * inner + i % inner];
    """,
    "T out",
)


def checked(index: Array) -> Array:
    """Positions, once their dtype has been found to be one.

    Raises
    ------
    RuntimeError
        Unless they are int32 or int64, or none.
    """
    if index.dtype in _INTEGERS:
        return index
    if index.size == 0:
        return index.astype("int64")
    raise RuntimeError(f"expected dtype int32 or int64 for index, but it has {index.dtype}")


def refuse_empty(index: Array, size: int, dim: int) -> None:
    """Refuse positions in a dimension of size 0: there is none that could stand for a wrong one.

    Raises
    ------
    IndexError
    """
    if size == 0 and index.size:
        raise IndexError(f"index {int(index.ravel()[0])} is out of bounds for dimension {dim} with size 0")


def wrap_index(index: Array, size: int, dim: int = 0, negative: bool = True) -> Array:
    index = checked(index)
    refuse_empty(index, size, dim)
    out = cupy.empty(index.shape, "int64")
    _WRAP(index, size, dim, negative, out, notes.record())
    return out


def look_up(input: Array, dim: int, index: Array, negative: bool) -> Array:
    """`input` with the shape of `index` in place of dimension `dim`, which is counted from the front."""
    index, size = checked(index), input.shape[dim]
    refuse_empty(index, size, dim)
    out = cupy.empty((*input.shape[:dim], *index.shape, *input.shape[dim + 1 :]), input.dtype)
    inner = math.prod(input.shape[dim + 1 :])
    if out.size:
        _LOOK_UP(index, input, index.size, size, inner, dim, negative, out, notes.record())
    return out


def index_select(input: Array, dim: int, index: Array) -> Array:
    if index.ndim > 1 or (input.ndim == 0 and index.size != 1):
        return generic("index_select", input, dim, index)  # which refuses it
    row, dim = (input if input.ndim else input.reshape(1)), wrap_dim(dim, input.ndim)
    picked = look_up(row, dim, index.reshape(-1), negative=False)
    return picked if input.ndim else picked.reshape(())


def gather(input: Array, dim: int, index: Array, *, sparse_grad: bool = False) -> Array:
    dim, index = check_gather("gather", input.shape, dim, index.shape), checked(index)
    row, places = (array if array.ndim else array.reshape(1) for array in (input, index))
    out = cupy.empty(places.shape, input.dtype)
    if out.size:
        size = row.shape[dim]
        refuse_empty(places, size, dim)
        inner = math.prod(places.shape[dim + 1 :])
        _GATHER(
            places, crop(row, places.shape, dim), places.shape[dim], size, inner, dim, out, notes.record()
        )
    return out.reshape(index.shape)


def embedding(
    input: Array, weight: Array, padding_idx: int | None = None, scale_grad_by_freq: bool = False
) -> Array:
    if input.dtype.kind not in "iu":
        raise RuntimeError(f"indices must be integers; received {input.dtype}")
    return look_up(weight, 0, input, negative=False)


def _key(indices: Sequence[Array], dims: Sequence[int], shape: Sequence[int]) -> tuple[Any, ...]:
    """What CuPy takes between brackets, with positions that exist."""
    key: list[Any] = [slice(None)] * (dims[-1] + 1)
    for index, dim in zip(indices, dims, strict=True):
        key[dim] = wrap_index(index, shape[dim], dim)
    return tuple(key)


def advanced_index(input: Array, indices: Sequence[Array], dims: Sequence[int]) -> Array:
    if len(dims) == 1:
        return look_up(input, dims[0], indices[0], negative=True)
    if 0 in positions_shape(indices):  # PyTorch does not look at positions of which none is used
        return generic("advanced_index", input, indices, dims)
    return input[_key(indices, dims, input.shape)]


def index_mask(index: Array, size: int) -> Array:
    mask = cupy.zeros(size, "bool")
    if index.size:
        mask[index] = True
    return mask


def slice_embed(input: Array, key: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    out = cupy.zeros(shape, input.dtype)
    out[key] = input
    return out


def set_slice(input: Array, key: tuple[Any, ...], value: Any) -> Array:
    out = input.copy()
    region = out[key]
    region[...] = value if isinstance(value, Scalar) else fitted(cupy, value, region.shape)
    return out


KERNELS: dict[str, Callable[..., Any]] = {
    "advanced_index": advanced_index,
    "embedding": embedding,
    "gather": gather,
    "index_mask": index_mask,
    "index_select": index_select,
    "set_slice": set_slice,
    "slice_embed": slice_embed,
    "wrap_index": wrap_index,
}
