"""Operations that give the same elements another shape.

All are views: the result shares memory with `input`, as in PyTorch, wherever the backend can arrange it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..typing import Array, Namespace, Shape
from .dims import inverse_permutation, wrap_dim, wrap_dims
from .operation import op


def infer_shape(shape: int | Sequence[int], count: int) -> Shape:
    """`shape` with its -1 replaced by what `count` elements leave for it.

    Raises
    ------
    RuntimeError
        If the elements do not fill the shape, or more than one size is -1.
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    known = math.prod([size for size in sizes if size != -1])
    unknown = sizes.count(-1)
    if unknown > 1:
        raise RuntimeError(f"only one dimension can be inferred, but the shape is {list(sizes)}")
    if unknown and not known:
        raise RuntimeError(
            f"cannot reshape {count} elements into {list(sizes)}: any size would do for -1; name it"
        )
    if any(size < -1 for size in sizes):
        raise RuntimeError(
            f"invalid shape dimension in {list(sizes)}: sizes are at least 0, or -1 to be inferred"
        )
    if (count % known) if unknown else (known != count):
        raise RuntimeError(f"shape {list(sizes)} is invalid for input of size {count}")
    return tuple([count // known if size == -1 else size for size in sizes]) if unknown else sizes


@op(view=True)
def reshape(xp: Namespace, input: Array, shape: int | Sequence[int]) -> Array:
    """The same elements in row-major order under another shape: (*) -> shape, any dtype; one size may be -1.

    Raises RuntimeError if the sizes do not multiply to the number of elements.
    """
    return xp.reshape(input, infer_shape(shape, math.prod(input.shape)))


@reshape.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape) -> Array:
    return xp.reshape(g, input_shape)


@op(view=True)
def flatten(xp: Namespace, input: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    """Merge the dimensions from `start_dim` to `end_dim`: (a, b, c, d) -> (a, b*c, d) for 1, 2; 0-d -> (1,).

    Raises IndexError for a dimension that does not exist, RuntimeError if the start comes after the end.
    """
    shape = input.shape
    start, end = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError(
            f"flatten() has invalid args: start_dim ({start_dim}) cannot come after end_dim ({end_dim})"
        )
    return xp.reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@op(view=True)
def unflatten(xp: Namespace, input: Array, dim: int, sizes: Sequence[int]) -> Array:
    """Divide one dimension into several: (a, b*c, d) -> (a, b, c, d); one of `sizes` may be -1.

    Raises IndexError for a dimension that does not exist, RuntimeError if the sizes do not multiply to its
    size.
    """
    dim = wrap_dim(dim, input.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    inner = infer_shape(sizes, input.shape[dim])
    return xp.reshape(input, (*input.shape[:dim], *inner, *input.shape[dim + 1 :]))


@op(view=True)
def ravel(xp: Namespace, input: Array) -> Array:
    """All elements in row-major order: (*) -> (N,)."""
    return xp.reshape(input, (math.prod(input.shape),))


@op(view=True)
def permute_dims(xp: Namespace, input: Array, dims: Sequence[int]) -> Array:
    """Reorder all dimensions: dimension `i` of the result is dimension `dims[i]` of `input`.

    Raises IndexError for a dimension that does not exist, RuntimeError if one is missing or named twice.
    """
    if len(dims) != input.ndim:
        raise RuntimeError(
            f"permute(): dims {tuple(dims)} must name all {input.ndim} dimensions of the input"
        )
    return xp.permute_dims(input, wrap_dims(dims, input.ndim))


@permute_dims.vjp("input")
def _(xp: Namespace, g: Array, dims: Sequence[int]) -> Array:
    return xp.permute_dims(g, inverse_permutation([dim % len(dims) for dim in dims]))


@op(view=True)
def transpose(xp: Namespace, input: Array, dim0: int, dim1: int) -> Array:
    """Exchange two dimensions. Raises IndexError for a dimension that does not exist."""
    order = list(range(input.ndim))
    first, second = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    if order:
        order[first], order[second] = second, first
    return xp.permute_dims(input, tuple(order))


@transpose.vjp("input")
def _(xp: Namespace, g: Array, dim0: int, dim1: int) -> Array:
    return xp.transpose(g, dim0, dim1)


@op(view=True)
def matrix_transpose(xp: Namespace, input: Array) -> Array:
    """Exchange the last two dimensions: (*, m, n) -> (*, n, m). Raises RuntimeError with fewer than two."""
    if input.ndim < 2:
        raise RuntimeError(f"matrix_transpose needs at least 2 dimensions, but the input has {input.ndim}")
    return xp.matrix_transpose(input)


@matrix_transpose.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.matrix_transpose(g)


@op(view=True)
def t(xp: Namespace, input: Array) -> Array:
    """The transpose of a matrix; 0-d and 1-d as they are.

    Raises RuntimeError with more than two dimensions.
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D; write .mT")
    return xp.permute_dims(input, tuple(range(input.ndim))[::-1])


@op(view=True)
def adjoint(xp: Namespace, input: Array) -> Array:
    """The conjugate transpose of matrices: (*, m, n) -> (*, n, m).

    Raises RuntimeError below two dimensions.
    """
    transposed = xp.matrix_transpose(input) if input.ndim >= 2 else xp.t(input)
    if input.ndim == 1:
        raise RuntimeError("adjoint() needs 0 or at least 2 dimensions, but the input has 1")
    return xp.conj(transposed) if xp.isdtype(input.dtype, "complex floating") else transposed


@op(view=True)
def moveaxis(
    xp: Namespace, input: Array, source: int | Sequence[int], destination: int | Sequence[int]
) -> Array:
    """Move dimensions from the places `source` to the places `destination`; the others keep their order.

    Raises IndexError for a dimension that does not exist, RuntimeError if one is named twice or the numbers
    differ.
    """
    origins, targets = wrap_dims(source, input.ndim), wrap_dims(destination, input.ndim)
    if len(origins) != len(targets):
        raise RuntimeError(
            f"movedim: source {source} and destination {destination} must name equally many dims"
        )
    order = [dim for dim in range(input.ndim) if dim not in origins]
    for target, origin in sorted(zip(targets, origins, strict=True)):
        order.insert(target, origin)
    return xp.permute_dims(input, tuple(order[: input.ndim]))


@op(view=True)
def squeeze(xp: Namespace, input: Array, dim: int | Sequence[int] | None = None) -> Array:
    """Remove dimensions of size 1: all, or those of `dim` that have it.

    Raises IndexError for one out of range.
    """
    candidates = range(input.ndim) if dim is None else wrap_dims(dim, input.ndim)
    single = tuple([each for each in candidates if input.ndim and input.shape[each] == 1])
    return xp.squeeze(input, axis=single)


@squeeze.vjp("input")
def _(
    xp: Namespace, g: Array, input_shape: Shape, dim: Any
) -> Array:  # dim: PyTorch's name of the node tells it
    return xp.reshape(g, input_shape)


@op(view=True)
def expand_dims(xp: Namespace, input: Array, dim: int) -> Array:
    """Insert a dimension of size 1 at `dim`: (a, b) -> (a, 1, b) for 1.

    Raises IndexError for one out of range.
    """
    return xp.expand_dims(input, axis=wrap_dim(dim, input.ndim + 1))


@expand_dims.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape) -> Array:
    return xp.reshape(g, input_shape)
