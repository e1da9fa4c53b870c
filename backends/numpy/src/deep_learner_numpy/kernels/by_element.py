"""What is computed element by element, in parts of the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.threads import shared, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

BLOCK = 1 << 18  # elements that are worked on at once


def by_element(fill: Callable[..., None], *operands: Array) -> Array:
    """What `fill` writes to its last argument, of the shape and dtype of the first operand; all come before it.

    Where their elements follow each other in memory in one order, `fill` is called with parts of the memory.
    """
    out: Any = np.empty_like(operands[0], subok=False)
    if out.size > BLOCK and len({_order(x) for x in (out, *operands)}) == 1:
        flat = [x.ravel("K") for x in (*operands, out)]
        shared(lambda part: fill(*[x[part] for x in flat]), split(out.size, BLOCK))
    else:
        fill(*operands, out)
    return out


def _order(x: Array) -> tuple[Any, ...]:
    """Where its elements lie, counted in elements."""
    return x.shape, tuple([stride // x.itemsize for stride in x.strides])
