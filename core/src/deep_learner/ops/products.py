"""Products of vectors and of tensors: inner, outer, along an axis, over several axes, of chains.

https://pytorch.org/docs/stable/torch.html#blas-and-lapack-operations
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from ._arrays import is_complex
from .dims import wrap_dim, wrap_dims
from .linalg import product
from .operation import op


def _require_vectors(a: Array, b: Array) -> None:
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"expected two 1D tensors, but got {a.ndim}D and {b.ndim}D")


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "promote"})
def dot(xp: Namespace, input: Array, other: Array) -> Array:
    """Sum of products of two vectors: (k,), (k,) -> (). Raises RuntimeError for other ranks and unequal
    sizes.
    """
    _require_vectors(input, other)
    return product(xp, input, other)


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "promote"})
def vdot(xp: Namespace, input: Array, other: Array) -> Array:
    """`dot` with the conjugate of `input`: (k,), (k,) -> (). Raises RuntimeError for other ranks, unequal
    sizes.
    """
    _require_vectors(input, other)
    return product(xp, xp.conj(input) if is_complex(input) else input, other)


@op(promote="arithmetic", refuses="bool", autocast={"cpu": "lower"})
def inner(xp: Namespace, input: Array, other: Array) -> Array:
    """Sums of products over the last axes: (*a, k), (*b, k) -> (*a, *b); a 0-d operand multiplies.

    Raises RuntimeError for unequal last sizes.
    """
    if not input.ndim or not other.ndim:
        return input * other
    return _contract(xp, input, other, (input.ndim - 1,), (other.ndim - 1,))


@op(promote="arithmetic")
def outer(xp: Namespace, input: Array, vec2: Array) -> Array:
    """Every product of elements of two vectors: (m,), (n,) -> (m, n). Raises RuntimeError for other ranks."""
    _require_vectors(input, vec2)
    return xp.expand_dims(input, axis=1) * vec2


@op(promote="arithmetic", holomorphic=False, autocast="lower")
def vecdot(xp: Namespace, input: Array, other: Array, dim: int = -1) -> Array:
    """Sum over `dim` of conj(input) * other: (*, k, *), broadcast -> (*). Raises RuntimeError for unequal
    sizes.

    `dim` counts as the array standard's `axis`: from the end, it is the same axis in both.
    """
    return xp.vecdot(input, other, axis=dim)


@vecdot.vjp("input")
def _(xp: Namespace, g: Array, other: Array, dim: int) -> Array:
    return xp.expand_dims(xp.conj(g) if is_complex(g) else g, axis=dim) * other


@vecdot.vjp("other")
def _(xp: Namespace, g: Array, input: Array, dim: int) -> Array:
    return xp.expand_dims(g, axis=dim) * input


@op(promote="arithmetic", refuses="bool", autocast={"cpu": "lower", "accelerator": "promote"})
def tensordot(xp: Namespace, a: Array, b: Array, dims: int | Sequence[Sequence[int]] = 2) -> Array:
    """Sums of products over `dims` of both: the last of `a` with the first of `b` for a number, or two lists
    of axes.

    The result has the other axes of `a`, then those of `b`. One matrix product. An axis of size 1 is broadcast.
    Raises RuntimeError for other sizes that differ, IndexError for axes that do not exist.
    """
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects 0 <= dims <= the number of axes, but got dims={dims}")
        return _contract(xp, a, b, tuple(range(a.ndim - dims, a.ndim)), tuple(range(dims)))
    return _contract(xp, a, b, wrap_dims(tuple(dims[0]), a.ndim), wrap_dims(tuple(dims[1]), b.ndim))


def _contract(xp: Namespace, a: Array, b: Array, axes_a: Shape, axes_b: Shape) -> Array:
    for axis_a, axis_b in zip(axes_a, axes_b, strict=False):
        if a.shape[axis_a] == 1:
            b = xp.sum(b, axis=axis_b, keepdims=True, dtype=b.dtype)
        elif b.shape[axis_b] == 1:
            a = xp.sum(a, axis=axis_a, keepdims=True, dtype=a.dtype)
    sizes = [a.shape[axis] for axis in axes_a]
    if sizes != [b.shape[axis] for axis in axes_b]:
        raise RuntimeError(
            f"contracted dimensions need to match, but axes {list(axes_a)} of shape {list(a.shape)} and "
            f"axes {list(axes_b)} of shape {list(b.shape)} differ"
        )
    free_a = [axis for axis in range(a.ndim) if axis not in axes_a]
    free_b = [axis for axis in range(b.ndim) if axis not in axes_b]
    shape_a, shape_b = [a.shape[axis] for axis in free_a], [b.shape[axis] for axis in free_b]
    shared = math.prod(sizes)
    left = xp.reshape(xp.permute_dims(a, (*free_a, *axes_a)), (math.prod(shape_a), shared))
    right = xp.reshape(xp.permute_dims(b, (*axes_b, *free_b)), (shared, math.prod(shape_b)))
    return xp.reshape(xp.matmul(left, right), (*shape_a, *shape_b))


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "promote"})
def cross(xp: Namespace, input: Array, other: Array, dim: int | None = None) -> Array:
    """Vector product along an axis of size 3, broadcast: (*, 3, *) -> (*, 3, *).

    Without `dim` it is the first axis of size 3. Raises RuntimeError if the sizes are not 3.
    """
    axis = dim
    if input.ndim != other.ndim:
        raise RuntimeError(
            "inputs must have the same number of dimensions. "
            f"Received: shapes {list(input.shape)} and {list(other.shape)}"
        )
    if axis is None:
        if 3 not in input.shape:
            raise RuntimeError(f"no dimension of size 3 in input of shape {list(input.shape)}")
        axis = list(input.shape).index(3) - len(input.shape)
    for array in (input, other):
        if array.shape[wrap_dim(axis, array.ndim)] != 3:
            raise RuntimeError(f"inputs dimension {axis} must have length 3. Got shape {list(array.shape)}")
    # With d_i = a_i b_{i+1} - a_{i+1} b_i, component i of the product is d_{i+1}.
    turned = input * xp.roll(other, -1, axis=axis) - xp.roll(input, -1, axis=axis) * other
    return xp.roll(turned, -1, axis=axis)


@op(promote="arithmetic")
def kron(xp: Namespace, input: Array, other: Array) -> Array:
    """Kronecker product: every element of `input` times all of `other`; sizes multiply axis by axis."""
    ndim = max(input.ndim, other.ndim)
    blocks = (1,) * (ndim - input.ndim) + input.shape
    inside = (1,) * (ndim - other.ndim) + other.shape
    left = xp.reshape(input, tuple([size for block in blocks for size in (block, 1)]))
    right = xp.reshape(other, tuple([size for entry in inside for size in (1, entry)]))
    return xp.reshape(left * right, tuple([m * n for m, n in zip(blocks, inside, strict=True)]))


@op(refuses="bool", autocast={"cpu": "float32"})
def trace(xp: Namespace, input: Array) -> Array:
    """Sum of the diagonal of a matrix: (m, n) -> (); integers give int64. Raises RuntimeError for other
    ranks.
    """
    if input.ndim != 2:
        raise RuntimeError(f"expected a matrix, but got tensor with dim {input.ndim}")
    rows, columns = input.shape
    size = min(rows, columns)
    # In row-major order the diagonal is every (n + 1)-th element of the first rows.
    whole = xp.isdtype(input.dtype, ("bool", "integral"))
    return xp.sum(
        xp.reshape(input[:size, :], (size * columns,))[:: columns + 1],
        dtype=xp.int64 if whole else input.dtype,
    )


@op(promote="arithmetic", refuses="bool", autocast="lower")
def multi_dot(xp: Namespace, tensors: Sequence[Array]) -> Array:
    """Product of a chain of matrices in the cheapest order: (a, b), (b, c), ... -> (a, z); the ends may be
    vectors.

    Raises RuntimeError for fewer than two tensors or other ranks. Order: Cormen et al., Introduction to
    Algorithms, section 14.2.
    """
    if len(tensors) < 2:
        raise RuntimeError(f"expected at least 2 tensors but got {len(tensors)}")
    for place, tensor in enumerate(tensors):
        if tensor.ndim != 2 and not (tensor.ndim == 1 and place in (0, len(tensors) - 1)):
            raise RuntimeError(f"tensor {place} must be 2D but got {tensor.ndim}D")
    first, last = tensors[0], tensors[-1]
    sizes = [first.shape[0] if first.ndim == 2 else 1, *[tensor.shape[0] for tensor in tensors[1:]]]
    splits = _cheapest_splits([*sizes, last.shape[1] if last.ndim == 2 else 1])

    def chain(start: int, stop: int) -> Array:
        if stop - start == 1:
            return tensors[start]
        middle = splits[start, stop]
        return product(xp, chain(start, middle), chain(middle, stop))

    return chain(0, len(tensors))


def _cheapest_splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split each stretch of a chain of matrices, the i-th of which is (sizes[i], sizes[i + 1])."""
    count = len(sizes) - 1
    cost = {(i, i + 1): 0 for i in range(count)}
    split: dict[tuple[int, int], int] = {}
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            k = i + length
            cost[i, k], split[i, k] = min(
                (cost[i, j] + cost[j, k] + sizes[i] * sizes[j] * sizes[k], j) for j in range(i + 1, k)
            )
    return split


@op(promote="arithmetic", autocast="lower")
def chain_matmul(xp: Namespace, matrices: Sequence[Array]) -> Array:
    """PyTorch's older name of `multi_dot`, for matrices: (a, b), (b, c), ... -> (a, z); a single one is
    returned as it is."""
    return xp.multi_dot(matrices) if len(matrices) > 1 else matrices[0]
