"""The arguments of PyTorch's Fourier transforms: dimensions, sizes and normalizations as the primitives take them."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ..dtypes import float32, float64, get_default_dtype
from ..tensor import Tensor
from .dims import wrap_dim
from .padding import constant_pad_nd

Sizes = int | Sequence[int] | None


def promoted(name: str, input: Tensor, real: bool = False) -> Tensor:
    """`input` in a dtype that can be transformed: integers and booleans in the default float dtype.

    Raises
    ------
    TypeError
        If `input` is no Tensor.
    RuntimeError
        If it is in half precision, or complex where it must be `real`.
    """
    if not isinstance(input, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(input).__name__}")
    if input.is_complex():
        if real:
            raise RuntimeError(
                f"{name} expects a real input tensor, but got {input.dtype.name}; write fft or ifft, or take .real"
            )
        return input
    if not input.is_floating_point():
        input = input.to(get_default_dtype())
    if input.dtype not in (float32, float64):
        raise RuntimeError(
            f"{name}(): Unsupported dtype {input.dtype.name}: there are no complex numbers of that precision. "
            "Convert to float32 first"
        )
    return input


def as_complex(input: Tensor) -> Tensor:
    """A promoted tensor as complex numbers."""
    return input.to(input.dtype.to_complex())


def norm_of(norm: str | None) -> str:
    """The normalization, by default "backward". Raises RuntimeError for an unknown one."""
    if norm in (None, "backward", "forward", "ortho"):
        return norm or "backward"
    raise RuntimeError(f'Invalid normalization mode: "{norm}"; there are "backward", "ortho" and "forward"')


def size_of(n: int | None) -> int:
    """The number of points of a one-dimensional transform; -1 for as many as there are.

    Raises
    ------
    TypeError, RuntimeError
        If it is no integer, or less than 1.
    """
    if n is None:
        return -1
    return _points(operator.index(n))


def axis_of(input: Tensor, dim: int) -> int:
    """`dim` counted from the front. Raises IndexError if there is no such dimension."""
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, input.ndim)


def axes_of(input: Tensor, s: Sizes, dim: Sizes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions to transform, and for each the size asked for, -1 for that of the input.

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If a dimension is named twice, or there are more sizes than dimensions.
    """
    sizes = None if s is None else (s,) if isinstance(s, int) else tuple(s)
    if dim is not None:
        axes = tuple([axis_of(input, one) for one in ((dim,) if isinstance(dim, int) else dim)])
        if len(set(axes)) != len(axes):
            raise RuntimeError(f"FFT dims must be unique. Received: {dim}")
        if sizes is not None and len(sizes) != len(axes):
            raise RuntimeError(
                "When given, dim and shape arguments must have the same length. "
                f"Received: dim={dim} and s={s}"
            )
    else:
        count = input.ndim if sizes is None else len(sizes)
        if count > input.ndim:
            raise RuntimeError(
                f"Got shape with {count} values but input tensor only has {input.ndim} dimensions."
            )
        axes = tuple(range(input.ndim - count, input.ndim))
    return axes, sizes or (-1,) * len(axes)


def resized(input: Tensor, axes: Sequence[int], sizes: Sequence[int]) -> Tensor:
    """`input` cut off or filled up with zeros at the end of each of `axes`; -1 leaves a size as it is.

    Raises
    ------
    RuntimeError
        If there would be nothing to transform.
    """
    amounts = [0] * (2 * input.ndim)
    for axis, size in zip(axes, sizes, strict=True):
        have = input.shape[axis]
        amounts[-1 - 2 * axis] = _points(have if size == -1 else size) - have
    return constant_pad_nd(input, amounts) if any(amounts) else input


def half_resized(input: Tensor, axes: Sequence[int], sizes: Sequence[int]) -> tuple[Tensor, int]:
    """As `resized` for the input of a transform to real numbers, and the last size of its result."""
    last = _points(2 * (input.shape[axes[-1]] - 1) if sizes[-1] == -1 else sizes[-1])
    return resized(input, axes, (*sizes[:-1], last // 2 + 1)), last


def _points(size: int) -> int:
    if size < 1:
        raise RuntimeError(f"Invalid number of data points ({size}) specified")
    return size
