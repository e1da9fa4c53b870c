"""The backward pass of a compiled step: plans for the gradients that come in and go out."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .again import Again
from .cut import BackwardNodes
from .graph import Constant, Node, Value, replaced
from .late import Late
from .passes import optimised, without_dead
from .plan import Emitted, Executor, Plan, locate
from .replay import replayed

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["Backward", "narrowed"]

PLANS = 8  # kept for one step: layouts of gradients, and which of them there are


class _Emission(NamedTuple):
    """A plan as a function, and which of the gradients it gives."""

    emitted: Emitted
    given: list[bool]


class Backward:
    """What the node of a compiled step calls.

    Parameters
    ----------
    part
        The nodes.
    again
        For passes that are to be recorded.
    base
        The backend whose arrays they are of.
    executor
        Makes functions of plans.
    show
        Is told each function's source.

    Attributes
    ----------
    again : Again
    backward_name : str
        What the node is called.
    keeps_arrays : bool
        Whether there is something to free after a backward pass.
    """

    backward_name = "CompiledStepBackward"
    keeps_arrays = True

    def __init__(
        self,
        part: BackwardNodes,
        again: Again,
        base: Backend,
        executor: Executor,
        show: Callable[[str], None],
    ) -> None:
        self._part = part
        self.again = again
        self._base = base
        self._executor = executor
        self._show = show
        self._plans: dict[Any, _Emission] = {}
        self._lock = threading.RLock()

    def __call__(self, saved: Sequence[Any], tangents: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The gradients that are wanted; None for the others, and where none arrives.

        Parameters
        ----------
        saved
            What the forward pass kept.
        tangents
            The incoming gradients, None for those that never came.
        wanted
            Which gradients are asked for.
        """
        if not all(one is None or self._is_own(one) for one in tangents):
            return self._general(saved, tangents, wanted)
        fitted = [
            None if one is None else self._fitted(one, value)
            for one, value in zip(tangents, self._part.tangents, strict=True)
        ]
        inputs = [*saved, *(one for one in fitted if one is not None)]
        key = (*wanted, *(one is None for one in fitted), *(getattr(one, "strides", None) for one in inputs))
        with self._lock:
            made = self._plans.get(key)
            if made is None:
                if len(self._plans) == PLANS:
                    del self._plans[next(iter(self._plans))]
                made = self._plans[key] = self._emission(saved, fitted, wanted)
            try:
                results = iter(made.emitted.run(*inputs))
            except Exception as error:
                locate(error, made.emitted)
                raise
        return [next(results) if there else None for there in made.given]

    def _came(self, tangents: Sequence[Any]) -> dict[Value, Any]:
        pairs = zip(self._part.tangents, tangents, strict=True)
        return {value: one for value, one in pairs if one is not None}

    def _narrowed(
        self, tangents: Sequence[Any], wanted: Sequence[bool]
    ) -> tuple[list[Node], list[Value | None]]:
        """The nodes that are needed, and the gradients that are wanted and arrive."""
        absent = [value for one, value in zip(tangents, self._part.tangents, strict=True) if one is None]
        nodes, arriving = narrowed(self._part, absent, self._zeros)
        found = [value if want else None for want, value in zip(wanted, arriving, strict=True)]
        return without_dead(nodes, [value for value in found if value is not None]), found

    def _general(self, kept: Sequence[Any], tangents: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """Gradients where those that come in are no arrays of the backend, but batches of such."""
        nodes, found = self._narrowed(tangents, wanted)
        known = {**dict(zip(self._part.saved, kept, strict=True)), **self._came(tangents)}
        kind = next(type(one) for one in tangents if one is not None and not self._is_own(one))
        replayed(nodes, known, kind)
        return [None if value is None else known[value] for value in found]

    def _is_own(self, array: Any) -> bool:
        return isinstance(array, (*self._base.array_types, *self._base.scalar_types))

    def _fitted(self, gradient: Any, value: Value) -> Any:
        """A gradient as the proper array of the dtype that is expected."""
        if not isinstance(gradient, self._base.array_types):
            gradient = self._base.from_scalar(gradient)
        if gradient.dtype == value.dtype:
            return gradient
        return self._base.namespace.astype(gradient, value.dtype)

    def _emission(self, saved: Sequence[Any], tangents: Sequence[Any], wanted: Sequence[bool]) -> _Emission:
        nodes, found = self._narrowed(tangents, wanted)
        came = self._came(tangents)
        results = [value for value in found if value is not None]
        arrays = [*saved, *came.values()]
        plan = optimised(_standing_alone(nodes, [*self._part.saved, *came], arrays, results))
        emitted = Late(plan, self._executor, self._base, self._show).emit()
        return _Emission(emitted, [value is not None for value in found])

    def _zeros(self, value: Value) -> Constant:
        return Constant(self._base.namespace.zeros(value.shape, dtype=value.dtype))


def _standing_alone(
    nodes: Sequence[Node], inputs: Sequence[Value], arrays: Sequence[Any], results: Sequence[Value]
) -> Plan:
    """A plan whose values know nothing of the forward pass, with the layouts that its inputs really have."""
    now: dict[Value, Value] = {}

    def renewed(value: Value, like: Any) -> Value:
        alias = None if value.alias is None else now.get(value.alias)
        now[value] = Value(len(now) + 1, value.shape, value.dtype, getattr(like, "strides", None), alias)
        return now[value]

    def current(one: Any) -> Any:
        return now[one] if isinstance(one, Value) else one

    first = [renewed(value, array) for value, array in zip(inputs, arrays, strict=True)]
    made: list[Node] = []
    for node in nodes:
        args = replaced(node.args, current)
        kwargs = {key: replaced(one, current) for key, one in node.kwargs.items()}
        outputs = tuple(renewed(value, value) for value in node.outputs)
        made.append(Node(node.operation, args, kwargs, outputs, node.several, node.line))
    return Plan(made, first, [], [now[value] for value in results])


def narrowed(
    part: BackwardNodes, absent: Sequence[Value], zeros: Callable[[Value], Any]
) -> tuple[list[Node], list[Value | None]]:
    """What remains of a backward pass where some gradients never come: as in an eager pass, what only they reach is
    not computed.

    Parameters
    ----------
    part
        The whole pass.
    absent
        The incoming gradients that do not come.
    zeros
        Gives what stands for an absent gradient where another one meets it.

    Returns
    -------
    nodes
    gradients
        None where none arrives.
    """
    reached = set(part.tangents)
    gone = set(absent)
    same: dict[Value, Value] = {}
    nodes: list[Node] = []

    def current(one: Any) -> Any:
        if not isinstance(one, Value):
            return one
        return zeros(one) if one in gone else same.get(one, one)

    for node in part.nodes:
        coming = [value for value in node.inputs() if value in reached]
        if coming:
            reached.update(node.outputs)
        if coming and gone.issuperset(coming):
            gone.update(node.outputs)
            continue
        rest = [value for value in coming if value not in gone]
        if len(rest) < len(coming) and _passes_on(node, rest[0]):
            same[node.outputs[0]] = same.get(rest[0], rest[0])
            continue
        args = replaced(node.args, current)
        kwargs = {key: replaced(one, current) for key, one in node.kwargs.items()}
        nodes.append(Node(node.operation, args, kwargs, node.outputs, node.several, node.line))
    return nodes, [None if value in gone else same.get(value, value) for value in part.gradients]


def _passes_on(node: Node, one: Value) -> bool:
    """Whether a node gives one of its two operands if the other is zero."""
    made = node.outputs[0]
    return (
        node.operation == "add"
        and len(node.args) == 2
        and not node.kwargs
        and (one.shape, one.dtype) == (made.shape, made.dtype)
    )
