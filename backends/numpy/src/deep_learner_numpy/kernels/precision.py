"""Computing with numbers of 16 bits, in which NumPy is neither fast nor exact."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.namespace import is_bfloat16

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def is_half(dtype: Any) -> bool:
    """Whether a dtype is float16 or bfloat16."""
    return dtype == np.float16 or is_bfloat16(dtype)


def widened(x: Array) -> Array:
    """Numbers of 16 bits as float32; others as they are."""
    return x.astype(np.float32) if is_half(x.dtype) else x


def in_single(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel computed in float32 where its first operand has 16 bits; what it gives has that dtype again."""

    @functools.wraps(kernel)
    def run(first: Array, *rest: Any) -> Any:
        dtype = first.dtype
        if dtype.itemsize != 2 or not is_half(dtype):
            return kernel(first, *rest)
        made = kernel(*[widened(x) if isinstance(x, np.ndarray) else x for x in (first, *rest)])
        return tuple([x.astype(dtype) for x in made]) if isinstance(made, tuple) else made.astype(dtype)

    return run
