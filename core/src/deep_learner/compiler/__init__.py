"""Compiling a step: its operations are seen before they are computed.

A step is run once in traced arrays (:mod:`.trace`), which gives one flat list of operations (:mod:`.graph`). Passes
(:mod:`.passes`) shorten it, the backend's executor (:mod:`.plan`) makes a function of it, and that runs from then on,
as long as everything the step reaches is as it was (:mod:`.world`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compiled import CompiledStep, compile
    from .functions import called_by
    from .graph import Constant, Draw, Graph, Node, Value, replaced, values_in
    from .number import TracedNumber
    from .plan import Emitted, Executor, Plan, readers
    from .trace import CannotTrace

__all__ = [
    "CannotTrace", "CompiledStep", "Constant", "Draw", "Emitted", "Executor", "Graph", "Node", "Plan", "TracedNumber",
    "Value", "called_by", "compile", "readers", "replaced", "values_in",
]  # fmt: skip

_HOMES = (
    dict.fromkeys(("CompiledStep", "compile"), "compiled")
    | dict.fromkeys(("Constant", "Draw", "Graph", "Node", "Value", "replaced", "values_in"), "graph")
    | dict.fromkeys(("Emitted", "Executor", "Plan", "readers"), "plan")
    | {"CannotTrace": "trace", "called_by": "functions", "TracedNumber": "number"}
)


def __getattr__(name: str) -> Any:
    """The parts, imported when first used: the engine only asks whether a trace is under way."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
