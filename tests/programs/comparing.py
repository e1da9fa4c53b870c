"""Comparing what two runs of a program print: the same text, and numbers as equal as floating point allows."""

from __future__ import annotations

import re

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE)


def unit(number: str) -> float:
    """The value of a printed number's last digit; 0 for a whole number, which must be exact."""
    mantissa, _, exponent = number.lower().partition("e")
    digits = mantissa.partition(".")[2]
    return 10.0 ** (int(exponent or 0) - len(digits)) if "." in mantissa else 0.0


def differences(ours: str, theirs: str, first: float, last: float) -> list[str]:
    """Where two texts differ, in words; nothing if they agree.

    Whole numbers must be equal. Others may differ by their last digit and by a tolerance, relative where they are
    larger than 1, that grows from `first` in the first line to `last` in the last one by a constant factor.
    """
    lines, expected = ours.splitlines(), theirs.splitlines()
    found = [] if len(lines) == len(expected) else [f"{len(lines)} lines instead of {len(expected)}"]
    for number, (line, other) in enumerate(zip(lines, expected, strict=False)):
        tolerance = first * (last / first) ** (number / max(1, len(expected) - 1))
        same = NUMBER.sub("#", line) == NUMBER.sub("#", other)
        if not same or not all(
            abs(float(a) - float(b))
            <= (1.01 * unit(b) + tolerance * max(1.0, abs(float(b))) if unit(b) else 0)
            for a, b in zip(NUMBER.findall(line), NUMBER.findall(other), strict=True)
        ):
            found.append(f"line {number + 1}, to {tolerance:.1e}:\n  {line}\n  {other}")
    return found
