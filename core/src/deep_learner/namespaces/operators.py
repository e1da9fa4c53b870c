"""Python's operators for arrays of our own, each by the standard's function of that meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["BINARY", "COMPARISONS", "UNARY", "give_operators"]

BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "pow", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
COMPARISONS = {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
}  # fmt: skip
UNARY = {"neg": "negative", "pos": "positive", "abs": "abs", "invert": "bitwise_invert"}


def give_operators(kind: type[Any]) -> None:
    """Let a class compute Python's operators by the functions that its method ``_function(name)`` finds."""
    for method, name in (BINARY | COMPARISONS).items():
        forward, backward = _operator(name)
        setattr(kind, f"__{method}__", forward)
        if method in BINARY:
            setattr(kind, f"__r{method}__", backward)
    for method, name in UNARY.items():
        setattr(kind, f"__{method}__", _unary(name))
    kind.__hash__ = object.__hash__  # pyright: ignore[reportAttributeAccessIssue]


def _operator(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: Any, other: Any) -> Any:
        if getattr(other, "depth", 0) > getattr(self, "depth", 0):  # of batched arrays the deeper decides
            return NotImplemented
        return self._function(name)(self, other)

    def backward(self: Any, other: Any) -> Any:
        return self._function(name)(other, self)

    return forward, backward


def _unary(name: str) -> Callable[[Any], Any]:
    return lambda array: array._function(name)(array)
