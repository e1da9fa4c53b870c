"""Running a step once in traced arrays.

For the duration of the run every tensor that the step can reach holds a traced array in the place of its own;
afterwards what was written is brought into the tensors' own memory, so that views and identities hold.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.inplace import write
from ..backends import serving
from ..backends.base import Backend
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from ..utils._pytree import tree_flatten
from .active import tracing
from .array import TracedArray
from .counts import bring_counts
from .errors import CannotTrace
from .inputs import TensorInput
from .lowering import Lowering, forget_memory
from .number import TracedNumber
from .outcome import Outcome
from .plan import Executor
from .randomness import Randomness
from .surroundings import Surroundings
from .trace import Trace
from .traced import Gradient, Traced
from .world import World

__all__ = ["Run", "base_of"]


def base_of(world: World) -> tuple[Backend | None, str]:
    """The backend whose arrays a step computes with; None, and why, if it cannot be compiled for it."""
    bring_counts(world.optimizers)
    kinds: dict[Backend, str] = {}
    for key, tensor in world.tensors.items():
        kinds.setdefault(NAMESPACES[type(tensor._array)].backend, world.names[key])
    if len(kinds) > 1:
        where = ", ".join(f"{name} on {backend.name!r}" for backend, name in kinds.items())
        return None, f"the step reaches tensors of several backends ({where}); move them to one with .to(...)"
    if world.problems:
        return None, world.problems[0]
    return next(iter(kinds), None), ""


class Run:
    """One run.

    Parameters
    ----------
    world
        What the step reaches.
    leaves
        The leaves of its arguments.
    base
        The backend whose arrays it computes with.
    executor
        What will run it.
    strict
        Whether to raise where the trace would be given up.

    Attributes
    ----------
    inputs : list of (TensorInput, Value)
        What the step may read.
    sources : dict
        By the identity of a tensor its place among the inputs, and where it is found.
    own, traced : dict
        The tensors' own arrays and those of the run, likewise.
    kept : list of Tensor
        What the step makes and does not forget.
    """

    def __init__(
        self, world: World, leaves: list[Any], base: Backend, executor: Executor, strict: bool
    ) -> None:
        self.world = world
        self.surroundings = Surroundings(world.tensors)
        self.trace = Trace(base, executor, self.surroundings, strict)
        self.inputs: list[tuple[TensorInput, Any]] = []
        self.sources: dict[int, tuple[int, TensorInput]] = {}
        self.own: dict[int, Any] = {}
        self.traced: dict[int, TracedArray] = {}
        self.kept: list[Tensor] = []
        self._places = {
            id(leaf): place
            for place, leaf in enumerate(leaves)
            if isinstance(leaf, Tensor) and id(leaf) not in world.captured
        }

    def __call__(self, function: Callable[[], Any]) -> tuple[Any, Traced | None]:
        """Call the step.

        Returns
        -------
        result
            What it returned.
        Traced or None
            What was noted; None if the trace was given up, for the trace's `reason`.

        Raises
        ------
        Exception
            What the step raises, after everything that it reached has been put back.
        """
        randomness = Randomness(self.world)
        self._enter()
        try:
            with serving(self.trace.kind.own_backend):
                result = function()
                leaves, structure = tree_flatten(result)
                if randomness.others_have_drawn():
                    self.trace.refuse(
                        "Python's random numbers are drawn, which would be the same in each run"
                    )
                traced = Outcome(self).of(leaves, structure)
                if traced.writes or any(isinstance(effect, Gradient) for effect in traced.effects):
                    self._refuse_overlaps()
                if self.trace.abandoned or (self.trace.strict and self.trace.reason):
                    raise CannotTrace(f"cannot compile the step: {self.trace.reason}")
        except BaseException:
            self._undo()
            randomness.restore()
            raise
        shown = self._commit(leaves)
        return structure.unflatten(shown), None if self.trace.reason else traced

    def put_source(self, key: int, source: TensorInput) -> None:
        """Say anew where a tensor is found."""
        place, _ = self.sources[key]
        self.sources[key] = place, source
        self.inputs[place] = source, self.inputs[place][1]

    def _enter(self) -> None:
        totals = self.surroundings.totals
        owners = {id(total): key for key, total in totals.items() if total is not None}
        for key in self.world.tensors:
            self._input(key, owners)
        for key, (place, source) in self.sources.items():
            tensor = source.tensor
            self.own[key] = tensor._array
            self.traced[key] = tensor._array = self.trace.kind(tensor._array, self.inputs[place][1])
        self.trace.origins.enter(self.world.groups)
        self.surroundings.enter()
        tracing.trace = self.trace

    def _input(self, key: int, owners: dict[int, int]) -> TensorInput:
        if key not in self.sources:
            tensor = self.world.tensors[key]
            leaf = self._input(owners[key], owners) if key in owners else None
            source = TensorInput(tensor, self._places.get(key), leaf)
            self.sources[key] = len(self.inputs), source
            self.inputs.append((source, self.trace.graph.value(tensor._array)))
        return self.sources[key][1]

    def _refuse_overlaps(self) -> None:
        """Refuse to write where tensors lie in each other's memory: traced arrays do not."""
        owners: dict[int, str] = {}
        for key, array in self.own.items():
            storage = self.trace.base.storage(array)
            if id(storage) in owners:
                self.trace.refuse(f"{owners[id(storage)]} and {self.world.names[key]} share their memory")
                self.trace.abandoned = True
            owners[id(storage)] = self.world.names[key]

    def _commit(self, leaves: list[Any]) -> list[Any]:
        """Bring what the run made into the memory of the tensors that were there before."""
        tracing.trace = None
        finals = {key: self.world.tensors[key]._array for key in self.own}
        totals = [self.surroundings.total_now(key) for key in self.surroundings.totals]
        regions = [region.read() for region in (*self.world.regions, *self.world.given)]
        now = World([regions, leaves, totals, self.kept], ())
        self._leave()
        lowering = Lowering(self.trace.base)
        lowering.tensors(now.tensors.values())
        lowering.tensors(self.world.tensors.values())
        base = self.trace.base
        memories = {id(base.storage(array)) for array in self.own.values()}
        brought: dict[int, Any] = {}
        for key, final in finals.items():
            if not isinstance(final, TracedArray):
                self.world.tensors[key]._array = final
            elif final is not self.traced[key]:
                passing = id(base.storage(final.array)) in memories  # another is written to first
                brought[key] = base.asarray(final.array, copy=True) if passing else final.array
        for key, array in brought.items():
            self._put(self.world.tensors[key], array)
        return [leaf.number if isinstance(leaf, TracedNumber) else leaf for leaf in leaves]

    def _put(self, tensor: Tensor, array: Any) -> None:
        if array.shape == tensor._array.shape and array.dtype == tensor._array.dtype:
            write(tensor, array, "compile")
        else:
            tensor._array = array

    def _undo(self) -> None:
        """Put everything back as it was before the run."""
        self._leave()
        self.surroundings.undo()
        for region in (*self.world.regions, *self.world.given):
            region.restore()

    def _leave(self) -> None:
        """Give the tensors their own arrays again."""
        tracing.trace = None
        for key, array in self.own.items():
            tensor = self.world.tensors[key]
            tensor._array = array
            forget_memory(tensor)
        self.trace.origins.leave()
        self.surroundings.leave()
