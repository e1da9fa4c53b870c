"""Windows that slide over the last dimensions, by slices: one for each element of a window along one dimension.

Samples are taken a few at a time, so that what is computed on the way stays in the cache. Strides are kept, so that
images whose channels come last in memory stay so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops import registry
from deep_learner_numpy.threads import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deep_learner.typing import Array, Shape

ELEMENTS = 2**18  # that are treated at a time
FEW = 4  # elements of a window, of which slices are faster than a reduction


class Line(NamedTuple):
    """The windows along one dimension."""

    axis: int
    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    windows: int

    @property
    def extent(self) -> int:
        """How many places windows reach over, from the first in the padding on."""
        return (self.windows - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    @property
    def disjoint(self) -> bool:
        """Whether no element lies in two windows."""
        return self.stride > (self.kernel - 1) * self.dilation

    @property
    def fills(self) -> bool:
        """Whether each element, those in the margins among them, lies in exactly one window."""
        whole = self.extent == self.size + sum(self.margin)
        return whole and self.stride == self.kernel and self.dilation == 1

    @property
    def margin(self) -> tuple[int, int]:
        """How many places windows need before and behind the elements."""
        return self.padding, max(0, self.extent - self.padding - self.size)

    def taps(self, array: Array) -> Iterator[Array]:
        """For each element of a window a view with that element of all windows, of an array with margins."""
        for k in range(self.kernel):
            start = k * self.dilation
            key = slice(start, start + (self.windows - 1) * self.stride + 1, self.stride)
            yield array[(*((slice(None),) * self.axis), key)]


def lines_of(
    shape: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, counts: Shape
) -> list[Line]:
    """The windows along each of the last dimensions of a shape."""
    first = len(shape) - len(counts)
    return [
        Line(first + dim, shape[first + dim], *each)
        for dim, each in enumerate(zip(kernel, stride, padding, dilation, counts, strict=True))
    ]


def counted(shape: Shape, lines: list[Line]) -> Shape:
    """The shape of what windows come to."""
    return (*shape[: len(shape) - len(lines)], *[line.windows for line in lines])


def parts(shape: Shape, dimensions: int) -> list[slice]:
    """Stretches of the first dimension with few elements each; all of it if windows slide over it."""
    if len(shape) == dimensions:
        return [slice(None)]
    return split(shape[0], ELEMENTS // max(1, math.prod(shape[1:])))


def like(array: Array, shape: Shape, value: Any = None) -> Array:
    """An array of the same dtype and order of dimensions, filled with a value if one is given."""
    return np.empty_like(array, shape=shape) if value is None else np.full_like(array, value, shape=shape)


def with_margins(array: Array, lines: list[Line], value: Any) -> Array:
    """The array with margins of a value, where the windows need some."""
    if not any(any(line.margin) for line in lines):
        return array
    shape, inside = list(array.shape), [slice(None)] * array.ndim
    for line in lines:
        shape[line.axis] += sum(line.margin)
        inside[line.axis] = slice(line.padding, line.padding + line.size)
    out = like(array, tuple(shape), value)
    out[tuple(inside)] = array
    return out


def without_margins(array: Array, lines: list[Line]) -> Array:
    """The inside of an array with margins."""
    key = [slice(None)] * array.ndim
    for line in lines:
        key[line.axis] = slice(line.padding, line.padding + line.size)
    return array[tuple(key)]


def reduced(function: Any, array: Array, lines: list[Line]) -> Array:
    """The windows' elements brought together, dimension by dimension; perhaps a view, where they have one each."""
    if all(line.fills and line.windows == 1 for line in lines):
        return function.reduce(array, axis=tuple([line.axis for line in lines]), keepdims=True)
    for line in lines:
        array = _reduced_along(function, array, line)
    return array


def _reduced_along(function: Any, array: Array, line: Line) -> Array:
    if line.fills and line.kernel > FEW:
        split = (*array.shape[: line.axis], line.windows, line.kernel, *array.shape[line.axis + 1 :])
        return function.reduce(array.reshape(split), axis=line.axis + 1)
    taps = line.taps(array)
    out, second = next(taps), next(taps, None)
    if second is None:
        return out
    out = function(out, second)
    for tap in taps:
        function(out, tap, out=out)
    return out


def generic(name: str, *args: Any) -> Array:
    """An operation's own forward, on arrays of NumPy."""
    function: Any = registry.find(name)
    return function.operation.forward(NAMESPACES[np.ndarray], *args)
