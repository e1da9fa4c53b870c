"""Linear equations between tensors whose dimensions, taken together, are the rows and columns of a matrix.

https://pytorch.org/docs/stable/generated/torch.linalg.tensorsolve.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...typing import Array, Namespace, Shape
from ..dims import wrap_dims
from ..operation import op


def _require_square(rows: Shape, columns: Shape) -> int:
    size, other = math.prod(rows), math.prod(columns)
    if size != other:
        raise RuntimeError(
            f"Expected the sizes {list(rows)} and {list(columns)} to have the same product, but got {size} != {other}"
        )
    return size


@op(autocast={"cpu": "float32"})
def linalg_tensorinv(xp: Namespace, input: Array, ind: int = 2) -> Array:
    """The inverse of what `tensordot` over the last dimensions does: (*rows, *columns) -> (*columns, *rows), where the
    rows are the first `ind` dimensions.

    Rows and columns must have as many elements. Raises RuntimeError if they have not, or if `ind` is not positive;
    LinAlgError if there is no inverse.
    """
    if ind < 1:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    rows, columns = input.shape[:ind], input.shape[ind:]
    size = _require_square(rows, columns)
    return xp.reshape(xp.linalg_inv(xp.reshape(input, (size, size))), (*columns, *rows))


@op(autocast={"cpu": "float32"})
def linalg_tensorsolve(xp: Namespace, input: Array, other: Array, dims: Sequence[int] | None = None) -> Array:
    """X with tensordot(`input`, X, X.ndim) = `other`: (*rows, *columns), (*rows) -> (*columns).

    `dims` are moved to the end of `input` first. Rows and columns must have as many elements. Raises RuntimeError if
    they have not, or the dtypes differ; LinAlgError if there is no solution.
    """
    if dims is not None:
        input = xp.moveaxis(input, wrap_dims(tuple(dims), input.ndim), tuple(range(-len(dims), 0)))
    rows, columns = input.shape[: other.ndim], input.shape[other.ndim :]
    size = _require_square(rows, columns)
    if math.prod(other.shape) != size:
        raise RuntimeError(
            f"other must have {size} elements, as many as rows, but its shape is {list(other.shape)}"
        )
    X = xp.linalg_solve(xp.reshape(input, (size, size)), xp.reshape(other, (size,)))
    return xp.reshape(X, columns)
