"""The steps of a program: a call of one of the library's functions, or the launch of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cupy

from deep_learner.compiler import Constant, Node, Value, replaced
from deep_learner_cupy.compiler.kernels import Launch

__all__ = ["Call", "LaunchStep", "number"]


def number(value: Any) -> float:
    """A number that may lie on the device, for which the host then waits."""
    return float(value) if isinstance(value, cupy.ndarray) else value


class Call:
    """A call.

    Parameters
    ----------
    node
        What is called, with what.
    function
        The function.
    """

    def __init__(self, node: Node, function: Callable[..., Any]) -> None:
        self.node = node
        self.function = function
        self.reads: list[Any] = list(dict.fromkeys(node.inputs()))
        self.writes: list[Any] = list(node.outputs)
        self.spent: list[Any] = []

    def run(self, values: dict[Any, Any]) -> None:
        """Call the function; if the results are there already, it has been."""
        node = self.node
        if node.outputs[0] in values:
            return

        def given(one: Any) -> Any:
            if isinstance(one, Value):
                return number(values[one]) if one.dtype is None else values[one]
            return one.array if isinstance(one, Constant) else one

        named = {key: replaced(one, given) for key, one in node.kwargs.items()}
        made = self.function(*replaced(node.args, given), **named)
        values.update(zip(node.outputs, made if node.several else (made,), strict=True))

    def __str__(self) -> str:
        parts = [*map(repr, self.node.args), *(f"{key}={one!r}" for key, one in self.node.kwargs.items())]
        return f"{', '.join(map(repr, self.writes))} = {self.node.operation}({', '.join(parts)})"


class LaunchStep:
    """A launch.

    Parameters
    ----------
    launch
        The kernel and its arrays.
    node
        One of the nodes that it computes, to be named in errors.
    """

    def __init__(self, launch: Launch, node: Node) -> None:
        self.launch = launch
        self.node = node
        self.reads: list[Any] = launch.reads
        self.writes: list[Any] = launch.writes
        self.spent: list[Any] = []

    def __str__(self) -> str:
        return f"{', '.join(map(repr, self.writes))} = {self.launch.name}({', '.join(map(repr, self.reads))})"
