"""What a trace gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..utils._pytree import TreeSpec
    from .derivative import Derivative
    from .graph import Graph, Value
    from .inputs import NumberInput, TensorInput

__all__ = ["Entry", "Gradient", "Made", "Traced"]


@dataclass(eq=False, slots=True)
class Made:
    """A tensor or number that a step makes.

    Attributes
    ----------
    value : Value
    place : int or None
        Which of the tensors it is whose graph leaves the step; None if no gradient is required.
    """

    value: Value
    place: int | None = None


class Gradient(NamedTuple):
    """An effect: a leaf's gradient becomes a new tensor, or None.

    The old one may be `cleared`: let go before anything is computed.
    """

    leaf: TensorInput
    value: Any
    cleared: bool


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
    writes : list of (TensorInput, Value)
        Whose memory changes, and to what.
    effects : list of Gradient and Entry
        Their values may be something `Made`, an input as `TensorInput`, or any plain object; those of entries
        dictionaries of these, too.
    results : list
        The leaves of what the step returned, in the same forms.
    structure : TreeSpec
    derivative : Derivative or None
        The backward pass, if a graph leaves the step.
    edges : list of TensorInput
        The tensors that the derivative hands gradients to, in the order of its `gradients`.
    """

    graph: Graph
    inputs: list[tuple[TensorInput | NumberInput, Value]]
    writes: list[tuple[TensorInput, Value]]
    effects: list[Gradient | Entry]
    results: list[Any]
    structure: TreeSpec
    derivative: Derivative | None
    edges: list[TensorInput]
