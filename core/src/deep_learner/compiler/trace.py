"""Running a step once, in traced arrays, and writing down what it does.

The run is a true one: its results are the step's results, its draws are drawn. For its duration every tensor that the
step can reach holds a traced array in the place of its own; afterwards what was written is brought into the tensors'
own memory, so that views and identities hold. Should the step do what no list of operations can repeat, the trace is
given up, and the run simply ends as a run.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..autograd.anomaly import user_frame
from ..autograd.graph import LeafNode
from ..autograd.inplace import write
from ..autograd.record import unwrap
from ..backends import serving
from ..namespaces.raw import NAMESPACES
from ..random import default_generator
from ..tensor import Tensor, wrap
from ..utils._pytree import tree_flatten
from .active import tracing
from .array import TracedArray, traced_type
from .graph import Constant, Draw, Graph, Node, Operation, Value, replaced
from .guards import Guards
from .inputs import NumberInput, TensorInput
from .leaving import was_gone_through
from .number import TracedNumber
from .traced import Entry, Gradient, Traced
from .world import MISSING, Region, World

__all__ = ["CannotTrace", "Trace"]

_OF_SHAPE = ("empty_like", "ones_like", "zeros_like")  # whose results depend on no element
NO_TENSORS = "the step reaches no tensors"


class CannotTrace(RuntimeError):  # noqa: N818
    """A step does what no list of operations can repeat."""


class Trace:
    """One run.

    Parameters
    ----------
    world
        What the step reaches.
    leaves
        The leaves of its arguments.
    strict
        Whether to raise where the trace would be given up.
    """

    def __init__(self, world: World, leaves: list[Any], strict: bool) -> None:
        self.world = world
        self.strict = strict
        self.graph = Graph()
        self.reason = ""
        self.inputs: list[tuple[TensorInput | NumberInput, Value]] = []
        self.guards: Guards
        self.fixed: set[tuple[int, str]] = set()  # numbers of groups that must stay as they are
        self._origins: dict[Value, frozenset[tuple[int, str]] | None] = {}
        self._own: dict[int, Any] = {}  # the tensors' own arrays
        self._traced: dict[int, TracedArray] = {}
        self._as_input: dict[int, tuple[int, TensorInput]] = {}
        self._places = {id(leaf): place for place, leaf in enumerate(leaves) if isinstance(leaf, Tensor)}
        self._before: dict[int, tuple[Any, Any]] = {}  # the tensors' gradients and nodes
        backends = {NAMESPACES[type(one._array)].backend for one in world.tensors.values()}
        if len(backends) != 1:
            self.reason = NO_TENSORS if not backends else "the step reaches tensors of several backends"
        else:
            (self.base,) = backends
            self.kind = traced_type(self.base)
            self._check()

    # What the run calls

    def give_up(self, reason: str) -> None:
        """Note that the step cannot be compiled, and why; the run goes on.

        Raises
        ------
        CannotTrace
            If the trace is strict.
        """
        if not self.reason:
            self.reason = f"{reason}, at {_line()}"
        if self.strict:
            raise CannotTrace(f"cannot compile the step: {self.reason}")

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
        if (name in _OF_SHAPE or all(value is None for _, value in met)) and not isinstance(name, Draw):
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
        self._note(Node(name, self._written(args), self._written_named(kwargs), tuple(outputs), several))
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

    def number_of(self, array: TracedArray) -> TracedNumber:
        """The only element of an array as a number."""
        made = self.graph.value()
        self._origins[made] = None
        self._note(Node("float", (array.value,), {}, (made,)))
        return TracedNumber(float(array.array), made)

    def noted_number(self, name: str, operands: tuple[Any, Any], result: float) -> TracedNumber:
        """The result of one of Python's operators on numbers."""
        made = self.graph.value()
        origins = [self._origins[one.value] for one in operands if isinstance(one, TracedNumber)]
        self._origins[made] = None if None in origins else frozenset().union(*filter(None, origins))
        self._note(Node(f"number.{name}", self._written(operands), {}, (made,)))
        return TracedNumber(result, made)

    def decide(
        self, number: TracedNumber, comparison: Callable[[Any, Any], bool], other: Any, outcome: bool
    ) -> None:
        """Note that a number compares so with another one; where that cannot be asked again, that it is this one."""
        source = next((source for source, value in self.inputs if value is number.value), None)
        if isinstance(source, NumberInput) and isinstance(other, int | float):
            self.guards.decide(source, comparison, other, outcome)
        else:
            self.fix(number)

    def fix(self, number: TracedNumber) -> None:
        """Note that the trace holds for this value of a number alone."""
        origins = self._origins[number.value]
        if origins is None:
            self.give_up("a Python program asks for a number that was computed from a tensor")
        else:
            self.fixed |= origins

    # The run

    def run(self, function: Callable[[], Any]) -> tuple[Any, Traced | None]:
        """Call the step.

        Returns
        -------
        result
            What it returned.
        Traced or None
            What was noted; None if the trace was given up, for the `reason`.

        Raises
        ------
        Exception
            What the step raises, after everything that it reached has been put back.
        """
        state, others = default_generator._pack(), random.getstate()
        self._enter()
        try:
            with serving(self.kind.own_backend):
                result = function()
        except BaseException:
            self._undo()
            default_generator._unpack(state)
            raise
        finally:
            tracing.trace = None
        if random.getstate() != others:
            self._refuse("Python's random numbers are drawn, which would be the same in each run")
        leaves, structure = tree_flatten(result)
        self._check_graphs(leaves)
        traced = self._traced_as(leaves, structure)
        shown = self._commit(leaves)
        return structure.unflatten(shown), None if self.reason else traced

    def _enter(self) -> None:
        tensors = self.world.tensors
        owners = {
            id(one._node.total): one
            for one in tensors.values()
            if isinstance(one._node, LeafNode) and one._node.total is not None
        }
        for key, tensor in tensors.items():
            self._input(key, tensor, owners)
        self.guards = Guards(self.world, [source for source, _ in self.inputs])
        for key, (place, _) in self._as_input.items():
            tensor = tensors[key]
            self._own[key] = tensor._array
            self._traced[key] = tensor._array = self.kind(tensor._array, self.inputs[place][1])
            node = tensor._node
            self._before[key] = (node.total if isinstance(node, LeafNode) else None), node
        for group in self.world.groups:
            for key, number in group.items():
                if type(number) is float:
                    value = self.graph.value()
                    self._origins[value] = frozenset({(id(group), key)})
                    self.inputs.append((NumberInput(group, key), value))
                    group[key] = TracedNumber(number, value)
        tracing.trace = self

    def _input(self, key: int, tensor: Tensor, owners: dict[int, Tensor]) -> TensorInput:
        if key not in self._as_input:
            owner = owners.get(key)
            leaf = None if owner is None else self._input(id(owner), owner, owners)
            source = TensorInput(tensor, self._places.get(key), leaf)
            self._as_input[key] = len(self.inputs), source
            self.inputs.append((source, self.graph.value(tensor._array)))
        return self._as_input[key][1]

    def _check(self) -> None:
        """Refuse tensors that lie in each other's memory."""
        owners: dict[int, Tensor] = {}
        for tensor in self.world.tensors.values():
            storage = self.base.storage(tensor._array)
            if id(storage) in owners:
                one, other = (self.world.names[id(each)] for each in (owners[id(storage)], tensor))
                self.reason = f"{one} and {other} share their memory"
            owners[id(storage)] = tensor
        if self.world.problems:
            self.reason = self.world.problems[0]

    def _check_graphs(self, leaves: list[Any]) -> None:
        """Refuse to leave behind tensors whose graph somebody may want to go back through."""
        gathered = False
        for key, (total, node) in self._before.items():
            tensor = self.world.tensors[key]
            if tensor._node is not node:
                self._refuse(f"{self.world.names[key]} is in another graph after the step")
            elif isinstance(node, LeafNode):
                gathered = gathered or node.total is not total
        for leaf in leaves:
            if not isinstance(leaf, Tensor) or leaf._node is None or id(leaf) in self.world.tensors:
                continue
            if not was_gone_through(leaf._node, gathered):
                self._refuse(
                    "the step returns a tensor that requires a gradient, but has no backward(); call backward() within "
                    "the step, or detach() what it returns"
                )

    def _refuse(self, reason: str) -> None:
        self.reason = self.reason or reason

    # What has come of it

    def _traced_as(self, leaves: list[Any], structure: Any) -> Traced:
        writes: list[tuple[int, Value]] = []
        effects: list[Gradient | Entry] = []
        for key, (place, source) in self._as_input.items():
            tensor = source.tensor
            now = tensor._array
            if now is not self._traced[key]:
                value = self._value(now)
                if value is not self.inputs[place][1]:
                    writes.append((place, value))
            if isinstance(tensor._node, LeafNode) and tensor._node.total is not self._before[key][0]:
                total = tensor._node.total
                effects.append(Gradient(source, None if total is None else self._form(total)))
        for region in self.world.regions:
            for key, old, new in region.differences():
                if isinstance(new, TracedNumber) and self._is_input(region.live, key, new):
                    continue
                if key is None or new is MISSING or not isinstance(region.live, dict):
                    self._refuse(f"{region.name} has changed, and is no dictionary of tensors and numbers")
                else:
                    effects.append(Entry(region.live, key, self._entry_form(new)))
                    self._follow(region, key, old, new)
        return Traced(
            self.graph, self.inputs, writes, effects, [self._form(one) for one in leaves], structure
        )

    def _follow(self, region: Region, key: Any, old: Any, new: Any) -> None:
        """Read a tensor that the step replaces by one like it, such as a state, from where it puts it."""
        if not isinstance(old, Tensor) or id(old) not in self._as_input or old._node is not None:
            return
        place, source = self._as_input[id(old)]
        if not self.guards.follow(region, key, source, self._own[id(old)], new):
            return
        found = source._replace(entry=(region.live, key))
        self._as_input[id(old)] = place, found
        self.inputs[place] = found, self.inputs[place][1]

    def _is_input(self, container: Any, key: Any, number: TracedNumber) -> bool:
        return any(
            value is number.value and source.group is container and source.key == key
            for source, value in self.inputs
            if isinstance(source, NumberInput)
        )

    def _value(self, array: TracedArray) -> Value:
        """What an array is in the graph; of one that depends on no input a copy."""
        if array.value is None:
            array.value = self.graph.value(array.array)
            self._note(Node("asarray", (Constant(array.array),), {"copy": True}, (array.value,)))
        return array.value

    def _form(self, thing: Any) -> Any:
        if isinstance(thing, Tensor):
            if id(thing) in self._as_input:
                return self._as_input[id(thing)][1]
            array = thing._array
            if isinstance(array, TracedArray):
                return self._value(array)
            self._refuse("a tensor is returned that was not computed in the step")
        if isinstance(thing, TracedNumber):
            return thing.value
        if not self.world.knows(thing):
            self._refuse(
                f"the step makes an object of type {type(thing).__name__}, which may hold tensors, and keeps it"
            )
        return thing

    def _entry_form(self, thing: Any) -> Any:
        """The form of a new entry of a container, which may be a dictionary of tensors itself."""
        if type(thing) is dict:
            entries: Any = thing
            return {one: self._entry_form(value) for one, value in entries.items()}
        return self._form(thing)

    def _commit(self, leaves: list[Any]) -> list[Any]:
        """Bring what the run made into the memory of the tensors that were there before."""
        finals = {key: one._array for key, one in self.world.tensors.items() if key in self._own}
        totals = {
            key: one._node.total for key, one in self.world.tensors.items() if isinstance(one._node, LeafNode)
        }
        now = World(
            {"the step": [region.read() for region in self.world.regions], "results": leaves, "": totals}
        )
        for key, tensor in now.tensors.items():
            if key not in self._own and isinstance(tensor._array, TracedArray):
                tensor._array = tensor._array.array
                _forget_memory(tensor)
        shown = [leaf.number if isinstance(leaf, TracedNumber) else leaf for leaf in leaves]
        self._leave()
        for key, final in finals.items():
            if isinstance(final, TracedArray) and final is not self._traced[key]:
                write(self.world.tensors[key], final.array, "compile")
        return shown

    def _undo(self) -> None:
        """Put everything back as it was before the run."""
        for key, (total, node) in self._before.items():
            tensor = self.world.tensors[key]
            tensor._node = node
            if isinstance(node, LeafNode):
                node.total = total
        self._leave()
        self.world.restore()

    def _leave(self) -> None:
        """Give the tensors their own arrays again."""
        tracing.trace = None
        for key, array in self._own.items():
            tensor = self.world.tensors[key]
            tensor._array = array
            _forget_memory(tensor)
        for source, _ in self.inputs:
            if isinstance(source, NumberInput):
                now = source.group.get(source.key)
                if isinstance(now, TracedNumber):
                    source.group[source.key] = now.number

    # Notes

    def _note(self, node: Node) -> None:
        node.line = _line()
        self.graph.nodes.append(node)

    def _written(self, args: Any) -> tuple[Any, ...]:
        return replaced(tuple(args), _as_argument)

    def _written_named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {key: replaced(one, _as_argument) for key, one in kwargs.items()}

    def _proper(self, array: Any) -> Any:
        return array if type(array) in self.base.array_types else self.base.from_scalar(array)

    def _alias(self, array: Any, met: list[tuple[Any, Value | None]]) -> Value | None:
        storage = self.base.storage(array)
        for source, value in met:
            if source is not None and value is not None and self.base.storage(source) is storage:
                return value
        return None


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


def _forget_memory(tensor: Tensor) -> None:
    """Forget with whom the traced array shared memory: arrays of the library do so themselves."""
    if hasattr(tensor, "_memory"):
        del tensor._memory


def _line() -> str:
    frame = user_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
