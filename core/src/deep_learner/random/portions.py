"""Many numbers a portion at a time, so that what is between words and numbers stays in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ..typing import Array

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["PORTION", "in_portions"]

PORTION: Final = 32768


def in_portions(host: Backend, generator: Generator, size: int, sample: Callable[[int, int], Array]) -> Array:
    """What `sample(start, stop)`, which draws from the generator, gives of each portion of `size` numbers."""
    if size <= PORTION:
        return sample(0, size)
    xp = host.namespace
    bounds = [(start, min(start + PORTION, size)) for start in range(0, size, PORTION)]
    with generator.lock:  # lest another thread draw in between
        if not host.shares_memory:  # to write to arrays that do not change is to copy them
            return xp.concat([sample(start, stop) for start, stop in bounds])
        first = sample(*bounds[0])
        made = host.write(xp.empty(size, dtype=first.dtype), slice(*bounds[0]), first)
        for start, stop in bounds[1:]:
            made = host.write(made, slice(start, stop), sample(start, stop))
        return made
