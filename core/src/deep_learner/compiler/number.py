"""Numbers that a trace follows, so that a learning rate may change without another trace."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .active import tracing

if TYPE_CHECKING:
    from .graph import Value

__all__ = ["TracedNumber", "as_number"]


def as_number(value: Any) -> Any:
    """A tensor, array or number as a Python float; where a trace follows it, one that it goes on following.

    What optimizers' rules write in place of ``float(value)``.
    """
    if isinstance(value, TracedNumber):
        return value
    follow: Callable[[], Any] | None = getattr(getattr(value, "_array", value), "as_number", None)
    return float(value) if follow is None else follow()


class TracedNumber:
    """A Python float and what it is in a graph.

    It is no float, so that whoever computes with it by other means than operators must ask for one, which the trace
    notices: a number read from the program is then fixed, and another one asks for another trace. A comparison asks for
    one only where its outcome is another.

    Parameters
    ----------
    number
        The float.
    value
        What it is in the graph.
    """

    __slots__ = ("number", "value")
    __array_ufunc__ = None

    def __init__(self, number: float, value: Value) -> None:
        self.number = number
        self.value = value

    def fixed(self) -> float:
        """The float itself, which is the same from now on or the trace does not fit."""
        if tracing.trace is not None:
            tracing.trace.origins.fix(self)
        return self.number

    __float__ = fixed

    def __neg__(self) -> Any:
        return _computed("mul", -1.0, self)

    def __int__(self) -> int:
        return int(self.fixed())

    def __bool__(self) -> bool:
        return bool(self.fixed())

    def __hash__(self) -> int:
        return hash(self.fixed())

    def __repr__(self) -> str:
        return repr(self.fixed())

    def __format__(self, specification: str) -> str:
        return format(self.fixed(), specification)


_ARITHMETIC = ("add", "sub", "mul", "truediv", "pow")
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _computed(name: str, first: Any, second: Any) -> Any:
    """One of Python's operators on two numbers of which at least one is traced."""
    function = getattr(operator, name)
    if hasattr(first, "_array") or hasattr(second, "_array"):  # a tensor, whose operations take plain numbers
        return function(*(one.fixed() if isinstance(one, TracedNumber) else one for one in (first, second)))
    plain = [one.number if isinstance(one, TracedNumber) else one for one in (first, second)]
    if not all(isinstance(one, int | float) for one in plain):
        return NotImplemented
    result = function(*plain)
    if tracing.trace is None:
        return result
    return tracing.trace.origins.computed(name, (first, second), result)


def _install(name: str) -> None:
    def forward(self: TracedNumber, other: Any) -> Any:
        return _computed(name, self, other)

    def backward(self: TracedNumber, other: Any) -> Any:
        return _computed(name, other, self)

    setattr(TracedNumber, f"__{name}__", forward)
    setattr(TracedNumber, f"__r{name}__", backward)


def _compare(name: str) -> None:
    function = getattr(operator, name)

    def compared(self: TracedNumber, other: Any) -> Any:
        other = other.fixed() if isinstance(other, TracedNumber) else other
        outcome = function(self.number, other)
        if tracing.trace is not None:
            tracing.trace.origins.decide(self, function, other, outcome)
        return outcome

    setattr(TracedNumber, f"__{name}__", compared)


for _name in _ARITHMETIC:
    _install(_name)
for _name in _COMPARISONS:
    _compare(_name)
