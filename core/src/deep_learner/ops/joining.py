"""Operations that make one tensor of several."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal

from ..typing import Array, Namespace, Shape
from .dims import wrap_dim
from .operation import op


@op(promote="arithmetic", autocast={"cpu": "promote"})
def concat(xp: Namespace, tensors: Sequence[Array], dim: int = 0) -> Array:
    """Join tensors along a dimension that exists: n of (a, b) -> (n*a, b) for 0.

    Other sizes must agree; an empty 1-d tensor counts as nothing, as in PyTorch. Raises ValueError for no
    tensor, RuntimeError for 0-d tensors or shapes that do not agree, IndexError for a dimension that does
    not exist.
    """
    for position, tensor in enumerate(tensors):
        if tensor is None:
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got NoneType")
    shapes = [tensor.shape for tensor in tensors]
    if () in shapes:
        raise RuntimeError(f"0-d tensor (at position {shapes.index(())}) cannot be concatenated; use stack()")
    kept = _joined(shapes) or [0]
    dim, first = wrap_dim(dim, len(shapes[kept[0]])), shapes[kept[0]]
    for position in kept:
        shape = shapes[position]
        if len(shape) != len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {list(first)} and {list(shape)}"
            )
        if shape[:dim] + shape[dim + 1 :] != first[:dim] + first[dim + 1 :]:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}: "
                f"tensor number {position} has shape {list(shape)}, tensor number {kept[0]} {list(first)}"
            )
    return xp.concat([tensors[position] for position in kept], axis=dim)


def _joined(shapes: Sequence[Shape]) -> list[int]:
    """The positions of the tensors that are not legacy empty ones."""
    return [position for position, shape in enumerate(shapes) if shape != (0,)]


@concat.vjp("tensors")
def _(xp: Namespace, g: Array, tensors_shape: Sequence[Shape], dim: int) -> list[Array]:
    dim = wrap_dim(dim, g.ndim)
    sizes = [0 if shape == (0,) else shape[dim] for shape in tensors_shape]
    pieces = xp.split(g, sizes, dim)
    return [xp.reshape(piece, shape) for piece, shape in zip(pieces, tensors_shape, strict=True)]


@op(promote="arithmetic", autocast={"cpu": "promote"})
def stack(xp: Namespace, tensors: Sequence[Array], dim: int = 0) -> Array:
    """Join tensors of one shape along a new dimension: n of (a, b) -> (n, a, b) for 0, (a, b, n) for -1.

    Raises RuntimeError for no tensor or shapes that differ, IndexError for a dimension out of range.
    """
    shapes = [tensor.shape for tensor in tensors]
    if not shapes:
        raise RuntimeError("stack expects a non-empty TensorList")
    for position, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise RuntimeError(
                "stack expects each tensor to be equal size, "
                f"but got {list(shapes[0])} at entry 0 and {list(shape)} at entry {position}"
            )
    return xp.stack(list(tensors), axis=wrap_dim(dim, len(shapes[0]) + 1))


@stack.vjp("tensors")
def _(xp: Namespace, g: Array, dim: int) -> Sequence[Array]:
    return xp.unstack(g, axis=wrap_dim(dim, g.ndim))


@op(promote="arithmetic")
def hstack(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Join along dimension 1 (0 for 1-d tensors), after making each at least 1-d. Errors as in `concat`."""
    parts = [xp.atleast_1d(tensor) for tensor in tensors]
    return _concat(xp, parts, 0 if parts and parts[0].ndim == 1 else 1)


@op(promote="arithmetic")
def vstack(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Join along dimension 0, after making each at least 2-d (a row). Errors as in `concat`."""
    return _concat(xp, [xp.atleast_2d(tensor) for tensor in tensors], 0)


@op(promote="arithmetic")
def dstack(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Join along dimension 2, after making each at least 3-d. Errors as in `concat`."""
    return _concat(xp, [xp.atleast_3d(tensor) for tensor in tensors], 2)


@op(promote="arithmetic")
def column_stack(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Join along dimension 1, 0-d and 1-d tensors as columns: (n,), (n, 2) -> (n, 3).

    Errors as in `concat`.
    """
    parts = [tensor if tensor.ndim > 1 else xp.reshape(tensor, (-1, 1)) for tensor in tensors]
    return _concat(xp, parts, 1)


@op(promote="arithmetic")
def block_diag(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Matrices along the diagonal, zeros elsewhere: (a, b), (c, d) -> (a + c, b + d); vectors are rows.

    Raises ValueError for no tensor, RuntimeError for one of more than two dimensions.
    """
    blocks = [xp.atleast_2d(tensor) for tensor in tensors]
    if any(block.ndim > 2 for block in blocks):
        raise RuntimeError("block_diag takes tensors of at most 2 dimensions")
    widths = [block.shape[1] for block in blocks]
    rows: list[Array] = []
    for position, block in enumerate(blocks):
        before = sum(widths[:position])
        rows.append(xp.constant_pad_nd(block, (before, sum(widths) - before - widths[position])))
    return _concat(xp, rows, 0)


@op(promote="arithmetic")
def meshgrid(
    xp: Namespace, tensors: Sequence[Array], *, indexing: Literal["ij", "xy"] = "ij"
) -> tuple[Array, ...]:
    """Coordinate grids of 0-d and 1-d tensors: sizes a, b -> two of (a, b), with "xy" of (b, a).

    Raises RuntimeError for tensors of more dimensions, for no tensor or another `indexing`.
    """
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'meshgrid: indexing must be one of "xy" or "ij", but received {indexing!r}')
    if not tensors or any(tensor.ndim > 1 for tensor in tensors):
        raise RuntimeError("meshgrid expects at least one tensor, each 0-d or 1-d")
    sizes = [math.prod(tensor.shape) for tensor in tensors]
    places = list(range(len(sizes)))
    if indexing == "xy" and len(sizes) > 1:
        places[:2] = [1, 0]
    shape = [sizes[place] for place in places]
    grids: list[Array] = []
    for tensor, place, size in zip(tensors, places, sizes, strict=True):
        axis = [1] * len(sizes)
        axis[place] = size
        grids.append(xp.broadcast_to(xp.reshape(tensor, tuple(axis)), tuple(shape)))
    return tuple(grids)


@op
def cartesian_prod(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """All tuples of elements of 1-d tensors: sizes a, b -> (a*b, 2); one tensor as it is.

    Raises RuntimeError for tensors of another number of dimensions.
    """
    if any(tensor.ndim != 1 for tensor in tensors):
        raise RuntimeError("cartesian_prod expects 1-d tensors")
    if len(tensors) == 1:
        return xp.clone(tensors[0])
    grids = _grids(xp, tensors)
    return xp.stack([xp.reshape(grid, (-1,)) for grid in grids], axis=1)


@op
def combinations(xp: Namespace, input: Array, r: int = 2, with_replacement: bool = False) -> Array:
    """All choices of `r` elements of a 1-d tensor, in order: (n,) -> (n! / r! (n-r)!, r).

    Raises RuntimeError for a tensor of another number of dimensions or a negative `r`.
    """
    if input.ndim != 1 or r < 0:
        raise RuntimeError(
            f"combinations expects a 1-d tensor and r >= 0, but received {input.ndim}-d and r={r}"
        )
    if r == 0:
        return xp.zeros((0,), dtype=input.dtype, device=input.device)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen = [position for choice in choose(range(input.shape[0]), r) for position in choice]
    index = xp.asarray(chosen, dtype=xp.int64, device=input.device)
    return xp.reshape(xp.index_select(input, 0, index), (-1, r) if chosen else (0, r))


def _concat(xp: Namespace, parts: list[Array], dim: int) -> Array:
    """PyTorch's `concat`, also on a raw namespace, where `xp.concat` is the library's own."""
    return concat.operation.forward(xp, parts, dim)


def _grids(xp: Namespace, tensors: Sequence[Array]) -> tuple[Array, ...]:
    return meshgrid.operation.forward(xp, tensors)
