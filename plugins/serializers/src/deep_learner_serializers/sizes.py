"""Sizes in bytes as people write them."""

from __future__ import annotations

import re

__all__ = ["parse_size"]

_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def parse_size(size: int | str) -> int:
    """The number of bytes of ``5_000_000``, ``"5MB"`` (1000 each) or ``"2GiB"`` (1024 each).

    Raises
    ------
    ValueError
        It is no such text, or not positive.
    """
    if isinstance(size, int) and not isinstance(size, bool):
        count = size
    else:
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?\s*", str(size).upper())
        if found is None:
            raise ValueError(
                f"a size is a number of bytes, or text such as '500MB' or '2GiB'. Received: {size!r}"
            )
        number, unit, binary = found.groups()
        count = int(float(number) * (1024 if binary else 1000) ** _UNITS[unit])
    if count < 1:
        raise ValueError(f"a size is positive. Received: {size!r}")
    return count
