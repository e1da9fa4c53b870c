"""Dividing gradients by the scale of the loss, and noticing infinities and NaN on the way, in one operation."""

from __future__ import annotations

from collections.abc import Sequence

from ..dtypes import from_native
from ..ops.operation import op
from ..typing import Array, Namespace


@op(differentiable=False)
def amp_unscale(xp: Namespace, gradients: Sequence[Array], inverse_scale: Array) -> tuple[Array, ...]:
    """All gradients times `inverse_scale`, after a flag that says whether one of them is not finite.

    Parameters
    ----------
    gradients
        Any shapes (*), real floating, of one dtype and device. Those of 16 bits are multiplied in float32.
    inverse_scale
        (), float32: the reciprocal of the scale.

    Returns
    -------
    tuple of Tensor
        (), float32, 1 if an element of a gradient is infinite or NaN, else 0; then the products, as `gradients`.
        A backend's kernel may write them into the gradients' own memory.
    """
    finite = None
    made: list[Array] = []
    for gradient in gradients:
        here = xp.all(xp.isfinite(gradient))
        finite = here if finite is None else xp.logical_and(finite, here)
        made.append(_product(xp, gradient, inverse_scale))
    if finite is None:
        return (xp.zeros_like(inverse_scale),)
    return (xp.astype(xp.logical_not(finite), inverse_scale.dtype), *made)


def _product(xp: Namespace, gradient: Array, factor: Array) -> Array:
    """In the gradient's dtype, computed in float32 at least."""
    if from_native(gradient.dtype).itemsize > 2:
        return gradient * xp.astype(factor, gradient.dtype)
    return xp.astype(xp.astype(gradient, factor.dtype) * factor, gradient.dtype)
