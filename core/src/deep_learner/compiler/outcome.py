"""What has come of a traced run: results, and effects on what was there before."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.memory import shared
from ..tensor import Tensor
from .array import TracedArray
from .derivative import Derivative, derived
from .inputs import TensorInput
from .leaving import is_spent, obstacle
from .number import TracedNumber
from .region import MISSING, Region
from .traced import Entry, Gradient, Made, Traced

if TYPE_CHECKING:
    from ..utils._pytree import TreeSpec
    from .graph import Value
    from .run import Run

__all__ = ["Outcome"]


class Outcome:
    """Looks at everything after the step's last line, while its tensors still hold traced arrays.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._trace = run.trace
        self._world = run.world
        self._made: dict[int, Made] = {}
        self._leaving: list[Tensor] = []
        self._written: set[Value] = set()  # inputs whose memory changes
        self._changed: list[Tensor] = []  # whose memory that is

    def of(self, leaves: list[Any], structure: TreeSpec) -> Traced:
        """What the run came to, for what it returned."""
        self._check_graph()
        writes = self._writes()
        effects = [*self._gradients(), *self._entries()]
        results = [self._form(one) for one in leaves]
        self._check_views()
        derivative = self._derivative()
        edges = [] if derivative is None else [self._run.sources[key][1] for key in derivative.gradients]
        inputs: list[Any] = [*self._run.inputs, *self._trace.origins.inputs]
        return Traced(self._trace.graph, inputs, writes, effects, results, structure, derivative, edges)

    def _check_graph(self) -> None:
        """Refuse what leaves tensors of before in another place than they had."""
        for key in self._run.sources:
            change = self._run.surroundings.has_changed(key)
            if change:
                self._trace.refuse(f"{self._world.names[key]} {change} after the step")
        for region in self._world.given:
            if not region.unchanged():
                self._trace.refuse(f"{region.name} has changed, which may be another object each time")

    def _writes(self) -> list[tuple[TensorInput, Value]]:
        found: list[tuple[TensorInput, Value]] = []
        for key, (place, source) in self._run.sources.items():
            now = source.tensor._array
            if now is self._run.traced[key]:
                continue
            own = self._run.own[key]
            if now.shape != own.shape or now.dtype != own.dtype:
                self._trace.refuse(f"{self._world.names[key]} has another shape or dtype after the step")
            value = self._trace.value_of(now)
            if value is not self._run.inputs[place][1]:
                found.append((source, value))
                self._written.add(self._run.inputs[place][1])
                self._changed.append(source.tensor)
        return found

    def _gradients(self) -> list[Gradient]:
        effects: list[Gradient] = []
        for key, (_, source) in self._run.sources.items():
            before = self._run.surroundings.totals.get(key, MISSING)
            total = None if before is MISSING else self._run.surroundings.total_now(key)
            if before is not MISSING and total is not before:
                form = None if total is None else self._form(total)
                effects.append(Gradient(source, form, self._run.surroundings.is_cleared_first(key)))
        return effects

    def _entries(self) -> list[Entry]:
        effects: list[Entry] = []
        for region in self._world.regions:
            for key, old, new in region.differences():
                if isinstance(new, TracedNumber) and self._trace.origins.is_input(region.live, key, new):
                    continue
                if key is None or new is MISSING or not isinstance(region.live, dict):
                    self._trace.refuse(
                        f"{region.name} has changed, and is no dictionary of tensors and numbers"
                    )
                else:
                    effects.append(Entry(region.live, key, self._entry_form(new)))
                    self._follow(region, key, old)
        return effects

    def _follow(self, region: Region, key: Any, old: Any) -> None:
        """Read a tensor that the step replaces, such as a state, from where it puts the next one."""
        _, source = self._run.sources.get(id(old), (0, None))
        if source is not None and source.is_fixed:
            region.free.add(key)
            self._run.put_source(id(old), source._replace(entry=(region.live, key)))

    def _form(self, thing: Any) -> Any:
        """Something that a step returns or leaves, in a form in which a later call can give the like of it."""
        if isinstance(thing, Tensor):
            if id(thing) in self._run.sources:
                return self._run.sources[id(thing)][1]
            return self._made_tensor(thing)
        if isinstance(thing, TracedNumber):
            return Made(thing.value)
        if not self._world.knows(thing):
            self._trace.refuse(
                f"the step makes an object of type {type(thing).__name__}, which may hold tensors, and keeps it"
            )
        return thing

    def _entry_form(self, thing: Any) -> Any:
        """The form of a new entry of a container, which may be a dictionary of tensors itself."""
        if type(thing) is dict:
            entries: Any = thing
            return {one: self._entry_form(value) for one, value in entries.items()}
        return self._form(thing)

    def _made_tensor(self, tensor: Tensor) -> Any:
        if id(tensor) in self._made:
            return self._made[id(tensor)]
        array = getattr(tensor, "_array", None)
        if not isinstance(array, TracedArray):
            self._trace.refuse("a tensor is returned that was not computed in the step")
            return tensor
        if type(tensor) is not Tensor or vars(tensor):
            self._trace.refuse(
                "the step makes a tensor of a type or with attributes of its own, and keeps it"
            )
        value = self._trace.value_of(array)
        if value.root in self._written:  # what was there before
            value = self._trace.copied(array)
        made = Made(value)
        if tensor._node is not None and not is_spent(tensor._node):
            made.place = len(self._leaving)
            self._leaving.append(tensor)
        self._made[id(tensor)] = made
        self._run.kept.append(tensor)
        return made

    def _check_views(self) -> None:
        """Refuse views whose bases somebody else sees, where a write would have to reach the other's array or graph."""
        seen = {*self._made, *self._run.sources}
        shares = self._trace.base.shares_memory
        for tensor in self._run.kept:
            base = getattr(tensor, "_view", None)
            while base is not None and id(base.base) not in seen:
                base = getattr(base.base, "_view", None)
            if base is not None and (self._made[id(tensor)].place is not None):
                self._trace.refuse(
                    "the step returns a view, with a gradient, of a tensor that is seen outside, too"
                )
            if any(shared(tensor, one) for one in (self._changed if shares else self._others(tensor))):
                self._trace.refuse("the step returns a view of a tensor that is seen outside, too")

    def _others(self, tensor: Tensor) -> list[Tensor]:
        return [one for one in (*self._run.kept, *self._world.tensors.values()) if one is not tensor]

    def _derivative(self) -> Derivative | None:
        if not self._leaving or self._trace.reason:
            return None
        entries = self._run.surroundings.entries
        reason = obstacle(self._leaving, {id(node) for node in entries.values()})
        if reason:
            self._trace.refuse(reason)
            return None
        return derived(self._trace, self._leaving, entries)
