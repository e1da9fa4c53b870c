"""What a trace knows of Python's numbers: where each comes from, and what the program has asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .inputs import NumberInput
from .number import TracedNumber

if TYPE_CHECKING:
    from .array import TracedArray
    from .graph import Value
    from .trace import Trace

__all__ = ["Origins", "Outcome"]


class Outcome(NamedTuple):
    """How a number that a step reads compares with another one."""

    comparison: Callable[[Any, Any], bool]
    number: NumberInput
    other: Any
    result: bool


class Origins:
    """The numbers of one trace, and where they come from.

    Parameters
    ----------
    trace
        Where operations on them are noted.

    Attributes
    ----------
    inputs : list of (NumberInput, Value)
        Those that the step reads.
    outcomes : list of Outcome
        What has to come out of comparisons again.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.inputs: list[tuple[NumberInput, Value]] = []
        self.outcomes: list[Outcome] = []
        self._origins: dict[Value, frozenset[tuple[int, str]] | None] = {}  # groups and keys
        self._fixed: set[tuple[int, str]] = set()

    def enter(self, groups: list[dict[str, Any]]) -> None:
        """Put traced numbers in the place of the floats in optimizers' groups."""
        for group in groups:
            for key, number in group.items():
                if type(number) is float:
                    value = self._trace.graph.value()
                    source = NumberInput(group, key)
                    self._origins[value] = frozenset({(id(group), key)})
                    self.inputs.append((source, value))
                    group[key] = TracedNumber(number, value)

    def leave(self) -> None:
        """Put floats back."""
        for group, key in (source for source, _ in self.inputs):
            now = group.get(key)
            if isinstance(now, TracedNumber):
                group[key] = now.number

    def is_fixed(self, group: Any, key: Any) -> bool:
        """Whether the trace holds for the present value of an entry alone."""
        return (id(group), key) in self._fixed

    def is_input(self, group: Any, key: Any, number: TracedNumber) -> bool:
        """Whether a number still is the one that the step found there."""
        return any(
            value is number.value and source.group is group and source.key == key
            for source, value in self.inputs
        )

    def of_array(self, array: TracedArray) -> TracedNumber:
        """The only element of an array as a number."""
        made = self._trace.note_number("float", (array,))
        self._origins[made] = None
        return TracedNumber(float(array.array), made)

    def computed(self, name: str, operands: tuple[Any, ...], result: float) -> TracedNumber:
        """The result of one of Python's operators on numbers."""
        made = self._trace.note_number(f"number.{name}", operands)
        origins = [self._origins[one.value] for one in operands if isinstance(one, TracedNumber)]
        self._origins[made] = None if None in origins else frozenset().union(*filter(None, origins))
        return TracedNumber(result, made)

    def decide(
        self, number: TracedNumber, comparison: Callable[[Any, Any], bool], other: Any, outcome: bool
    ) -> None:
        """Note that a number compares so with another one; where that cannot be asked again, that it is this one."""
        source = next((source for source, value in self.inputs if value is number.value), None)
        if source is not None and isinstance(other, int | float):
            self.outcomes.append(Outcome(comparison, source, other, outcome))
        else:
            self.fix(number)

    def fix(self, number: TracedNumber) -> None:
        """Note that the trace holds for this value of a number alone."""
        origins = self._origins[number.value]
        if origins is None:
            self._trace.give_up("a Python program asks for a number that was computed from a tensor")
        else:
            self._fixed |= origins
