"""What goes with Fourier transforms: the frequencies of their elements, and the order that puts 0 in the middle.

https://pytorch.org/docs/stable/fft.html#helper-functions
"""

from __future__ import annotations

from ..dtypes import as_dtype, float64, get_default_dtype
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from .fourier_arguments import Sizes
from .out import factory_with_out
from .ranges import arange
from .repeating import roll


@factory_with_out
def fftfreq(
    n: int, d: float = 1.0, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """The frequencies ``[0, 1, ..., (n-1) // 2, -(n // 2), ..., -1] / (n d)`` of :func:`fft`'s elements: (n,).

    `d` is the distance of the samples. Raises RuntimeError for a negative `n` or an integer dtype.
    """
    steps = roll(arange(-(n // 2), (n + 1) // 2, dtype=float64, device=device), (n + 1) // 2)
    return _frequencies("fftfreq", steps, n, d, dtype, requires_grad)


@factory_with_out
def rfftfreq(
    n: int, d: float = 1.0, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """The frequencies ``[0, 1, ..., n // 2] / (n d)`` of :func:`rfft`'s elements: (n // 2 + 1,).

    `d` is the distance of the samples. Raises RuntimeError for a negative `n` or an integer dtype.
    """
    return _frequencies(
        "rfftfreq", arange(n // 2 + 1, dtype=float64, device=device), n, d, dtype, requires_grad
    )


def _frequencies(name: str, steps: Tensor, n: int, d: float, dtype: DTypeLike, requires_grad: bool) -> Tensor:
    """Whole steps as frequencies, computed in double precision and rounded once."""
    chosen = get_default_dtype() if dtype is None else as_dtype(dtype)
    if not (chosen.is_floating_point or chosen.is_complex):
        raise RuntimeError(f"{name} requires a floating point or complex dtype. Received: {chosen.name}")
    return (steps / (n * d)).to(chosen).requires_grad_(requires_grad)


def fftshift(input: Tensor, dim: Sizes = None) -> Tensor:
    """Move the frequency 0 from the front to the middle, in all dimensions or in `dim`: (*) -> (*).

    Raises IndexError for a dimension that does not exist, RuntimeError if there is none.
    """
    axes = _axes(input, dim)
    return roll(input, tuple([input.shape[axis] // 2 for axis in axes]), axes)


def ifftshift(input: Tensor, dim: Sizes = None) -> Tensor:
    """The inverse of :func:`fftshift`; another one where a size is odd."""
    axes = _axes(input, dim)
    return roll(input, tuple([(input.shape[axis] + 1) // 2 for axis in axes]), axes)


def _axes(input: Tensor, dim: Sizes) -> tuple[int, ...]:
    """The dimensions asked for, all of them by default."""
    return tuple(range(input.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
