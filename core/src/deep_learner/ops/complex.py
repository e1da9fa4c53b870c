"""Parts of complex numbers, elementwise. None of these is holomorphic, so the rules give PyTorch's gradients,
``d loss / d real + 1j * d loss / d imag``, themselves.
"""

from __future__ import annotations

import math
from typing import Any

from ..tensor import Tensor
from ..typing import Array, Namespace
from .operation import op


def _is_complex(xp: Namespace, x: Array) -> bool:
    return xp.isdtype(x.dtype, "complex floating")


@op(view=True, holomorphic=False)
def real(xp: Namespace, input: Array) -> Array:
    """The real part; a real ``input`` itself.

    Shape: (*) -> (*), same dtype.
    """
    return xp.real(input) if _is_complex(xp, input) else input


@real.vjp("input")
def _(xp: Namespace, g: Array, input_dtype: Any) -> Array:
    return xp.astype(g, input_dtype)


@op(view=True, holomorphic=False)
def imag(xp: Namespace, input: Array) -> Array:
    """The imaginary part. Raises: RuntimeError for a real ``input``.

    Shape: (*) -> (*), the real dtype of the same precision.
    """
    if not _is_complex(xp, input):
        raise RuntimeError("imag needs a complex tensor; a real one has no imaginary part")
    return xp.imag(input)


@imag.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g * 1j


@op(holomorphic=False)
def conj(xp: Namespace, input: Array) -> Array:
    """The complex conjugate; a copy of a real ``input``.

    Shape: (*) -> (*), same dtype.
    """
    return xp.conj(input) if _is_complex(xp, input) else xp.asarray(input, copy=True)


@conj.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.conj(g)


@op(promote="float")
def angle(xp: Namespace, input: Array) -> Array:
    """The angle in the complex plane, in [-pi, pi]; 0 or pi for a real ``input``, NaN for NaN.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    if _is_complex(xp, input):
        return xp.atan2(xp.imag(input), xp.real(input))
    return xp.where(input < 0, math.pi, xp.where(input != input, input, 0.0))


@op(differentiable=False)
def isreal(xp: Namespace, input: Array) -> Array:
    """Whether the imaginary part is 0: (*) -> (*), bool. Always so for a real ``input``."""
    if _is_complex(xp, input):
        return xp.imag(input) == 0
    return xp.ones_like(input, dtype=xp.bool)


def is_conj(input: Tensor) -> bool:
    """Whether the tensor is conjugated only when it is read: never, since :func:`conj` computes at once."""
    return False


def is_neg(input: Tensor) -> bool:
    """Whether the tensor is negated only when it is read: never, since negation computes at once."""
    return False


def resolve_conj(input: Tensor) -> Tensor:
    """The tensor with a conjugation that was put off carried out: itself, see :func:`is_conj`."""
    return input


def resolve_neg(input: Tensor) -> Tensor:
    """The tensor with a negation that was put off carried out: itself, see :func:`is_neg`."""
    return input
