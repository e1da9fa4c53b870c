"""Functions that draw from distributions given by tensors: `bernoulli`, `normal`, and dropout's noise."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from ..dtypes import DType
from ..ops._placement import native_dtype, place_of, place_of_tensor
from ..ops.filling import shape_of
from ..ops.out import with_out
from ..tensor import Tensor
from ..typing import Array, DeviceLike, DTypeLike, Shape
from .bounds import check_floating
from .defaults import chosen
from .delivery import constant_in, deliver, flat_numbers, host_array
from .discrete import coins
from .generator import Generator
from .host import find_host
from .members import per_member
from .normal import normal as normal_numbers
from .portions import in_portions
from .samplers import toss

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["bernoulli", "dropout_noise", "normal"]


@per_member("elements")
@with_out
def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Ones and zeros, in the shape and dtype of `input`.

    Parameters
    ----------
    input : Tensor
        The probabilities of a one, of a floating-point dtype; any tensor if `p` is given.
    p : float, optional
        One probability for all.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        Of the shape and dtype of `input`. Its gradient is 0.

    Raises
    ------
    RuntimeError
        If a probability is outside [0, 1].
    NotImplementedError
        If `input` gives the probabilities and is no floating-point tensor.
    """
    return constant_in(toss(input if p is None else p, tuple(input.shape), input, generator), input)


@per_member("elements")
@with_out
def normal(
    mean: float | Tensor = 0.0,
    std: float | Tensor = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normally distributed numbers: `normal(mean, std)` with a tensor or two, or `normal(mean, std, size)`.

    Parameters
    ----------
    mean, std : float or Tensor
        Mean and standard deviation; tensors broadcast.
    size : sequence of int, optional
        The shape, where both are numbers.
    generator : Generator, optional
        The default one unless given.
    dtype, device, requires_grad
        As in `rand`; with tensors, they are those of the first of them.

    Returns
    -------
    Tensor
        The gradients of `mean` and `std` are 0.

    Raises
    ------
    RuntimeError
        If a standard deviation is negative, or the shapes do not broadcast.
    TypeError
        If neither a tensor nor `size` is given, or both are.
    """
    tensors = [value for value in (mean, std) if isinstance(value, Tensor)]
    if bool(tensors) == (size is not None):
        raise TypeError("normal takes a tensor for mean or std, or numbers for both and size=(...)")
    if not tensors:
        kind = check_floating("normal", dtype)
        numbers: tuple[Any, Any] = (mean, std)
        host, shape = find_host(), shape_of((tuple(size),))
        made = deliver(host, _noise(host, shape, kind, generator, *numbers), shape, kind, place_of(device))
        return made.requires_grad_() if requires_grad else made
    kind = check_floating("normal", tensors[0].dtype)
    host = find_host()
    xp = host.namespace
    centre, spread = (
        host_array(host, value) if isinstance(value, Tensor) else value for value in (mean, std)
    )
    if isinstance(std, Tensor):
        if bool(xp.any(spread < 0)):
            raise RuntimeError("normal takes standard deviations >= 0. Received a tensor with negative ones")
        shape = _common_shape([tuple(tensor.shape) for tensor in tensors])
        values = xp.astype(_noise(host, shape, kind, generator, 0.0, 1.0) * spread, native_dtype(host, kind))
    else:
        shape = tuple(tensors[0].shape)
        values = _noise(host, shape, kind, generator, 0.0, std)
    return constant_in(
        deliver(host, values + centre, shape, kind, place_of_tensor(tensors[0], None)), *tensors
    )


def _noise(
    host: Backend, shape: Shape, dtype: DType, generator: Generator | None, mean: float, std: float
) -> Array:
    """Normally distributed numbers on the host, in the shape."""
    if not std >= 0.0:
        raise RuntimeError(f"normal takes std >= 0. Received: std={std}")
    deviation = std / 2.0**0.5 if dtype.is_complex else std
    flat = flat_numbers(host, normal_numbers, chosen(generator), prod(shape), dtype, mean, deviation)
    return host.namespace.reshape(flat, shape)


def _common_shape(shapes: list[Shape]) -> Shape:
    """The shape that tensors of these shapes broadcast to."""
    ndim = max(map(len, shapes))
    padded = [(1,) * (ndim - len(shape)) + shape for shape in shapes]
    found = tuple(
        [next((length for length in lengths if length != 1), 1) for lengths in zip(*padded, strict=True)]
    )
    if any(
        length not in (1, wanted) for shape in padded for length, wanted in zip(shape, found, strict=True)
    ):
        raise RuntimeError(
            f"normal takes mean and std of shapes that broadcast. Received: {' and '.join(map(str, shapes))}"
        )
    return found


@per_member("elements")
def dropout_noise(
    input: Tensor, p: float, *, shape: Shape | None = None, generator: Generator | None = None
) -> Tensor:
    """What dropout multiplies `input` with: 0 with probability `p`, else `1 / (1 - p)`.

    Parameters
    ----------
    input : Tensor
        Floating-point or complex; gives the dtype and device.
    p : float
        The probability of a zero. For 0 and 1 nothing is drawn, as in PyTorch.
    shape : tuple of int, optional
        The noise's shape, if it is not the input's: (N, C, 1, ...) drops whole channels.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        A constant; `input * noise` is dropout, and its gradient is the incoming one times the noise.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout takes a probability from 0 to 1. Received: p={p}")
    dtype = check_floating("dropout", input.dtype)
    wanted = tuple(input.shape) if shape is None else shape
    host = find_host()
    xp = host.namespace
    native = native_dtype(host, dtype)
    size, kept, source = prod(wanted), 1.0 - p, chosen(generator)

    def sample(start: int, stop: int) -> Array:
        return xp.astype(coins(host, source, stop - start, kept), native) / kept

    noise = (
        xp.full((size,), kept, dtype=native) if p in (0.0, 1.0) else in_portions(host, source, size, sample)
    )
    return deliver(host, noise, wanted, dtype, place_of_tensor(input, None))
