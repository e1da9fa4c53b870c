"""Whether dictionaries have been changed, asked of many at once.

CPython 3.11 and 3.12 number the changes of all dictionaries (PEP 509: a 64-bit number behind the count of the entries).
Where there are no such numbers, what is in a dictionary has to be compared.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import ctypes
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

__all__ = ["Versions", "has_version"]

_COUNT, _VERSION, _SIZE = 16, 24, 8  # where they lie in a dictionary, and how long they are


def _numbered() -> bool:
    """Whether this interpreter numbers the changes of dictionaries."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 13):
        return False
    return object.__basicsize__ == _COUNT and dict.__basicsize__ == 48


_NUMBERED = _numbered()


def has_version(thing: Any) -> bool:
    """Whether all changes of something are numbered; of an ordered dictionary they are not."""
    return _NUMBERED and type(thing) in (dict, defaultdict)


class Versions:
    """The numbers of some dictionaries.

    Parameters
    ----------
    dictionaries
        Each with `has_version`.

    Attributes
    ----------
    views : list of memoryview
        The numbers as they are; ``b"".join(views)`` gives all.
    """

    def __init__(self, dictionaries: Sequence[dict[Any, Any]]) -> None:
        self._alive = dictionaries
        number = ctypes.c_char * _SIZE
        self.views = [memoryview(number.from_address(id(one) + _VERSION)) for one in dictionaries]

    def now(self) -> bytes:
        """All numbers."""
        return b"".join(self.views)

    @staticmethod
    def changed(before: bytes, now: bytes) -> list[int]:
        """The places of the dictionaries whose number is another."""
        pairs = enumerate(zip(memoryview(before).cast("Q"), memoryview(now).cast("Q"), strict=True))
        return [place for place, (old, new) in pairs if old != new]
