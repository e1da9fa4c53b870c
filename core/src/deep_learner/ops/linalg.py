"""Matrix products: `matmul` in all its ranks, and PyTorch's functions that add one to something.

https://data-apis.org/array-api/2024.12/API_specification/generated/array_api.matmul.html
"""

from __future__ import annotations

import math

from ..typing import Array, Namespace, Scalar, Shape
from .broadcasting import broadcast_shapes
from .operation import op


@op(promote="arithmetic", refuses="bool", autocast="lower")
def matmul(xp: Namespace, input: Array, other: Array) -> Array:
    """Matrix product, batches broadcast: (*, m, k) @ (*, k, n) -> (*, m, n); a vector is a row or a column,
    then gone.

    (k,) @ (k,) -> (), (k,) @ (*, k, n) -> (*, n), (*, m, k) @ (k,) -> (*, m); any numeric dtypes, brought to
    a common one. Raises RuntimeError for 0-d operands and for sizes that do not fit.
    """
    return product(xp, input, other)


def product(xp: Namespace, a: Array, b: Array) -> Array:
    """`a @ b`, where many matrices times one become a single larger product.

    Raises
    ------
    RuntimeError
        If the shapes do not fit.
    """
    try:
        return _product(xp, a, b)
    except ValueError as error:
        raise RuntimeError(_misfit(a.shape, b.shape)) from error


def _product(xp: Namespace, a: Array, b: Array) -> Array:
    if b.ndim == 2 and a.ndim > 2:
        shape = a.shape
        return xp.reshape(xp.matmul(_stacked(xp, a), b), (*shape[:-1], b.shape[1]))
    return xp.matmul(a, b)


def _stacked(xp: Namespace, x: Array) -> Array:
    """Many matrices as one, on top of each other: (*, m, k) -> (N, k)."""
    shape = x.shape
    return xp.reshape(x, (math.prod(shape[:-1]), shape[-1]))


def _misfit(a: Shape, b: Shape) -> str:
    if not a or not b:
        return f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D"
    rows = b[max(len(b) - 2, 0)]
    if a[-1] != rows:
        return f"shapes {list(a)} and {list(b)} cannot be multiplied: {a[-1]} columns meet {rows} rows"
    return f"the batch dimensions of shapes {list(a)} and {list(b)} do not broadcast"


@matmul.vjp("input")
def _(xp: Namespace, g: Array, other: Array, input_shape: Shape) -> Array:
    vector, shape = len(input_shape) == 1, other.shape
    if len(shape) == 1:
        return g * other if vector else xp.expand_dims(g, axis=-1) * other
    if vector:
        return xp.matmul(other, xp.expand_dims(g, axis=-1))[..., 0]
    if len(input_shape) == 2 < len(shape):
        shared = (*range(len(shape) - 2), len(shape) - 1)
        return xp.tensordot(g, other, axes=(shared, shared))
    return _product(xp, g, other.mT)


@matmul.vjp("other")
def _(xp: Namespace, g: Array, input: Array, other_shape: Shape) -> Array:
    vector = input.ndim == 1
    if len(other_shape) == 1:
        if vector:
            return g * input
        return xp.matmul(xp.reshape(g, (math.prod(g.shape),)), _stacked(xp, input))
    if vector:
        return xp.expand_dims(input, axis=-1) * xp.expand_dims(g, axis=-2)
    if len(other_shape) == 2 < input.ndim:
        return xp.matmul(_stacked(xp, input).T, _stacked(xp, g))
    return xp.matmul(input.mT, g)


def _require_ndim(*operands: tuple[str, Array, int]) -> None:
    for argument, array, ndim in operands:
        if array.ndim != ndim:
            raise RuntimeError(f"{argument} must be a {ndim}D tensor, but it has shape {list(array.shape)}")


@op(promote="arithmetic", refuses="bool", autocast="lower")
def mm(xp: Namespace, input: Array, mat2: Array) -> Array:
    """Product of two matrices: (m, k), (k, n) -> (m, n). Raises RuntimeError for other ranks or misfitting
    sizes.
    """
    _require_ndim(("input", input, 2), ("mat2", mat2, 2))
    return product(xp, input, mat2)


@op(promote="arithmetic", refuses="bool", autocast="lower")
def bmm(xp: Namespace, input: Array, mat2: Array) -> Array:
    """Products of two batches: (b, m, k), (b, k, n) -> (b, m, n), not broadcast. Raises RuntimeError
    otherwise.
    """
    _require_ndim(("input", input, 3), ("mat2", mat2, 3))
    if input.shape[0] != mat2.shape[0]:
        raise RuntimeError(
            f"batches of {input.shape[0]} and {mat2.shape[0]} matrices; the sizes must be equal"
        )
    return product(xp, input, mat2)


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "lower"})
def mv(xp: Namespace, input: Array, vec: Array) -> Array:
    """Matrix times vector: (m, k), (k,) -> (m,). Raises RuntimeError for other ranks or misfitting sizes."""
    _require_ndim(("input", input, 2), ("vec", vec, 1))
    return product(xp, input, vec)


def _weighted_sum(xp: Namespace, input: Array, product: Array, beta: Scalar, alpha: Scalar) -> Array:
    """beta * input + alpha * product; a beta of 0 leaves out what `input` holds, NaN too.

    In the dtype of the product: weights of integers lose their fractions, those of booleans are truths.
    Raises RuntimeError if `input` does not broadcast to the product.
    """
    if input.shape != product.shape:
        if broadcast_shapes(input.shape, product.shape) != tuple(product.shape):
            raise RuntimeError(
                f"input of shape {list(input.shape)} does not broadcast to the product's {list(product.shape)}"
            )
        input = xp.broadcast_to(input, product.shape)
    if xp.isdtype(product.dtype, "bool"):
        product = product if alpha else xp.zeros_like(product)
        return xp.logical_or(product, input) if beta else product
    if xp.isdtype(product.dtype, "integral"):
        beta, alpha = _whole(beta), _whole(alpha)
    scaled = product if alpha == 1 else alpha * product
    if beta == 0:
        return scaled
    return (input if beta == 1 else beta * input) + scaled


def _outer(xp: Namespace, a: Array, b: Array) -> Array:
    column = xp.expand_dims(a, axis=1)
    return xp.logical_and(column, b) if xp.isdtype(a.dtype, "bool") else column * b


def _whole(weight: Scalar) -> int:
    return int(weight.real)


@op(promote="arithmetic", refuses="bool", autocast="lower")
def addmm(
    xp: Namespace, input: Array, mat1: Array, mat2: Array, *, beta: Scalar = 1, alpha: Scalar = 1
) -> Array:
    """beta * input + alpha * (mat1 @ mat2): (m, k), (k, n) -> (m, n), with `input` broadcast to that."""
    _require_ndim(("mat1", mat1, 2), ("mat2", mat2, 2))
    return _weighted_sum(xp, input, product(xp, mat1, mat2), beta, alpha)


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "lower"})
def addmv(
    xp: Namespace, input: Array, mat: Array, vec: Array, *, beta: Scalar = 1, alpha: Scalar = 1
) -> Array:
    """beta * input + alpha * (mat @ vec): (m, k), (k,) -> (m,), with `input` broadcast to that."""
    _require_ndim(("mat", mat, 2), ("vec", vec, 1))
    return _weighted_sum(xp, input, product(xp, mat, vec), beta, alpha)


@op(promote="arithmetic", autocast={"accelerator": "lower"})
def addr(
    xp: Namespace, input: Array, vec1: Array, vec2: Array, *, beta: Scalar = 1, alpha: Scalar = 1
) -> Array:
    """beta * input + alpha * (vec1 outer vec2): (m,), (n,) -> (m, n), with `input` broadcast to that."""
    _require_ndim(("vec1", vec1, 1), ("vec2", vec2, 1))
    return _weighted_sum(xp, input, _outer(xp, vec1, vec2), beta, alpha)


@op(promote="arithmetic", refuses="bool", autocast="lower")
def baddbmm(
    xp: Namespace, input: Array, batch1: Array, batch2: Array, *, beta: Scalar = 1, alpha: Scalar = 1
) -> Array:
    """beta * input + alpha * (batch1 @ batch2): (b, m, k), (b, k, n) -> (b, m, n), with `input` broadcast to
    that.
    """
    _require_ndim(("batch1", batch1, 3), ("batch2", batch2, 3))
    return _weighted_sum(xp, input, product(xp, batch1, batch2), beta, alpha)


@op(promote="arithmetic", refuses="bool", autocast="lower")
def addbmm(
    xp: Namespace, input: Array, batch1: Array, batch2: Array, *, beta: Scalar = 1, alpha: Scalar = 1
) -> Array:
    """beta * input + alpha * sum_b(batch1_b @ batch2_b): (b, m, k), (b, k, n) -> (m, n), `input` broadcast to
    that.

    The sum over the batch is part of one larger product.
    """
    _require_ndim(("batch1", batch1, 3), ("batch2", batch2, 3))
    summed = xp.tensordot(batch1, batch2, axes=((0, 2), (0, 1)))
    return _weighted_sum(xp, input, summed, beta, alpha)
