"""A trace that can be run again: its plan as a function, and the function that calls it."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .backward import Backward
from .call import Leaving, call_of
from .cut import cut
from .graph import Draw, Node, Value
from .guards import Guards
from .inputs import TensorInput, forgetful
from .passes import optimised
from .plan import Executor, Plan
from .traced import Gradient, Made, Traced

if TYPE_CHECKING:
    from ..backends import Backend
    from ..utils._pytree import TreeSpec
    from .run import Run

__all__ = ["Recording"]


class Recording:
    """What one trace gave, as a function.

    Parameters
    ----------
    run
        The traced run.
    leaves, arguments
        The leaves of its arguments, and the structure of ``(args, kwargs)``.
    traced
        What it gave.
    executor
        The backend's.
    show
        Is told each function's source.

    Attributes
    ----------
    call : callable
        See :func:`.call.call_of`.
    draws : bool
        Whether random numbers are drawn.
    """

    def __init__(
        self,
        run: Run,
        leaves: list[Any],
        arguments: TreeSpec,
        traced: Traced,
        executor: Executor,
        show: Callable[[str], None],
    ) -> None:
        self.guards = Guards(run, leaves, traced)
        nodes, results, leaving = _parts(run.trace.base, traced, executor, show)
        inputs = {value: source for source, value in traced.inputs}
        writes = [
            (run.inputs[run.sources[id(source.tensor)][0]][1], value) for source, value in traced.writes
        ]
        made = [value for value in results if value not in inputs]
        plan = optimised(Plan(nodes, [*inputs], writes, made))
        read = {value for node in plan.nodes for value in node.inputs()}
        read.update(results, (source for source, _ in writes), (value for _, value in writes))
        plan.inputs = [value for value in inputs if value in read]
        emitted = executor.emit(plan)
        show(emitted.source)
        forgotten = traced._replace(
            writes=[(forgetful(source), value) for source, value in traced.writes],
            effects=[
                one._replace(leaf=forgetful(one.leaf)) if isinstance(one, Gradient) else one
                for one in traced.effects
            ],
            results=[*map(forgetful, traced.results)],
        )
        self.draws = any(isinstance(node.operation, Draw) for node in plan.nodes)
        sources = [(forgetful(inputs[value]), value) for value in plan.inputs]
        self.call = call_of(self.guards, arguments, sources, made, emitted, forgotten, leaving)
        run.world.forget()


def _parts(
    base: Backend, traced: Traced, executor: Executor, show: Callable[[str], None]
) -> tuple[list[Node], list[Value], Leaving | None]:
    """The nodes of the forward pass, what they have to give, and the graph that leaves the step."""
    results = [*dict.fromkeys(_values([effect.value for effect in traced.effects] + traced.results))]
    if traced.derivative is None:
        return traced.graph.nodes, results, None
    values = {id(source.tensor): value for source, value in traced.inputs if isinstance(source, TensorInput)}
    written = [values[id(source.tensor)] for source, _ in traced.writes]
    nodes, kept, part = cut(traced.graph, traced.derivative, written)
    backward = Backward(part, base, executor, show)
    edges = [forgetful(source) for source in traced.edges]
    leaving = Leaving(backward, kept, edges, traced.derivative.blanks)
    return nodes, [*dict.fromkeys([*results, *kept])], leaving


def _values(forms: Sequence[Any]) -> list[Value]:
    """The values among some forms."""
    found: list[Value] = []
    for form in forms:
        if isinstance(form, Made):
            found.append(form.value)
        elif type(form) is dict:
            found += _values([*form.values()])
    return found
