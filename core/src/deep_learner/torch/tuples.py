"""``torch.nn.modules.utils``: a number for every dimension."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _ntuple(count: int) -> Callable[[Any], tuple[Any, ...]]:
    """A function that repeats what is no sequence."""

    def repeated(value: Any) -> tuple[Any, ...]:
        return tuple(value) if hasattr(value, "__iter__") else (value,) * count

    return repeated


_single, _pair, _triple, _quadruple = map(_ntuple, range(1, 5))
