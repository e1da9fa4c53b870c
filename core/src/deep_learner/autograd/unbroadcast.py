"""Summing a gradient back to the shape of an operand that was broadcast."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..typing import Array, Namespace, Shape


def unbroadcast(xp: Namespace, grad: Array, shape: Shape) -> Array:
    """Sum ``grad`` over the axes along which an operand of ``shape`` was broadcast.

    Parameters
    ----------
    xp
        Namespace of ``grad``: raw, or that of Tensors.
    grad
        Shape (*, *shape), where sizes of 1 in ``shape`` may be larger.
    shape
        The operand's shape, which the result has.

    Raises
    ------
    RuntimeError
        If no broadcasting leads from ``shape`` to the gradient's shape.
    """
    received = tuple(grad.shape)
    extra = len(grad.shape) - len(shape)
    if extra > 0:
        grad = xp.sum(grad, axis=tuple(range(extra)))
    axes = tuple(
        i for i, (have, want) in enumerate(zip(grad.shape, shape, strict=False)) if want == 1 != have
    )
    if axes:
        grad = xp.sum(grad, axis=axes, keepdims=True)
    if tuple(grad.shape) != tuple(shape):
        raise RuntimeError(f"a gradient of shape {received} was made for an operand of shape {tuple(shape)}")
    return grad
