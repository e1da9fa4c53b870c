"""Arguments and results that are one thing, or a list or tuple of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard


def is_several(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether it is a list or a tuple."""
    return isinstance(value, list | tuple)


def as_tuple(value: Any) -> tuple[Any, ...]:
    """The items of a list or tuple; anything else alone."""
    return tuple(value) if is_several(value) else (value,)
