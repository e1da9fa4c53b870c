"""Telling tables from lists in values read from files, in words that type checkers understand."""

from __future__ import annotations

from typing import Any, TypeGuard

__all__ = ["is_sequence", "is_table"]


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a table: a dictionary, whose keys are text in every file read here."""
    return isinstance(value, dict)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a list or a tuple."""
    return isinstance(value, list | tuple)
