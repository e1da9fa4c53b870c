"""The named tuples that operations of two outputs return, as PyTorch names their fields."""

from __future__ import annotations

from typing import NamedTuple

from ..typing import Array


class ValuesIndices(NamedTuple):
    """Chosen elements and where along the dimension they stood."""

    values: Array
    indices: Array


class MinMax(NamedTuple):
    """The least and the greatest element."""

    min: Array
    max: Array
