"""Sums, products and what is made of them, elementwise and broadcasting.

Operands and result have the operands' common dtype (PyTorch's promotion), which a Python number never widens.
"""

from __future__ import annotations

from ..dtypes import from_native
from ..typing import Array, Namespace, Scalar
from .numbers import as_operand
from .operation import op


@op(promote="arithmetic")
def add(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Add: ``input + other``.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return input + other


@add.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@add.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return g


@op(promote="arithmetic", refuses="bool")
def subtract(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Subtract: ``input - other``. Raises: TypeError for booleans (use ``^`` or ``logical_xor``).

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return input - other


@subtract.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@subtract.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return -g


@op(promote="arithmetic", refuses="bool")
def rsub(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Subtract the other way round: ``other - input``.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return other - input


@rsub.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return -g


@rsub.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return g


@op(promote="arithmetic")
def multiply(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """Multiply: ``input * other``.

    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    """
    return input * other


@multiply.vjp("input")
def _(xp: Namespace, g: Array, other: Array | Scalar) -> Array:
    return g * other


@multiply.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar) -> Array:
    return g * input


@op(promote="arithmetic", refuses="bool")
def negative(xp: Namespace, input: Array) -> Array:
    """Change the sign: ``-input``. Raises: NotImplementedError for booleans (use ``~``).

    Shape: (*) -> (*), same dtype.
    """
    return xp.negative(input)


@negative.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return -g


@op
def positive(xp: Namespace, input: Array) -> Array:
    """Return ``+input``, a copy. Raises: TypeError for booleans.

    Shape: (*) -> (*), same dtype.
    """
    return xp.positive(input)


@positive.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@op(refuses="bool", holomorphic=False)
def abs(xp: Namespace, input: Array) -> Array:
    """Absolute value ``|input|``; real for complex ``input``. The gradient at 0 and at NaN is 0, as in PyTorch.

    Shape: (*) -> (*), same dtype.
    """
    return xp.abs(input)


@abs.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    if xp.isdtype(input.dtype, "complex floating"):
        return g * xp.sign(input)
    return g * (xp.astype(input > 0, g.dtype) - xp.astype(input < 0, g.dtype))


@op(holomorphic=False)
def sign(xp: Namespace, input: Array) -> Array:
    """Sign: -1, 0 or 1, and NaN for NaN; ``input / |input|`` for complex ``input`` (PyTorch's ``sgn``).

    Shape: (*) -> (*), same dtype.
    """
    return input if xp.isdtype(input.dtype, "bool") else xp.sign(input)


@sign.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    if not xp.isdtype(input.dtype, "complex floating"):
        return xp.zeros_like(g)
    # Only the part of g across the direction turns it.
    direction = xp.sign(input)
    across = g - direction * xp.real(xp.conj(direction) * g)
    return xp.where(input == 0, 0.0, across / xp.where(input == 0, 1.0, xp.abs(input)))


@op(promote="arithmetic", refuses="bool", autocast={"accelerator": "promote"})
def addcmul(xp: Namespace, input: Array, tensor1: Array, tensor2: Array, *, value: Scalar = 1) -> Array:
    """Add a product: ``input + value * tensor1 * tensor2``. Raises: RuntimeError if the dtype does not hold ``value``.

    Shapes: (*), (*), (*), broadcast -> (*), in the common dtype.
    """
    product = tensor1 * tensor2
    return input + (product if value == 1 else product * as_operand(value, from_native(input.dtype)))


@op(promote="arithmetic", autocast={"accelerator": "promote"})
def addcdiv(xp: Namespace, input: Array, tensor1: Array, tensor2: Array, *, value: Scalar = 1) -> Array:
    """Add a quotient: ``input + value * tensor1 / tensor2``. Raises: RuntimeError for integer tensors.

    Shapes: (*), (*), (*), broadcast -> (*), in the common dtype.
    """
    if xp.isdtype(input.dtype, ("bool", "integral")):
        raise RuntimeError("addcdiv has no integer result; convert the tensors with .float()")
    quotient = tensor1 / tensor2
    return input + (quotient if value == 1 else quotient * value)


@op(promote="float", refuses="bool integer")
def lerp(xp: Namespace, input: Array, end: Array, weight: Array | Scalar) -> Array:
    """Interpolate linearly: ``input + weight * (end - input)``, exact at both ends.

    Shapes: (*), (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    step = end - input
    near = input + weight * step
    far = end - step * (1 - weight)
    if isinstance(weight, (int, float)):
        return near if -0.5 < weight < 0.5 else far
    return xp.where(xp.abs(weight) < 0.5, near, far)


@op(promote="float", refuses="complex")
def copysign(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``|input|`` with the sign of ``other``, also that of a zero. The gradient at ``input == 0`` is 0.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return xp.copysign(input, other)


@copysign.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.sign(input) * xp.sign(out))


@copysign.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(promote="float", refuses="bool integer complex")
def nextafter(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """The floating-point number after ``input`` in the direction of ``other``.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return xp.nextafter(input, other)


@nextafter.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@nextafter.vjp("other")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)
