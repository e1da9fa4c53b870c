"""Complex numbers and their parts in one memory, without the arithmetic that the standard would need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.complex_parts import require_complex, require_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array

_COMPLEX = {
    "float16": np.complex64,
    "bfloat16": np.complex64,
    "float32": np.complex64,
    "float64": np.complex128,
}
_REAL = {"complex32": np.float16, "complex64": np.float32, "complex128": np.float64}


def complex_from_parts(real: Array, imag: Array) -> Array:
    out = np.empty(np.broadcast_shapes(real.shape, imag.shape), _COMPLEX[real.dtype.name])
    out.real = real
    out.imag = imag
    return out


def view_as_real(input: Array) -> Array:
    require_complex(input)
    return input[..., None].view(_REAL[input.dtype.name])


def view_as_complex(input: Array) -> Array:
    require_pairs(input)
    if not input.size:  # its strides say nothing
        return np.empty(input.shape[:-1], _COMPLEX[input.dtype.name])
    if input.strides[-1] != input.itemsize:
        raise RuntimeError("Tensor must have a last dimension with stride 1: write x.contiguous()")
    return input.view(_COMPLEX[input.dtype.name])[..., 0]


KERNELS: Mapping[str, Callable[..., Any]] = {
    "complex_from_parts": complex_from_parts,
    "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
}
