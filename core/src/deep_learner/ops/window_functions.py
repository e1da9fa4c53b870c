"""PyTorch's window functions at top level, by default periodic.

All take `dtype` (floating, the default float dtype unless given), `device` and `requires_grad`. They raise RuntimeError
for a negative length and a dtype that is not floating, TypeError for a length that is no integer. A single point is 1.
https://pytorch.org/docs/stable/torch.html#spectral-ops
"""

from __future__ import annotations

from ..dtypes import as_dtype, get_default_dtype
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from .window_shapes import BLACKMAN, HANN, WindowShape, cosine_sum, kaiser_shape, triangle, window


def _window(
    name: str, shape: WindowShape, count: int, periodic: bool, dtype: DTypeLike, device: DeviceLike,
    requires_grad: bool,
) -> Tensor:  # fmt: skip
    chosen = get_default_dtype() if dtype is None else as_dtype(dtype)
    if not (chosen.is_floating_point or chosen.is_complex):
        raise RuntimeError(f"{name} expects floating point dtypes, got: {chosen.name}")
    if count < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={count}")
    return window(shape, count, periodic, chosen, device, requires_grad)


def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype: DTypeLike = None, device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Bartlett's window, a triangle from 0 to 1 and back: (window_length,)."""
    return _window("bartlett_window", triangle, window_length, periodic, dtype, device, requires_grad)


def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: DTypeLike = None, device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Blackman's window, ``0.42 - 0.5 cos(2 pi k / span) + 0.08 cos(4 pi k / span)``: (window_length,)."""
    shape = cosine_sum(BLACKMAN)
    return _window("blackman_window", shape, window_length, periodic, dtype, device, requires_grad)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hamming's window, ``alpha - beta cos(2 pi k / span)``: (window_length,)."""
    shape = cosine_sum((alpha, beta))
    return _window("hamming_window", shape, window_length, periodic, dtype, device, requires_grad)


def hann_window(
    window_length: int, periodic: bool = True, *, dtype: DTypeLike = None, device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hann's window, ``sin(pi k / span)^2``: (window_length,)."""
    return _window("hann_window", cosine_sum(HANN), window_length, periodic, dtype, device, requires_grad)


def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Kaiser's window, ``I0(beta sqrt(1 - (2 k / span - 1)^2)) / I0(beta)``: (window_length,)."""
    shape = kaiser_shape(beta)
    return _window("kaiser_window", shape, window_length, periodic, dtype, device, requires_grad)
