"""Places in a tensor: from places in its flat order, and a fixed number of those of its elements that are not 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..dtypes import SIGNED, UNSIGNED, int64
from ..tensor import Tensor
from ..typing import Array, Namespace
from ._arrays import slice_along
from .division import floor_divide, remainder
from .operation import op


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """The coordinates of places in row-major order; places beyond the end begin again at the front, as in PyTorch.

    Parameters
    ----------
    indices : Tensor
        Places, any shape, integers.
    shape : int or sequence of int
        The sizes of the tensor that the places are in.

    Returns
    -------
    tuple of Tensor
        One for each dimension of `shape`, each of the shape of `indices`, int64.

    Raises
    ------
    TypeError
        If `indices` or a size is of no integer type.
    ValueError
        If a size is negative.
    RuntimeError
        If there are places in a tensor without elements.
    """
    if indices.dtype.kind not in (SIGNED, UNSIGNED):
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(hasattr(size, "__index__") for size in sizes):
        raise TypeError(f"expected 'shape' sequence to only contain ints, but got {sizes}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    if 0 in sizes and indices.numel():
        raise RuntimeError(
            f"there is no place in a tensor of shape {sizes}. Received: {indices.numel()} indices"
        )
    found: list[Tensor] = []
    indices = indices.to(int64)
    for dim, size in enumerate(sizes):
        rows = floor_divide(indices, max(math.prod(sizes[dim + 1 :]), 1))
        found.append(remainder(rows, max(size, 1)))
    return tuple(found)


@op(differentiable=False)
def nonzero_static(xp: Namespace, input: Array, *, size: int, fill_value: int = -1) -> Array:
    """The first `size` places of the elements that are not 0, in row-major order: (size, ndim) int64.

    Where there are fewer, `fill_value` stands. Raises RuntimeError for a negative `size`.
    """
    if size < 0:
        raise RuntimeError(f"nonzero_static: 'size' must be an non-negative integer. Received: {size}")
    found = slice_along(xp.argwhere(input), 0, None, size)
    missing = (size - found.shape[0], input.ndim)
    return xp.concat([found, xp.full(missing, fill_value, dtype=xp.int64, device=input.device)], axis=0)
