"""PyTorch's ``torch.signal.windows``, by default symmetric: `sym=False` leaves out the point that closes the window.

All take `dtype` (float32 or float64; the default float dtype unless given), `device` and `requires_grad`. They raise
ValueError for a negative length `M` and another dtype, TypeError for a length that is no integer.
https://pytorch.org/docs/stable/signal.html
"""

from __future__ import annotations

from collections.abc import Iterable

from ..dtypes import as_dtype, float32, float64, get_default_dtype
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from .window_shapes import (
    BLACKMAN,
    HANN,
    NUTTALL,
    WindowShape,
    bell,
    cosine_sum,
    decay,
    half_sine,
    kaiser_shape,
    triangle,
    window,
)  # fmt: skip


def _window(
    name: str, shape: WindowShape, M: int, sym: bool, dtype: DTypeLike, device: DeviceLike, requires_grad: bool,
    single: bool = True,
) -> Tensor:  # fmt: skip
    chosen = get_default_dtype() if dtype is None else as_dtype(dtype)
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if chosen not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {chosen}")
    return window(shape, M, not sym, chosen, device, requires_grad, single)


def bartlett(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Bartlett's window, a triangle from 0 to 1 and back: (M,)."""
    return _window("bartlett", triangle, M, sym, dtype, device, requires_grad)


def blackman(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Blackman's window, ``0.42 - 0.5 cos(2 pi k / span) + 0.08 cos(4 pi k / span)``: (M,)."""
    return _window("blackman", cosine_sum(BLACKMAN), M, sym, dtype, device, requires_grad)


def cosine(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The cosine window, ``sin(pi (k + 1/2) / (span + 1))``: (M,)."""
    return _window("cosine", half_sine, M, sym, dtype, device, requires_grad)


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The exponential window, ``exp(-|k - center| / tau)``: (M,).

    `center` is the middle by default. Raises ValueError for a `tau` that is not positive, and for a center of a
    symmetric window.
    """
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows; write sym=False")
    return _window("exponential", decay(center, tau), M, sym, dtype, device, requires_grad, center is None)


def gaussian(
    M: int, *, std: float = 1.0, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Gauss's window, ``exp(-((k - span / 2) / std)^2 / 2)``: (M,). Raises ValueError unless ``std > 0``."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    return _window("gaussian", bell(std), M, sym, dtype, device, requires_grad)


def general_cosine(
    M: int, *, a: Iterable[float], sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A sum of cosines, ``sum_i (-1)^i a[i] cos(2 pi i k / span)``: (M,).

    Raises TypeError unless `a` is a sequence, ValueError if it is empty.
    """
    if not isinstance(a, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("Coefficients must be a list/tuple")
    coefficients = tuple(a)
    if not coefficients:
        raise ValueError("Coefficients cannot be empty")
    return _window("general_cosine", cosine_sum(coefficients), M, sym, dtype, device, requires_grad)


def general_hamming(
    M: int, *, alpha: float = 0.54, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hamming's window, ``alpha - (1 - alpha) cos(2 pi k / span)``: (M,)."""
    return _window("general_hamming", cosine_sum((alpha, 1.0 - alpha)), M, sym, dtype, device, requires_grad)


def hamming(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hamming's window, ``0.54 - 0.46 cos(2 pi k / span)``: (M,)."""
    return _window("hamming", cosine_sum((0.54, 0.46)), M, sym, dtype, device, requires_grad)


def hann(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hann's window, ``sin(pi k / span)^2``: (M,)."""
    return _window("hann", cosine_sum(HANN), M, sym, dtype, device, requires_grad)


def kaiser(
    M: int, *, beta: float = 12.0, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Kaiser's window, ``I0(beta sqrt(1 - (2 k / span - 1)^2)) / I0(beta)``: (M,).

    Raises ValueError for a negative `beta`.
    """
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    return _window("kaiser", kaiser_shape(beta), M, sym, dtype, device, requires_grad)


def nuttall(
    M: int, *, sym: bool = True, dtype: DTypeLike = None,
    device: DeviceLike = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Nuttall's window of least sidelobes, a sum of four cosines: (M,)."""
    return _window("nuttall", cosine_sum(NUTTALL), M, sym, dtype, device, requires_grad)
