"""Writing down what a step does while it runs in traced arrays.

The run is a true one: its results are the step's results, its draws are drawn. Should the step do what no list of
operations can repeat, the trace is given up, and the run simply ends as a run.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from ..autograd.anomaly import user_frame
from ..autograd.graph import next_sequence
from ..autograd.record import unwrap
from ..backends import serving
from ..tensor import wrap
from .active import tracing
from .array import TracedArray, traced_type
from .errors import CannotTrace
from .graph import Constant, Draw, Graph, Node, Operation, Value, replaced
from .number import TracedNumber
from .origins import Origins
from .passes import FILLING

if TYPE_CHECKING:
    from ..backends import Backend
    from .plan import Executor
    from .surroundings import Surroundings

__all__ = ["Trace"]

_SMALL = 4096  # elements of zeros and the like up to which they are constants from the beginning


class Trace:
    """The notes of one run: what traced arrays and numbers call.

    Parameters
    ----------
    base
        The backend whose arrays the step computes with.
    executor
        What will run it.
    surroundings
        The graph around the step.
    strict
        Whether to raise where the trace would be given up.

    Attributes
    ----------
    graph : Graph
    reason : str
        Why the trace was given up, if it was.
    abandoned : bool
        Whether the run cannot go on either.
    line : str
        Where the program asked for what is noted now, if that is not the line that is being run.
    """

    def __init__(self, base: Backend, executor: Executor, surroundings: Surroundings, strict: bool) -> None:
        self.base = base
        self.kind = traced_type(base, executor)
        self.surroundings = surroundings
        self.strict = strict
        self.graph = Graph()
        self.origins = Origins(self)
        self.reason = ""
        self.abandoned = False
        self.line = ""
        self._sequences: list[int] = []  # rising, with the numbers of the graph's nodes between them

    def give_up(self, reason: str) -> None:
        """Note that the step cannot be compiled, and why; the run goes on.

        Raises
        ------
        CannotTrace
            If the trace is strict.
        """
        self.refuse(f"{reason}, at {_line()}")
        if self.strict:
            raise CannotTrace(f"cannot compile the step: {self.reason}")

    def abandon(self, reason: str) -> NoReturn:
        """Note that the step cannot be compiled, and that the run itself cannot go on.

        Raises
        ------
        CannotTrace
            Always.
        """
        self.refuse(f"{reason}, at {_line()}")
        self.abandoned = True
        raise CannotTrace(f"cannot compile the step: {self.reason}")

    def refuse(self, reason: str) -> None:
        """Note that the step cannot be compiled, and why."""
        self.reason = self.reason or reason

    def noted(
        self, kind: type[TracedArray], name: Operation, function: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        """Call a function of the base with the arrays themselves, and note it if it depends on an input."""
        met: list[tuple[Any, Value | None]] = []

        def lowered(one: Any) -> Any:
            if isinstance(one, TracedArray):
                met.append((one.array, one.value))
                return one.array
            if isinstance(one, TracedNumber):
                met.append((None, one.value))
                return one.number
            if type(one) in self.base.array_types:
                self.give_up("an array is used that a compiled step does not see change")
            return one

        plain = replaced(tuple(args), lowered)
        named = {key: replaced(one, lowered) for key, one in kwargs.items()}
        made = function(*plain, **named)
        folded = name in FILLING and math.prod(made.shape) <= _SMALL
        if (folded or all(value is None for _, value in met)) and not isinstance(name, Draw):
            return _mapped(made, lambda one: kind(self._proper(one)) if hasattr(one, "dtype") else one)
        if made.__class__ in self.base.array_types:
            for array, value in met:
                if made is array:
                    return kind(array, value)
        outputs: list[Value] = []

        def raised(one: Any) -> Any:
            if not hasattr(one, "dtype"):
                return one
            array = self._proper(one)
            outputs.append(self.graph.value(array, self._alias(array, met)))
            return kind(array, outputs[-1])

        several = isinstance(made, tuple | list)
        result = _mapped(made, raised)
        if several and len(outputs) != len(made):
            self.give_up(f"{name}() gives something else than arrays")
        self.note(Node(name, _as_arguments(args), _as_named(kwargs), tuple(outputs), several))
        return result

    def drawn(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a random function on the base's tensors, and note that it draws."""
        in_place = function.__name__.endswith("_")
        kinds = self.base.array_types

        def draw(*given: Any, **named: Any) -> Any:
            tensors = [wrap(one) if type(one) in kinds else one for one in given]
            if in_place:
                tensors[0] = tensors[0].clone()
            named = {key: wrap(one) if type(one) in kinds else one for key, one in named.items()}
            trace, tracing.trace = tracing.trace, None
            try:
                with serving(self.base):
                    return function(*tensors, **named)._array
            finally:
                tracing.trace = trace

        draw.__name__ = function.__name__
        raw = replaced(args, unwrap)
        named = {key: replaced(one, unwrap) for key, one in kwargs.items()}
        made = wrap(self.noted(self.kind, Draw(draw), draw, raw, named))
        if in_place:
            return args[0].copy_(made)
        return made.requires_grad_() if kwargs.get("requires_grad") else made

    def value_of(self, array: TracedArray) -> Value:
        """What an array is in the graph; of one that depends on no input a copy."""
        if array.value is None:
            array.value = self.copied(array)
        return array.value

    def copied(self, array: TracedArray) -> Value:
        """A copy of an array, written down."""
        made = self.graph.value(array.array)
        self.note(Node("asarray", _as_arguments((array,)), {"copy": True}, (made,)))
        return made

    def note(self, node: Node) -> None:
        """Write a node down, with the line that asked for it."""
        node.line = self.line or _line()
        self.graph.nodes.append(node)
        self._sequences.append(-next_sequence())

    def line_before(self, sequence: int) -> str:
        """The line that asked for the operation whose node in the graph has a sequence number."""
        place = bisect_left(self._sequences, -sequence) - 1
        return self.graph.nodes[place].line if place >= 0 else ""

    def note_number(self, name: str, args: tuple[Any, ...]) -> Value:
        """Write down a node that gives a number."""
        made = self.graph.value()
        self.note(Node(name, _as_arguments(args), {}, (made,)))
        return made

    def _proper(self, array: Any) -> Any:
        return array if type(array) in self.base.array_types else self.base.from_scalar(array)

    def _alias(self, array: Any, met: list[tuple[Any, Value | None]]) -> Value | None:
        storage = self.base.storage(array)
        for source, value in met:
            if source is not None and value is not None and self.base.storage(source) is storage:
                return value
        return None


def _as_arguments(args: Any) -> tuple[Any, ...]:
    return replaced(tuple(args), _as_argument)


def _as_named(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {key: replaced(one, _as_argument) for key, one in kwargs.items()}


def _as_argument(one: Any) -> Any:
    if isinstance(one, TracedArray):
        return Constant(one.array) if one.value is None else one.value
    return one.value if isinstance(one, TracedNumber) else one


def _mapped(made: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(made, tuple | list):
        kind: Any = type(made)
        several = [change(one) for one in made]
        return kind(*several) if hasattr(kind, "_fields") else tuple(several)
    return change(made)


def _line() -> str:
    frame = user_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
