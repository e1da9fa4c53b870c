"""Sizes, names and values from files as texts that a terminal shows as they are."""

from __future__ import annotations

from typing import Any

from deep_learner_trainer.nested import is_sequence

__all__ = ["printable", "shortened", "size"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_ITEMS, _LETTERS = 8, 200


def size(nbytes: int) -> str:
    """Bytes for people; a kB has 1000.

    >>> size(1536)
    '1.5 kB'
    """
    value, unit = float(nbytes), 0
    while value >= 999.95 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{nbytes} B"


def printable(text: str) -> str:
    """A text with what would move the cursor, or has no letter, written as Python does."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def shortened(value: Any) -> str:
    """A value in one line: the first items of a list, the beginning of a text, and how long they are."""
    if is_sequence(value) and len(value) > _ITEMS:
        return f"{printable(f'{value[:_ITEMS]!r:.{_LETTERS}}'[:-1])}, ... ({len(value)} items)"
    text = str(value)
    if len(text) <= _LETTERS:
        return printable(text)
    return f"{printable(text[:_LETTERS])}... ({len(text)} characters)"
