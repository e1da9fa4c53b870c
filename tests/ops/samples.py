"""The calls that elementwise operations are tried with: typical, 0-d, empty, broadcast, beside a number."""

from __future__ import annotations

from typing import Any

from tests.ops.case import S, arr


def unary(**domain: Any) -> list[Any]:
    """One operand: typical, 0-d and empty."""
    return [S(arr(2, 3, **domain)), S(arr(**domain)), S(arr(0, 3, **domain))]


def binary(second: dict[str, Any] | None = None, *, numbers: bool = True, **domain: Any) -> list[Any]:
    """Two operands, broadcast in all ways; ``second`` is the other one's domain if it differs."""
    other = domain if second is None else second
    samples = [
        S(arr(2, 3, **domain), arr(2, 3, **other)),
        S(arr(2, 3, **domain), arr(3, **other)),
        S(arr(4, 1, **domain), arr(3, **other)),
        S(arr(**domain), arr(2, **other)),
        S(arr(0, 3, **domain), arr(3, **other)),
    ]
    if numbers:
        samples += [S(arr(3, **domain), other.get("high", 1.5)), S(domain.get("high", 1.5), arr(3, **other))]
    return samples
