"""What a trace gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..utils._pytree import TreeSpec
    from .graph import Graph, Value
    from .inputs import NumberInput, TensorInput

__all__ = ["Entry", "Gradient", "Traced"]


class Gradient(NamedTuple):
    """An effect: a leaf's gradient becomes a new tensor, or None."""

    leaf: TensorInput
    value: Any


class Entry(NamedTuple):
    """An effect: something else is under a key of a dictionary."""

    container: dict[Any, Any]
    key: Any
    value: Any


class Traced(NamedTuple):
    """What a trace gave.

    Attributes
    ----------
    graph : Graph
    inputs : list of (TensorInput or NumberInput, Value)
    writes : list of (int, Value)
        Which input's memory changes, and to what.
    effects : list of Gradient and Entry
        Their values may be a `Value`, a `Constant`, an input as `TensorInput`, or any plain object.
    results : list
        The leaves of what the step returned, in the same forms.
    structure : TreeSpec
    """

    graph: Graph
    inputs: list[tuple[TensorInput | NumberInput, Value]]
    writes: list[tuple[int, Value]]
    effects: list[Gradient | Entry]
    results: list[Any]
    structure: TreeSpec
