"""The steps of a plan: kernels of its groups, and calls of the library's functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.compiler import Constant, Group, Node, Plan, Value, called_by, fused
from deep_learner_cupy.compiler import elementwise, rows
from deep_learner_cupy.compiler.body import Body, Partial
from deep_learner_cupy.compiler.expressions import FURTHER, takes
from deep_learner_cupy.compiler.kernels import Kernels, fits
from deep_learner_cupy.compiler.layout import conforming, in_rows, itemsize, room, strides_of, written_strides
from deep_learner_cupy.compiler.nest import Nest
from deep_learner_cupy.compiler.places import computed_in_place
from deep_learner_cupy.compiler.steps import Call, LaunchStep
from deep_learner_cupy.compiler.types import NUMBER

if TYPE_CHECKING:
    from deep_learner.backends import Backend

__all__ = ["Program"]


class Program:
    """What a plan does, step by step.

    Arrays are allocated when they are needed and let go of when they are not: the pool gives their memory to others.

    Parameters
    ----------
    plan
        The plan.
    backend
        Whose functions are called.

    Attributes
    ----------
    kernels : Kernels
        Those of its groups.
    steps : list of Call and LaunchStep
        In their order.
    failed : Node or None
        Where the last run has stopped.
    """

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self.plan = plan
        self.kernels = Kernels()
        self.steps: list[Call | LaunchStep] = []
        self.failed: Node | None = None
        self._backend = backend
        parts = fused(plan, takes, FURTHER)
        self.in_place = computed_in_place(plan, parts)
        self._made = {value for part in parts if isinstance(part, Group) for value in part.outputs}
        self._order(parts)
        self._free()

    # Making the steps

    def _order(self, parts: Sequence[Node | Group]) -> None:
        together: list[Group] = []
        for part in parts:
            if isinstance(part, Node) or not self._go_together(together, part):
                self._add(together)
                together = []
            if isinstance(part, Group):
                together.append(part)
            else:
                self.steps.append(Call(part, called_by(part, self._backend)))
        self._add(together)

    def _go_together(self, groups: Sequence[Group], other: Group) -> bool:
        """Whether a group neither needs what others make nor overwrites what they need."""
        overwritten = {self.in_place[value] for value in other.outputs if value in self.in_place}
        return all(
            overwritten.isdisjoint(group.reads) and not {*other.reads} & {*group.outputs} for group in groups
        )

    def _add(self, groups: Sequence[Group]) -> None:
        """Add the steps of groups that can be computed at the same time."""
        first: list[Body] = []
        then: list[Body] = []
        for group in groups:
            bodies, after = self._bodies(group)
            if all(map(fits, (*bodies, *after))):
                first += bodies
                then += after
            else:
                self.steps += [Call(node, called_by(node, self._backend)) for node in group.nodes]
        for bodies in (first, then):
            self.steps += [LaunchStep(one, groups[0].nodes[0]) for one in self.kernels.launches(bodies)]

    def _bodies(self, group: Group) -> tuple[list[Body], list[Body]]:
        overwritten = {value: self.in_place[value] for value in group.outputs if value in self.in_place}
        if elementwise.applies(group):
            return elementwise.elementwise(Nest(group, self._strides), overwritten)
        return rows.rows(Nest(rows.with_rows(group), self._strides), overwritten)

    def _strides(self, one: Value | Constant) -> tuple[int, ...]:
        """The strides that a kernel reads or writes an array with."""
        return written_strides(one) if isinstance(one, Value) and one in self._made else strides_of(one)

    def _free(self) -> None:
        """Find out after which step each array is not needed any more."""
        seen: set[Any] = {*self.plan.kept(), *self.plan.inputs}
        for step in reversed(self.steps):
            arrays = dict.fromkeys((*step.reads, *step.writes))
            step.spent = [one for one in arrays if one not in seen]
            seen.update(arrays)

    # Running them

    def run(self, values: dict[Any, Any]) -> None:
        """Make all values, and write to the inputs that are to change.

        Parameters
        ----------
        values
            The inputs, numbers as Python's or as 0-d arrays of float64; what is needed in the end is added. What is
            there already is not drawn once more.
        """
        for step in self.steps:
            self.failed = step.node
            if isinstance(step, Call):
                step.run(values)
            else:
                self._launch(step, values)
            for one in step.spent:
                values.pop(one, None)
        self.failed = None
        self._write(values)

    def _launch(self, step: LaunchStep, values: dict[Any, Any]) -> None:
        copies: list[Any] = []  # kept until the launch

        def find(one: Any) -> int:
            if one not in values:
                values[one] = self._room(one, values)
            array = values[one]
            if not isinstance(array, cupy.ndarray):
                array = cupy.full((), array, "float64")
            elif array.ndim and not isinstance(one, Partial):
                array = conforming(array, self._strides(one))
            copies.append(array)
            return array.data.ptr

        step.launch(find)

    def _room(self, one: Any, values: dict[Any, Any]) -> Any:
        """Where a kernel finds a constant, or puts what it makes."""
        if isinstance(one, Constant):
            return one.array
        if isinstance(one, Partial):
            return cupy.empty(one.size, one.dtype)
        strides = self._strides(one)
        if one in self.in_place and values[self.in_place[one]].strides == strides:
            return values[self.in_place[one]]
        if one.root is not one and one.root in self._made and self._lie_alike(one, one.root):
            whole = values[one.root] if one.root in values else self._room(one.root, values)
            values[one.root] = whole
            return cupy.ndarray(one.shape, one.dtype, memptr=whole.data, strides=strides)
        return room(one.shape, one.dtype or NUMBER, strides)

    def _lie_alike(self, one: Value, root: Value) -> bool:
        """Whether an array shows all of another one, row after row."""
        both = (in_rows(value.shape, itemsize(value)) == self._strides(value) for value in (one, root))
        return math.prod(one.shape) == math.prod(root.shape) and all(both)

    def _write(self, values: dict[Any, Any]) -> None:
        """Copy into inputs what was not computed there; first of all what other inputs held before."""
        written = {source for source, _ in self.plan.writes}
        writes = [(values[source], values[value], value) for source, value in self.plan.writes]
        arrays = [
            (target, array.copy() if value.root in written and array is not target else array)
            for target, array, value in writes
        ]
        for target, array in arrays:
            if array is not target:
                target[...] = array
