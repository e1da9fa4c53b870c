"""From what was found to a verdict: exemptions are heard, shown, and refused where they are not needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pytest

from .run import Failure

__all__ = ["judge", "unit_of"]

_SHOWN = 8


def unit_of(pattern: str) -> str:
    """What an exemption is about: the name before the bracket."""
    return pattern.partition("(")[0]


def judge(unit: str, found: Iterable[Failure | None], exempt: Mapping[str, str]) -> None:
    """Passes, skips or fails.

    Parameters
    ----------
    unit
        The name of what was tested.
    found
        What is wrong with each call, or None.
    exempt
        Names, or calls as messages show them with ``*`` for any part, and the reason why they may fail.

    Raises
    ------
    AssertionError
        If a call fails that is not exempt, or an exempt one does not.
    pytest.skip.Exception
        If only exempt ones fail; with their reasons.
    """
    patterns = [pattern for pattern in exempt if unit_of(pattern) == unit]
    needed: set[str] = set()
    faults: list[Failure] = []
    for failure in found:
        if failure is None:
            continue
        heard = [pattern for pattern in patterns if pattern == unit or fnmatchcase(failure.call, pattern)]
        needed.update(heard)
        if not heard:
            faults.append(failure)
    if faults:
        lines = [f"  {failure.call}\n    {failure.reason}" for failure in faults[:_SHOWN]]
        more = f"\n  and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise AssertionError(f"{unit} does not give what it should:\n" + "\n".join(lines) + more)
    stale = [pattern for pattern in patterns if pattern not in needed]
    assert not stale, f"{stale} pass and need no exemption"
    if needed:
        pytest.skip("; ".join(f"{pattern} is exempt: {exempt[pattern]}" for pattern in sorted(needed)))
