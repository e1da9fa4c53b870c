"""Axes of one member of a batch as those of the batch: one more, if counted from the front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...typing import Shape
from ..batched import BatchedArray


def shifted(axis: int, ndim: int) -> int:
    """The axis of a batch that is ``axis`` of its members, which have ``ndim``.

    Raises
    ------
    IndexError
        If there is no such axis.
    """
    if not -ndim <= axis < ndim:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-max(ndim, 1)}, {max(ndim, 1) - 1}], but got {axis})"
        )
    return axis % ndim + 1


def all_shifted(axes: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Several axes; None means all."""
    if axes is None:
        return tuple(range(1, ndim + 1))
    return tuple([shifted(axis, ndim) for axis in ((axes,) if isinstance(axes, int) else axes)])


def flat(kind: type[BatchedArray], x: Any) -> BatchedArray:
    """The members as vectors."""
    x = kind.lifted(x)
    return kind(x.value.reshape((x.value._array.shape[0], x.size)))


def resolved(shape: int | Sequence[int], size: int) -> Shape:
    """A shape with the size that -1 stands for."""
    sizes = [shape] if isinstance(shape, int) else list(shape)
    if -1 in sizes:
        place = sizes.index(-1)
        known = 1
        for other, one in enumerate(sizes):
            known *= 1 if other == place else one
        if known and size % known == 0:
            sizes[place] = size // known
    return tuple(sizes)
