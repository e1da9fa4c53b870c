"""Adding and writing rows or elements at positions.

Sums are made by atomic additions, in float32 for the 16-bit types; their order, and with it the last digit, differs
from run to run, as in PyTorch. Of several values written to one place the last stays: who that is, a first launch
finds out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.ops.dims import wrap_dim
from deep_learner.ops.indexing.select import check_gather, crop
from deep_learner_cupy import notes
from deep_learner_cupy.kernels.fallback import SUMMABLE, for_dtypes, generic, wide
from deep_learner_cupy.kernels.indexing import checked, refuse_empty

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Scalar

_NO_ROW = -(2**63)
PREAMBLE = (
    notes.SOURCE
    + """
template <typename T> __device__ inline void add_at(T* place, T value) { atomicAdd(place, value); }
__device__ inline void add_at(long long* place, long long value) {
  atomicAdd((unsigned long long*)place, (unsigned long long)value);
}
"""
)


def _kernel(name: str, inputs: str, code: str, outputs: str) -> Any:
    return cupy.ElementwiseKernel(
        inputs, f"{outputs}, raw int64 record", code, f"deep_learner_{name}", preamble=PREAMBLE
    )


# Rows: position index[j] for each j of `count`. Elements: each has its own position.
_ADD_ROWS = _kernel(
    "add_rows",
    "T source, raw I index, int64 count, int64 size, int64 inner, int64 dim, int64 skipped",
    """
    long long rest = i / inner, named = index[rest % count];
    if (named != skipped) {
      long long place = position(named, size, dim, false, &record[0]);
      add_at(&out[(rest / count * size + place) * inner + i % inner], (A)source);
    }
    """,
    "raw A out",
)
_ADD_ELEMENTS = _kernel(
    "add_elements",
    "T source, I index, int64 count, int64 size, int64 inner, int64 dim",
    """
    long long place = position(index, size, dim, false, &record[0]);
    add_at(&out[(i / inner / count * size + place) * inner + i % inner], (A)source);
    """,
    "raw A out",
)
_CLAIM_ROWS = _kernel(
    "claim_rows",
    "I index, int64 size, int64 dim",
    "atomicMax(&writer[position(index, size, dim, false, &record[0])], (long long)i);",
    "raw int64 writer",
)
_WRITE_ROWS = _kernel(
    "write_rows",
    "T source, raw I index, raw int64 writer, int64 count, int64 size, int64 inner, int64 dim",
    """
    long long rest = i / inner, row = rest % count;
    long long place = position(index[row], size, dim, false, &record[0]);
    if (writer[place] == row) out[(rest / count * size + place) * inner + i % inner] = source;
    """,
    "raw T out",
)
_CLAIM_ELEMENTS = _kernel(
    "claim_elements",
    "I index, int64 count, int64 size, int64 inner, int64 dim",
    """
    long long place = position(index, size, dim, false, &record[0]);
    atomicMax(&writer[(i / inner / count * size + place) * inner + i % inner], (long long)i);
    """,
    "raw int64 writer",
)
_WRITE_ELEMENTS = _kernel(
    "write_elements",
    "T source, I index, raw int64 writer, int64 count, int64 size, int64 inner, int64 dim",
    """
    long long place = position(index, size, dim, false, &record[0]);
    long long target = (i / inner / count * size + place) * inner + i % inner;
    if (writer[target] == i) out[target] = source;
    """,
    "raw T out",
)
_IS_LAST = cupy.ElementwiseKernel(
    "I index, raw int64 writer", "bool last", "last = writer[index] == i", "deep_learner_is_last"
)


def _rows(name: str, input: Array, dim: int, index: Array, source: Array) -> tuple[int, Array, Array]:
    """Dimension, positions and source of a 1-d index, checked."""
    dim = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise RuntimeError(f"{name}: index is supposed to be a vector, but has shape {list(index.shape)}")
    shape, index = input.shape or (1,), checked(index.reshape(-1))
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
    refuse_empty(index, shape[dim], dim)
    return dim, index, rows


def _elements(name: str, input: Array, dim: int, index: Array, src: Array) -> tuple[int, Array, Array]:
    """Dimension, positions and the part of the source they use, checked and at least 1-d."""
    dim, places, source = check_gather(name, input.shape, dim, index.shape), checked(index), src
    if src.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: expected input.dtype to be equal to src.dtype, not {input.dtype}, {src.dtype}"
        )
    places, source = (array if array.ndim else array.reshape(1) for array in (places, src))
    if places.size == 0:
        return dim, places, source
    if places.ndim != source.ndim or any(a > b for a, b in zip(places.shape, source.shape, strict=True)):
        raise RuntimeError(
            f"{name}: expected index {list(index.shape)} to be no larger than src {list(src.shape)}"
        )
    refuse_empty(places, (input.shape or (1,))[dim], dim)
    return dim, places, crop(source, places.shape)


def add_rows(out: Array, dim: int, index: Array, rows: Array, skipped: int = _NO_ROW) -> None:
    """Add each row to `out`, of at least one dimension, at its position along `dim`, but for those at `skipped`."""
    if rows.size:
        inner = math.prod(out.shape[dim + 1 :])
        _ADD_ROWS(rows, index, index.size, out.shape[dim], inner, dim, skipped, out, notes.record())


def _accumulated(input: Array, add: Callable[[Array], None]) -> Array:
    """`input` with what `add` adds to an array of its shape, at least 1-d: exactly once rounded."""
    shape = input.shape or (1,)
    if wide(input.dtype) == input.dtype:
        out = input.copy()
        add(out.reshape(shape))
        return out
    total = input.astype(wide(input.dtype))
    add(total.reshape(shape))
    return total.astype(input.dtype)


@for_dtypes(SUMMABLE)
def index_add(input: Array, dim: int, index: Array, source: Array, *, alpha: Scalar = 1) -> Array:
    dim, index, rows = _rows("index_add", input, dim, index, source)
    rows = rows if alpha == 1 else rows * alpha
    return _accumulated(_c_ordered(input), lambda out: add_rows(out, dim, index, rows))


@for_dtypes(SUMMABLE)
def scatter_add(input: Array, dim: int, index: Array, src: Array) -> Array:
    dim, places, source = _elements("scatter_add", input, dim, index, src)
    if places.size == 0:
        return input.copy()

    def add(out: Array) -> None:
        inner = math.prod(places.shape[dim + 1 :])
        corner = crop(out, places.shape, dim)
        _ADD_ELEMENTS(source, places, places.shape[dim], out.shape[dim], inner, dim, corner, notes.record())

    return _accumulated(_c_ordered(input), add)


def _c_ordered(input: Array) -> Array:
    """The array row by row, so that its copy can be seen with another shape."""
    return input if input.flags.c_contiguous else input.copy(order="C")


@for_dtypes(SUMMABLE)
def embedding_backward(
    grad_output: Array,
    indices: Array,
    num_weights: int,
    padding_idx: int | None = None,
    scale_grad_by_freq: bool = False,
) -> Array:
    if scale_grad_by_freq:
        return generic(
            "embedding_backward", grad_output, indices, num_weights, padding_idx, scale_grad_by_freq
        )
    width = grad_output.shape[indices.ndim :]
    index = checked(indices.reshape(-1))
    refuse_empty(index, num_weights, 0)
    table = cupy.zeros((num_weights, *width), wide(grad_output.dtype))
    rows = grad_output.reshape((index.size, *width))
    add_rows(table, 0, index, rows, _NO_ROW if padding_idx is None else padding_idx)
    return table.astype(grad_output.dtype, copy=False)


def index_copy(input: Array, dim: int, index: Array, source: Array) -> Array:
    dim, index, rows = _rows("index_copy", input, dim, index, source)
    out = input.copy(order="C")
    if rows.size:
        whole = out.reshape(out.shape or (1,))
        size, inner = whole.shape[dim], math.prod(whole.shape[dim + 1 :])
        writer = _claimed(index, size, dim)
        _WRITE_ROWS(rows, index, writer, index.size, size, inner, dim, whole, notes.record())
    return out


def _claimed(index: Array, size: int, dim: int = 0) -> Array:
    """For each place the last entry of `index` that names it, -1 for none."""
    writer = cupy.full(size, -1, "int64")
    _CLAIM_ROWS(index, size, dim, writer, notes.record())
    return writer


def last_writes(index: Array, size: int) -> Array:
    if index.size == 0:
        return cupy.empty(index.shape, "bool")
    return _IS_LAST(index, _claimed(index, size))


def scatter_set(input: Array, dim: int, index: Array, src: Array) -> Array:
    dim, places, source = _elements("scatter", input, dim, index, src)
    out = input.copy(order="C")
    if places.size:
        corner = crop(out.reshape(out.shape or (1,)), places.shape, dim)
        sizes = (places.shape[dim], corner.shape[dim], math.prod(places.shape[dim + 1 :]), dim)
        writer = cupy.full(corner.shape, -1, "int64")
        _CLAIM_ELEMENTS(places, *sizes, writer, notes.record())
        _WRITE_ELEMENTS(source, places, writer, *sizes, corner, notes.record())
    return out


KERNELS: dict[str, Callable[..., Any]] = {
    "embedding_backward": embedding_backward,
    "index_add": index_add,
    "index_copy": index_copy,
    "last_writes": last_writes,
    "scatter_add": scatter_add,
    "scatter_set": scatter_set,
}
