"""A trace that can be run again: its plan as a function, and the function that calls it."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .again import Again
from .backward import Backward
from .call import Leaving, call_of
from .cut import BackwardNodes, cut
from .graph import Draw, Node, Value
from .guards import Guards
from .inputs import TensorInput, forgetful
from .late import Late
from .passes import optimised
from .plan import Executor, Plan
from .traced import Gradient, Made, Traced

if TYPE_CHECKING:
    from ..utils._pytree import TreeSpec
    from .run import Run

__all__ = ["Recording"]


class Recording:
    """What one trace gave, as a function.

    Parameters
    ----------
    step
        What was traced.
    run
        The traced run.
    leaves, arguments
        The leaves of its arguments, and the structure of ``(args, kwargs)``.
    traced
        What it gave.
    executor
        The backend's.
    show
        Is told each function's source, if somebody wants to know; then the first is made at once.

    Attributes
    ----------
    call : callable
        See :func:`.call.call_of`.
    draws : bool
        Whether random numbers are drawn.
    """

    def __init__(
        self,
        step: Callable[..., Any],
        run: Run,
        leaves: list[Any],
        arguments: TreeSpec,
        traced: Traced,
        executor: Executor,
        show: Callable[[str], None] | None,
    ) -> None:
        self.guards = Guards(run, leaves, traced)
        draws = any(isinstance(node.operation, Draw) for node in traced.graph.nodes)
        again = Again(step, self.guards, traced, [*map(forgetful, traced.edges)], draws)
        backward = functools.partial(
            Backward, again=again, base=run.trace.base, executor=executor, show=show or _nobody
        )
        nodes, results, leaving = _parts(traced, backward)
        inputs = {value: source for source, value in traced.inputs}
        writes = [
            (run.inputs[run.sources[id(source.tensor)][0]][1], value) for source, value in traced.writes
        ]
        made = [value for value in results if value not in inputs]
        plan = optimised(Plan(nodes, [*inputs], writes, made))
        read = {value for node in plan.nodes for value in node.inputs()}
        read.update(results, (source for source, _ in writes), (value for _, value in writes))
        plan.inputs = [value for value in inputs if value in read]
        late = Late(plan, executor, run.trace.base, show or _nobody)
        if show is not None:
            late.emit()
        forgotten = traced._replace(
            writes=[(forgetful(source), value) for source, value in traced.writes],
            effects=[
                one._replace(leaf=forgetful(one.leaf)) if isinstance(one, Gradient) else one
                for one in traced.effects
            ],
            results=[*map(forgetful, traced.results)],
        )
        self.draws = draws
        sources = [(forgetful(inputs[value]), value) for value in plan.inputs]
        self.call = call_of(self.guards, arguments, sources, made, late, forgotten, leaving)
        run.world.forget()
        run.surroundings.forget()


def _nobody(source: str) -> None:
    """Is told a source that nobody wants to know."""


def _parts(
    traced: Traced, backward: Callable[[BackwardNodes], Backward]
) -> tuple[list[Node], list[Value], Leaving | None]:
    """The nodes of the forward pass, what they have to give, and the graph that leaves the step."""
    results = [*dict.fromkeys(_values([effect.value for effect in traced.effects] + traced.results))]
    if traced.derivative is None:
        return traced.graph.nodes, results, None
    values = {id(source.tensor): value for source, value in traced.inputs if isinstance(source, TensorInput)}
    written = [values[id(source.tensor)] for source, _ in traced.writes]
    nodes, kept, part = cut(traced.graph, traced.derivative, written)
    edges = [forgetful(source) for source in traced.edges]
    leaving = Leaving(backward(part), kept, edges, traced.derivative.blanks)
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
