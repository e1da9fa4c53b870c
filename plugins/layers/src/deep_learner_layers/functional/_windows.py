"""Windows over the last dimensions of a tensor: how many there are, and where each of them looks.

Windows are boxes, so one dimension is treated after the other, and what a dimension's windows see stands in a table of
:class:`Taps`. All kinds of pooling and interpolation are made of such tables: they differ in the tables and in what is
done with the elements found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

Sizes = int | Sequence[int]
Number = TypeVar("Number", int, float)


def each(value: Number | Sequence[Number], ndim: int) -> tuple[Number, ...]:
    """One number for each dimension; several stay as they are."""
    return tuple(value) if isinstance(value, Sequence) else (value,) * ndim


def spread(function: str, name: str, value: Any, ndim: int) -> Shape:
    """One whole number for each of `ndim` dimensions.

    Raises
    ------
    TypeError
        If it is neither a whole number nor several.
    RuntimeError
        If there are several, but not `ndim`.
    """
    numbers: tuple[Any, ...] = each(value, 1)
    if not all(isinstance(number, int) for number in numbers):
        raise TypeError(f"{function}(): {name} must be whole numbers. Received: {value!r}")
    if len(numbers) not in (1, ndim):
        raise RuntimeError(
            f"{function}(): {name} must be a single int or {ndim} of them, one for each dimension. "
            f"Received: {value!r}"
        )
    return numbers * ndim if len(numbers) == 1 else numbers


def check_planes(function: str, input: Tensor, ndim: int, filled: int) -> None:
    """Refuse what has not `ndim` dimensions behind one of channels and perhaps one of samples.

    Raises
    ------
    RuntimeError
        If the number of dimensions differs, or one of the last `filled` dimensions has no elements.
    """
    if input.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"{function}(): expected {ndim + 1}D or {ndim + 2}D input, but got input of shape {list(input.shape)}"
        )
    if 0 in input.shape[-filled:]:
        raise RuntimeError(
            f"{function}(): expected input with non-zero size for its last {filled} dimensions, but got shape "
            f"{list(input.shape)}"
        )


@op(autocast={"cpu": "float32"})
def volume(xp: Namespace, input: Array) -> Array:
    """The input as it is, but in float32 where autocast is on: what PyTorch does before it pools three dimensions."""
    return input


@dataclass(frozen=True)
class Taps:
    """Where windows look along one dimension.

    Parameters
    ----------
    positions
        A row for each tap, with its position in every window. All exist: where a window has fewer taps than others,
        its last one is repeated.
    counts
        How many taps each window has.
    weights
        A factor for each position; None stands for ones.
    """

    positions: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...] | None = None

    @classmethod
    def of(cls, windows: Sequence[Sequence[int]], weights: Sequence[Sequence[float]] | None = None) -> Taps:
        """The table of the windows that are given, each by its positions and perhaps their weights."""
        longest = max(map(len, windows), default=1)

        def rows(lists: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
            return tuple(tuple(one[min(k, len(one) - 1)] for one in lists) for k in range(longest))

        positions: tuple[tuple[int, ...], ...] = rows(windows)  # type: ignore[assignment]
        return cls(positions, tuple(map(len, windows)), None if weights is None else rows(weights))

    @property
    def shortest(self) -> int:
        """How many taps all windows have."""
        return min(self.counts, default=len(self.positions))

    def indices(self, xp: Namespace, like: Array) -> Iterator[Array]:
        """The rows of positions as arrays beside `like`."""
        for row in self.positions:
            yield xp.asarray(row, dtype=xp.int64, device=like.device)


def sliding_size(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows fit into `size` elements with `padding` at both ends.

    With `ceil_mode` one more may begin inside and end outside, but none may begin in the padding behind.
    """
    rest = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-rest // stride) if ceil_mode else rest // stride) + 1
    return count - 1 if ceil_mode and (count - 1) * stride >= size + padding else count


@lru_cache(maxsize=512)
def sliding(size: int, kernel: int, stride: int, padding: int, dilation: int, count: int) -> Taps:
    """Windows at regular distances, without those of their taps that lie in the padding; each must have others."""
    starts = [i * stride - padding for i in range(count)]
    spans = [range(start, start + kernel * dilation, dilation) for start in starts]
    return Taps.of([[place for place in span if 0 <= place < size] for span in spans])


def misses(size: int, kernel: int, stride: int, padding: int, dilation: int, count: int) -> bool:
    """Whether a window begins in the padding in front and steps over all elements."""
    return any((i * stride - padding) % dilation >= size for i in range(min(count, -(-padding // stride))))


@lru_cache(maxsize=512)
def adaptive(size: int, count: int) -> Taps:
    """`count` windows that cover `size` elements as evenly as whole numbers allow."""
    return Taps.of([range(i * size // count, -(-(i + 1) * size // count)) for i in range(count)])


def sliding_options(
    function: str, ndim: int, input: Tensor,
    kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes, ceil_mode: bool,
) -> tuple[Shape, Shape, Shape, Shape, Shape]:  # fmt: skip
    """Kernel size, stride, padding, dilation and number of windows in each dimension, once they fit the input.

    Raises
    ------
    RuntimeError
        If an option has another number of entries or is not positive, if padding is more than half of a kernel, or if
        no window fits.
    """
    kernels = spread(function, "kernel_size", kernel_size, ndim)
    steps = kernels if stride in (None, (), []) else spread(function, "stride", stride, ndim)
    pads, gaps = spread(function, "padding", padding, ndim), spread(function, "dilation", dilation, ndim)
    check_planes(function, input, ndim, ndim + 1)
    for what, numbers in (("kernel_size", kernels), ("stride", steps), ("dilation", gaps)):
        if min(numbers) < 1:
            raise RuntimeError(f"{function}(): {what} must be greater than zero, but got {numbers}")
    if any(not 0 <= pad <= kernel // 2 for pad, kernel in zip(pads, kernels, strict=True)):
        raise RuntimeError(
            f"{function}(): padding must be non-negative and at most half of the kernel size {kernels}, but got {pads}"
        )
    sizes = tuple(input.shape[-ndim:])
    counts = tuple(map(sliding_size, sizes, kernels, steps, pads, gaps, [ceil_mode] * ndim))
    if min(counts) < 1:
        extents = [d * (k - 1) + 1 for k, d in zip(kernels, gaps, strict=True)]
        raise RuntimeError(
            f"{function}(): windows of extent {extents} do not fit into an input of {list(sizes)} with padding {pads}; "
            f"the output size {list(counts)} is too small"
        )
    return kernels, steps, pads, gaps, counts


def along(count: int, dim: int, ndim: int) -> Shape:
    """The shape in which numbers for the positions of one dimension meet an array of `ndim` dimensions."""
    return tuple([count if each == dim else 1 for each in range(ndim)])
