"""Compiling a step: its operations are seen before they are computed.

A step is run once (:mod:`.run`) in traced arrays, which take notes (:mod:`.trace`): one flat list of operations
(:mod:`.graph`), and what is to be done with their results (:mod:`.outcome`). Where a graph leaves the step, its
backward pass is written down as well (:mod:`.derivative`), and the list is cut in two. Passes (:mod:`.passes`) shorten
it, the backend's executor (:mod:`.plan`) makes a function of it, and that runs from then on (:mod:`.call`), as long as
everything that the step reaches (:mod:`.world`) is as it was (:mod:`.guards`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .active import is_compiling
    from .alone import plan_of
    from .compiled import compile
    from .errors import CannotTrace
    from .functions import called_by
    from .fusion import fused
    from .graph import Constant, Draw, Graph, Node, Value, replaced, values_in
    from .group import Group
    from .number import TracedNumber
    from .plan import Emitted, Executor, Plan, readers
    from .step import CompiledStep

__all__ = [
    "CannotTrace", "CompiledStep", "Constant", "Draw", "Emitted", "Executor", "Graph", "Group", "Node", "Plan",
    "TracedNumber", "Value", "called_by", "compile", "fused", "is_compiling", "plan_of", "readers", "replaced",
    "values_in",
]  # fmt: skip

_HOMES = (
    dict.fromkeys(("Constant", "Draw", "Graph", "Node", "Value", "replaced", "values_in"), "graph")
    | dict.fromkeys(("Emitted", "Executor", "Plan", "readers"), "plan")
    | {
        "CannotTrace": "errors",
        "CompiledStep": "step",
        "called_by": "functions",
        "compile": "compiled",
        "fused": "fusion",
        "Group": "group",
        "is_compiling": "active",
        "plan_of": "alone",
        "TracedNumber": "number",
    }
)


def __getattr__(name: str) -> Any:
    """The parts, imported when first used: the engine only asks whether a trace is under way."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
