"""Einstein's sums: products of tensors summed over repeated labels.

https://pytorch.org/docs/stable/generated/torch.einsum.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ..typing import Array, Namespace, Shape
from . import registry
from ._einsum_plan import diagonal_order, plan, sublists
from .operation import op


@op(name="einsum", promote="arithmetic", autocast="lower")
def einsum_of(xp: Namespace, equation: str, operands: Sequence[Array]) -> Array:
    """`einsum` with its operands in one list, as forwards call it: see there."""
    path = plan(equation, tuple([operand.shape for operand in operands]))
    ready = [
        _prepared(xp, x, step.diagonals, step.summed) for x, step in zip(operands, path.prepare, strict=True)
    ]
    held = ready[0]
    for operand, pair in zip(ready[1:], path.pairs, strict=True):
        left, right = _laid_out(xp, held, *pair.left), _laid_out(xp, operand, *pair.right)
        product = left * right if pair.multiply else xp.matmul(left, right)
        held = product if product.shape == pair.shape else xp.reshape(product, pair.shape)
    return held if path.order == tuple(range(held.ndim)) else xp.permute_dims(held, path.order)


def _prepared(
    xp: Namespace, x: Array, diagonals: Sequence[tuple[int, int]], summed: tuple[int, ...]
) -> Array:
    for first, second in diagonals:
        # In row-major order the diagonal of an (n, n) matrix is every (n + 1)-th element.
        x = xp.permute_dims(x, diagonal_order(x.ndim, first, second))
        size = x.shape[-1]
        x = xp.reshape(x, (*x.shape[:-2], size * size))[..., :: size + 1]
    whole = xp.isdtype(x.dtype, "integral")
    return xp.sum(x, axis=summed, dtype=xp.int64 if whole else x.dtype) if summed else x


def _laid_out(xp: Namespace, x: Array, order: tuple[int, ...], shape: Shape) -> Array:
    if order != tuple(range(x.ndim)):
        x = xp.permute_dims(x, order)
    return x if x.shape == shape else xp.reshape(x, shape)


def einsum(equation: Any, *operands: Any) -> Any:
    """Sum products of tensors over labels: `einsum("ij,jk->ik", a, b)` is `a @ b`.

    Each letter labels a dimension; labels that are not in the output are summed, a label twice in one term
    takes the diagonal, `...` stands for all other dimensions, and size 1 broadcasts. Without `->` the output
    has the labels that occur once, in alphabetical order. The operands may stand in one list, or with lists
    of numbers for labels: `einsum(a, [0, 1], b, [1, 2], [0, 2])`.

    Operands have any numeric dtype and are brought to a common one. They are contracted from left to right,
    each pair as one batched matrix product.

    Raises
    ------
    RuntimeError
        If the equation cannot be read or does not fit the operands' shapes.
    """
    if not isinstance(equation, str):
        equation, given = sublists((equation, *operands))
    else:
        given = list(operands)
    if len(given) == 1 and isinstance(given[0], list | tuple):
        given = list(cast("Sequence[object]", given[0]))
    return einsum_of(equation, given)


# Users reach the operation through this function; its signature is what `op` cannot express.
cast(Any, einsum).operation = einsum_of.operation
registry.add("einsum", einsum)
