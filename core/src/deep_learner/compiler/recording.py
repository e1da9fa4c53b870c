"""A trace that can be run again: guards, the function, and what is to be put where."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from typing import Any

from ..autograd.versions import stamp
from ..tensor import wrap
from .graph import Value
from .guards import Guards
from .inputs import TensorInput, forgetful, reader, tensor_at
from .passes import optimised
from .plan import Executor, Plan, locate
from .traced import Gradient, Traced
from .world import World

__all__ = ["Recording"]


class Recording:
    """What one trace gave, as a function.

    Parameters
    ----------
    world
        What the step reached before the trace.
    traced
        What the trace gave.
    guards
        What must be as it was.
    fixed
        Numbers of parameter groups, by the group's identity and the key, that must be as they were.
    executor
        The backend's.
    """

    def __init__(
        self, world: World, traced: Traced, guards: Guards, fixed: set[tuple[int, str]], executor: Executor
    ) -> None:
        self.world = world
        for region in world.regions:
            region.free -= {key for group, key in fixed if group == id(region.live)}
        self._structure = traced.structure
        self._results = [forgetful(one) for one in traced.results]
        self._effects = [
            one._replace(leaf=forgetful(one.leaf)) if isinstance(one, Gradient) else one
            for one in traced.effects
        ]
        outgoing = [*self._results, *(effect.value for effect in self._effects)]
        self._returned: list[Value] = []
        for thing in outgoing:
            _collect(thing, self._returned)
        values = [value for _, value in traced.inputs]
        writes = [(values[place], value) for place, value in traced.writes]
        plan = optimised(Plan(traced.graph.nodes, values, writes, self._returned))
        read = {value for node in plan.nodes for value in node.inputs()}
        read.update(plan.kept(), (source for source, _ in plan.writes))
        inputs = [(forgetful(source), value) for source, value in traced.inputs if value in read]
        plan.inputs = [value for _, value in inputs]
        self.plan = plan
        self.emitted = executor.emit(plan)
        self._readers = [reader(source) for source, _ in inputs]
        self._numbers = {value: place for place, value in enumerate(self._returned)}
        sources = [traced.inputs[place][0] for place, _ in traced.writes]
        self._written: list[TensorInput] = [forgetful(one) for one in sources if isinstance(one, TensorInput)]
        self._guards = guards
        world.forget()

    def fits(self, leaves: list[Any]) -> bool:
        """Whether a trace would give the same again."""
        return self._guards.hold(leaves)

    def __call__(self, leaves: list[Any]) -> Any:
        """Run the step."""
        inputs = [read(leaves) for read in self._readers]
        try:
            made = self.emitted.run(*inputs)
        except Exception as error:
            locate(error, self.emitted)
            raise
        for source in self._written:
            stamp(tensor_at(source, leaves)._array, "compile")
        for effect in self._effects:
            value = self._shown(effect.value, made, leaves)
            if isinstance(effect, Gradient):
                tensor_at(effect.leaf, leaves)._node.total = value
            else:
                effect.container[effect.key] = value
        results = [self._shown(one, made, leaves) for one in self._results]
        return self._structure.unflatten(results)

    def _shown(self, form: Any, made: list[Any], leaves: list[Any]) -> Any:
        if isinstance(form, Value):
            result = made[self._numbers[form]]
            return result if form.dtype is None else wrap(result)
        if isinstance(form, TensorInput):
            return tensor_at(form, leaves)
        if type(form) is dict:
            entries: Any = form
            return {key: self._shown(one, made, leaves) for key, one in entries.items()}
        return form


def _collect(thing: Any, found: list[Value]) -> None:
    if isinstance(thing, Value):
        if thing not in found:
            found.append(thing)
    elif type(thing) is dict:
        entries: Any = thing
        for one in entries.values():
            _collect(one, found)
