"""All tables together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import creation, data_types, elementwise, linear_algebra, manipulation, reductions, searching
from .case import Case

__all__ = ["CASES"]

CASES: Final[Mapping[str, list[Case]]] = {
    name: cases
    for topic in (creation, data_types, elementwise, linear_algebra, manipulation, reductions, searching)
    for name, cases in topic.CASES.items()
}
