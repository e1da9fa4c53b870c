"""PyTorch's discrete Fourier transforms, ``torch.fft``: 18 functions of three primitives.

`dim` says over which dimensions, `n` or `s` with how many points in each: the input is cut off or filled up with
zeros at the end; -1 in `s` leaves a size. `norm` divides by the number of points n: "forward" the forward transform,
"backward" (the default) the inverse, "ortho" both, by sqrt(n). Integers and booleans are transformed in the default
float dtype; the result is of the input's precision.

All raise RuntimeError for a number of points below 1, for sizes and dimensions of different number, a dimension named
twice, an unknown `norm` and for half precision, IndexError for a dimension that does not exist. https://pytorch.org/docs/stable/fft.html
"""

from __future__ import annotations

from ..tensor import Tensor
from .complex import conj
from .fourier import OPPOSITE, fft_c2c, fft_c2r, fft_r2c
from .fourier_arguments import (
    Sizes,
    as_complex,
    axes_of,
    half_resized,
    norm_of,
    promoted,
    resized,
    size_of,
)  # fmt: skip
from .out import with_out


def _to_complex(name: str, input: Tensor, s: Sizes, dim: Sizes, norm: str | None, inverse: bool) -> Tensor:
    """A transform of complex numbers to complex numbers."""
    input = promoted(name, input)
    axes, sizes = axes_of(input, s, dim)
    scale = norm_of(norm)
    padded = as_complex(resized(input, axes, sizes))
    return fft_c2c(padded, axes, scale, inverse) if axes else padded.clone()


def _from_real(name: str, input: Tensor, s: Sizes, dim: Sizes, norm: str | None, inverse: bool) -> Tensor:
    """Half of a transform of real numbers; the inverse is the conjugate of the forward one."""
    input = promoted(name, input, real=True)
    axes, sizes = axes_of(input, s, dim)
    if not axes:
        raise RuntimeError(f"{name} must transform at least one axis")
    scale = norm_of(norm)
    padded = resized(input, axes, sizes)
    return conj(fft_r2c(padded, axes, OPPOSITE[scale])) if inverse else fft_r2c(padded, axes, scale)


def _to_real(name: str, input: Tensor, s: Sizes, dim: Sizes, norm: str | None, inverse: bool) -> Tensor:
    """A transform of half a symmetric input to real numbers; the forward one is the inverse of the conjugate."""
    input = promoted(name, input)
    axes, sizes = axes_of(input, s, dim)
    if not axes:
        raise RuntimeError(f"{name} must transform at least one axis")
    scale = norm_of(norm)
    padded, last = half_resized(input, axes, sizes)
    padded = as_complex(padded)
    return (
        fft_c2r(padded, axes, scale, last) if inverse else fft_c2r(conj(padded), axes, OPPOSITE[scale], last)
    )


@with_out
def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The discrete Fourier transform ``sum_m x[m] exp(-2 pi i k m / n)``: (*, n, *) -> (*, n, *), complex."""
    return _to_complex("fft", input, size_of(n), dim, norm, False)


@with_out
def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of :func:`fft`: (*, n, *) -> (*, n, *), complex."""
    return _to_complex("ifft", input, size_of(n), dim, norm, True)


@with_out
def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The first n // 2 + 1 elements of :func:`fft` of real numbers, the others being their conjugates:
    (*, n, *) -> (*, n // 2 + 1, *), complex. Raises RuntimeError for a complex `input`.
    """
    return _from_real("rfft", input, size_of(n), dim, norm, False)


@with_out
def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of :func:`rfft`: (*, n // 2 + 1, *) -> (*, n, *), real.

    `n` is 2 * (size - 1) by default; for an odd number of points it must be given.
    """
    return _to_real("irfft", input, size_of(n), dim, norm, True)


@with_out
def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The :func:`fft`, which is real, of a conjugate-symmetric signal given by its first half:
    (*, n // 2 + 1, *) -> (*, n, *), real. `n` is 2 * (size - 1) by default.
    """
    return _to_real("hfft", input, size_of(n), dim, norm, False)


@with_out
def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of :func:`hfft`: (*, n, *) -> (*, n // 2 + 1, *), complex.

    Raises RuntimeError for a complex `input`.
    """
    return _from_real("ihfft", input, size_of(n), dim, norm, True)


@with_out
def fft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`fftn` over two dimensions: (*) -> (*), complex."""
    return _to_complex("fft2", input, s, dim, norm, False)


@with_out
def ifft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`ifftn` over two dimensions: (*) -> (*), complex."""
    return _to_complex("ifft2", input, s, dim, norm, True)


@with_out
def rfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`rfftn` over two dimensions: the last of `dim` becomes n // 2 + 1; real -> complex."""
    return _from_real("rfft2", input, s, dim, norm, False)


@with_out
def irfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`irfftn` over two dimensions: the last of `dim` becomes n, else 2 * (size - 1); real."""
    return _to_real("irfft2", input, s, dim, norm, True)


@with_out
def hfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`hfftn` over two dimensions: the last of `dim` becomes n, else 2 * (size - 1); real."""
    return _to_real("hfft2", input, s, dim, norm, False)


@with_out
def ihfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """The :func:`ihfftn` over two dimensions: the last of `dim` becomes n // 2 + 1; real -> complex."""
    return _from_real("ihfft2", input, s, dim, norm, True)


@with_out
def fftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`fft` over several dimensions, all by default: (*) -> (*), complex."""
    return _to_complex("fftn", input, s, dim, norm, False)


@with_out
def ifftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`ifft` over several dimensions, all by default: (*) -> (*), complex."""
    return _to_complex("ifftn", input, s, dim, norm, True)


@with_out
def rfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`rfft` over several dimensions, by default all: the last becomes n // 2 + 1; real -> complex."""
    return _from_real("rfftn", input, s, dim, norm, False)


@with_out
def irfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`irfft` over several dimensions, by default all: the last becomes n, else 2 * (size - 1); real."""
    return _to_real("irfftn", input, s, dim, norm, True)


@with_out
def hfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`hfft` over several dimensions, by default all: the last becomes n, else 2 * (size - 1); real."""
    return _to_real("hfftn", input, s, dim, norm, False)


@with_out
def ihfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The :func:`ihfft` over several dimensions, by default all: the last becomes n // 2 + 1; real -> complex."""
    return _from_real("ihfftn", input, s, dim, norm, True)
