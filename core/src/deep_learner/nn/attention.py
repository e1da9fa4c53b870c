"""PyTorch's words for choosing how attention is computed, so that programs that use them run.

There is one way here for each backend, its kernel of `dot_product_attention`, and it gives the results of all of
PyTorch's; so whatever is allowed, it is the one that runs.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, cast

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """PyTorch's implementations of `scaled_dot_product_attention`."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: SDPBackend | Sequence[SDPBackend], set_priority: bool = False
) -> Generator[dict[Any, Any]]:
    """A context, or decorator, in which PyTorch would choose among these implementations.

    Parameters
    ----------
    backends
        One or several.
    set_priority
        Whether their order says which is preferred.

    Raises
    ------
    AssertionError
        If they are none of these.
    """
    given: Any = (backends,) if isinstance(backends, SDPBackend) else backends
    if not isinstance(given, list | tuple) or not all(
        isinstance(one, SDPBackend) for one in cast(Any, given)
    ):
        raise AssertionError(
            f"Backend must be an instance of SDPBackend or a list of instances. Received: {backends!r}"
        )
    yield {}
