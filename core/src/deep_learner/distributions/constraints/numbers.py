"""Constraints of single numbers: boolean, integer, real, between bounds."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .base import Constraint

__all__ = [
    "_Boolean",
    "_GreaterThan",
    "_GreaterThanEq",
    "_HalfOpenInterval",
    "_IntegerGreaterThan",
    "_IntegerInterval",
    "_IntegerLessThan",
    "_Interval",
    "_LessThan",
    "_Real",
]


def _is_integer(value: Any) -> Tensor:
    return value % 1 == 0


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Any) -> Tensor:
        """Whether each value is 0 or 1."""
        return (value == 0) | (value == 1)


class _Real(Constraint):
    def check(self, value: Any) -> Tensor:
        """Whether each value is not NaN."""
        return value == value


class _Bounded(Constraint):
    """A constraint that its bounds describe."""

    def __repr__(self) -> str:
        bounds = ", ".join(f"{name}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__.removeprefix('_')}({bounds})"


class _Above(_Bounded):
    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound
        super().__init__()


class _Below(_Bounded):
    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound
        super().__init__()


class _Between(_Bounded):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound
        super().__init__()


class _IntegerInterval(_Between):
    is_discrete = True

    def check(self, value: Any) -> Tensor:
        """Whether each value is an integer within the bounds."""
        return _is_integer(value) & (self.lower_bound <= value) & (value <= self.upper_bound)


class _IntegerLessThan(_Below):
    is_discrete = True

    def check(self, value: Any) -> Tensor:
        """Whether each value is an integer up to the bound."""
        return _is_integer(value) & (value <= self.upper_bound)


class _IntegerGreaterThan(_Above):
    is_discrete = True

    def check(self, value: Any) -> Tensor:
        """Whether each value is an integer from the bound on."""
        return _is_integer(value) & (value >= self.lower_bound)


class _GreaterThan(_Above):
    def check(self, value: Any) -> Tensor:
        """Whether each value exceeds the bound."""
        return self.lower_bound < value


class _GreaterThanEq(_Above):
    def check(self, value: Any) -> Tensor:
        """Whether each value reaches the bound."""
        return self.lower_bound <= value


class _LessThan(_Below):
    def check(self, value: Any) -> Tensor:
        """Whether each value stays below the bound."""
        return value < self.upper_bound


class _Interval(_Between):
    def check(self, value: Any) -> Tensor:
        """Whether each value lies within the bounds."""
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Between):
    def check(self, value: Any) -> Tensor:
        """Whether each value lies within the bounds and below the upper one."""
        return (self.lower_bound <= value) & (value < self.upper_bound)
