"""Logical and bitwise operations and shifts, elementwise and broadcasting; none has a derivative.

The logical ones take any dtype (nonzero counts as True) and give booleans; the bitwise ones take integers and
booleans and keep the common dtype. Shifts are arithmetic.
"""

from __future__ import annotations

from ..typing import Array, Namespace, Scalar
from .operation import op


def _truth(xp: Namespace, x: Array | Scalar) -> Array | bool:
    """Whether ``x`` is not zero."""
    if isinstance(x, Scalar):
        return bool(x)
    return x if xp.isdtype(x.dtype, "bool") else x != 0


@op(differentiable=False)
def logical_and(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Whether both are True; numbers count as True unless they are 0.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.logical_and(_truth(xp, input), _truth(xp, other))


@op(differentiable=False)
def logical_or(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Whether at least one is True; numbers count as True unless they are 0.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.logical_or(_truth(xp, input), _truth(xp, other))


@op(differentiable=False)
def logical_xor(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Whether exactly one is True; numbers count as True unless they are 0.

    Shapes: (*), (*), broadcast -> (*), bool.
    """
    return xp.logical_xor(_truth(xp, input), _truth(xp, other))


@op(differentiable=False)
def logical_not(xp: Namespace, input: Array) -> Array:
    """Whether ``input`` is not True.

    Shape: (*) -> (*), bool.
    """
    return xp.logical_not(_truth(xp, input))


@op(promote="arithmetic", refuses="real complex", differentiable=False)
def bitwise_and(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input & other``. Raises: NotImplementedError for floating-point tensors.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.bitwise_and(input, other)


@op(promote="arithmetic", refuses="real complex", differentiable=False)
def bitwise_or(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input | other``. Raises: NotImplementedError for floating-point tensors.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.bitwise_or(input, other)


@op(promote="arithmetic", refuses="real complex", differentiable=False)
def bitwise_xor(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input ^ other``. Raises: NotImplementedError for floating-point tensors.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.bitwise_xor(input, other)


@op(refuses="real complex", differentiable=False)
def bitwise_invert(xp: Namespace, input: Array) -> Array:
    """``~input``: ``-input - 1`` for integers, the opposite for booleans. Raises: NotImplementedError for floats.

    Shape: (*) -> (*), same dtype.
    """
    return xp.bitwise_invert(input)


@op(promote="arithmetic", refuses="bool real complex", differentiable=False)
def bitwise_left_shift(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input << other``. Raises: NotImplementedError for floating-point tensors.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.bitwise_left_shift(input, other)


@op(promote="arithmetic", refuses="bool real complex", differentiable=False)
def bitwise_right_shift(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input >> other``, keeping the sign. Raises: NotImplementedError for floating-point tensors.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return xp.bitwise_right_shift(input, other)
