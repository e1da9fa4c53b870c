"""Complex numbers of two real ones, and the other way: copies of parts, and views that pair real numbers.

https://pytorch.org/docs/stable/complex_numbers.html
"""

from __future__ import annotations

import builtins
import math

from ..dtypes import COMPLEX, REAL, DType, from_native
from ..typing import SCALARS, Array, Namespace
from .operation import op

NO_HALF = "; there are no complex numbers of half precision, so convert to float32 first"


@op(holomorphic=False)
def complex_from_parts(xp: Namespace, real: Array, imag: Array) -> Array:
    """Complex numbers of real and imaginary parts of one dtype: :func:`complex` without its checks.

    Shapes: (*), (*), broadcast -> (*), the complex dtype of that precision.
    """
    kind = getattr(xp, from_native(real.dtype).to_complex().name)
    # Beside infinities and NaN, i * x would be NaN in its real part as well.
    imaginary = xp.astype(imag, kind) * 1j
    for where, value in (
        (imag == math.inf, math.inf),
        (imag == -math.inf, -math.inf),
        (imag != imag, math.nan),
    ):
        constant = xp.full((), builtins.complex(0, value), dtype=kind, device=imag.device)
        imaginary = xp.where(where, constant, imaginary)
    return xp.astype(real, kind) + imaginary


@complex_from_parts.vjp("real")
def _(xp: Namespace, g: Array) -> Array:
    return xp.real(g)


@complex_from_parts.vjp("imag")
def _(xp: Namespace, g: Array) -> Array:
    return xp.imag(g)


@op
def complex(xp: Namespace, real: Array, imag: Array) -> Array:
    """Complex numbers ``real + 1j * imag``.

    Shapes: (*), (*), broadcast -> (*); float32 -> complex64, float64 -> complex128. Raises RuntimeError for other
    dtypes, or two of them, TypeError for Python numbers.
    """
    _require_parts("complex", real=real, imag=imag)
    return xp.complex_from_parts(real, imag)


@op
def polar(xp: Namespace, abs: Array, angle: Array) -> Array:
    """Complex numbers of absolute value and angle: ``abs * cos(angle) + 1j * abs * sin(angle)``.

    Shapes, dtypes and errors as :func:`complex`.
    """
    _require_parts("polar", abs=abs, angle=angle)
    return xp.complex_from_parts(abs * xp.cos(angle), abs * xp.sin(angle))


def _require_parts(function: str, **parts: Array) -> None:
    """Refuse what cannot be the two parts of complex numbers."""
    for name, part in parts.items():
        if isinstance(part, SCALARS):
            raise TypeError(f"{function}(): argument {name!r} must be Tensor, not {type(part).__name__}")
    first, second = (from_native(part.dtype) for part in parts.values())
    for dtype in (first, second):
        if not _is_part(dtype):
            raise RuntimeError(
                f"Expected both inputs to be float32 or float64 tensors but got {first.name} and {second.name}"
                + (NO_HALF if dtype.kind == REAL else "")
            )
    if first is not second:
        raise RuntimeError(
            f"Expected object of scalar type {first.name} but got scalar type {second.name} for second argument: "
            "both parts must have one dtype"
        )


@op(view=True, holomorphic=False)
def view_as_real(xp: Namespace, input: Array) -> Array:
    """Real and imaginary part side by side, in the memory of `input`: complex (*) -> real (*, 2).

    Raises RuntimeError for a real `input`.
    """
    require_complex(input)
    return xp.stack([xp.real(input), xp.imag(input)], axis=-1)


@view_as_real.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.complex_from_parts(g[..., 0], g[..., 1])


@op(view=True, holomorphic=False)
def view_as_complex(xp: Namespace, input: Array) -> Array:
    """Each pair of the last dimension as a complex number, in the memory of `input`: real (*, 2) -> complex (*).

    Raises RuntimeError for other dtypes than float32 and float64, a last dimension of another size, and one whose
    elements do not lie side by side.
    """
    require_pairs(input)
    return xp.complex_from_parts(input[..., 0], input[..., 1])


@view_as_complex.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.view_as_real(g)


def require_complex(input: Array) -> None:
    """Refuse what has no two parts to show. Raises RuntimeError for a real `input`."""
    dtype = from_native(input.dtype)
    if dtype.kind != COMPLEX:
        raise RuntimeError(f"view_as_real is only supported for complex tensors. Received: {dtype.name}")


def require_pairs(input: Array) -> None:
    """Refuse what does not hold pairs of real numbers. Raises RuntimeError for another dtype or last dimension."""
    dtype = from_native(input.dtype)
    if not _is_part(dtype):
        raise RuntimeError(
            "view_as_complex is only supported for float32 and float64 tensors, but got a tensor of scalar type: "
            f"{dtype.name}" + (NO_HALF if dtype.kind == REAL else "")
        )
    if not input.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError(
            f"Tensor must have a last dimension of size 2. Received: shape {tuple(input.shape)}"
        )


def _is_part(dtype: DType) -> bool:
    return dtype.kind == REAL and dtype.itemsize >= 4
