"""What must be as it was for a trace to fit, asked with care; :mod:`.call` asks in haste first."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.graph import push_leaf
from ..tensor import Tensor
from .inputs import TensorInput
from .kinds import described, kind_of, shared_by, storage_of
from .origins import Outcome
from .region import Region
from .traced import Gradient, Traced

if TYPE_CHECKING:
    from .run import Run

__all__ = ["Guards"]


class Guards:
    """All that a trace depends on.

    Parameters
    ----------
    run
        The traced run.
    leaves
        The leaves of its arguments.
    traced
        What it gave.

    Attributes
    ----------
    kinds : list
        For each leaf its `kind_of`.
    fixed : list of (int, Tensor)
        Leaves that must be one tensor, because the step reaches it otherwise, too.
    tensors : list of Tensor
        Those that the step reaches otherwise.
    expected : list
        What these are, as `described`.
    gradients : list of (TensorInput, object)
        Leaves of the graph whose gradient the step looks at, and what that is; None where there is none.
    unhooked : list of TensorInput
        Leaves of the graph that gather gradients in the step, where hooks would be called.
    entries : list of (dict, key, object)
        Where the step puts another tensor each time, and what that is.
    regions : list of Region
    outcomes : list of Outcome
    apart : bool
        Whether no argument may lie in the memory of another tensor.
    """

    def __init__(self, run: Run, leaves: Sequence[Any], traced: Traced) -> None:
        around = run.surroundings
        before = {key: described(array, around.nodes[key]) for key, array in run.own.items()}
        world = run.world
        self.kinds = [
            (type(leaf), *before[id(leaf)]) if id(leaf) in before else kind_of(leaf) for leaf in leaves
        ]
        self.objects = [leaf for leaf in leaves if not isinstance(leaf, Tensor)]
        self.fixed = [(place, leaf) for place, leaf in enumerate(leaves) if id(leaf) in world.captured]
        self.shared = shared_by(leaves)
        tensors = [source.tensor for _, source in run.sources.values() if source.is_fixed]
        self.tensors: list[Tensor] = [tensor for tensor in tensors if id(tensor) in world.captured]
        self.expected = [before[id(tensor)] for tensor in self.tensors]
        self.gradients: list[tuple[TensorInput, Any]] = []
        for key, (_, source) in run.sources.items():
            if around.gradient_matters(key):
                total = around.totals[key]
                self.gradients.append((source, None if total is None else before[id(total)]))
        effects = [effect.leaf for effect in traced.effects if isinstance(effect, Gradient)]
        self.unhooked: list[TensorInput] = effects
        self.entries = [
            (*source.entry, before[key])
            for key, (_, source) in run.sources.items()
            if source.entry is not None
        ]
        self.regions: list[Region] = world.regions
        for region in self.regions:
            region.free -= {key for key in region.free if run.trace.origins.is_fixed(region.live, key)}
        self.outcomes: list[Outcome] = run.trace.origins.outcomes
        self.apart = bool(traced.writes or effects)

    def hold(self, leaves: list[Any], regions: Iterable[Region]) -> bool:
        """Whether all is as it was.

        Parameters
        ----------
        leaves
            The leaves of the arguments, as many as there were.
        regions
            Those that may have changed.
        """
        return (
            [*map(kind_of, leaves)] == self.kinds
            and shared_by(leaves) == self.shared
            and all(leaves[place] is tensor for place, tensor in self.fixed)
            and not (self.apart and self._overlaps(leaves))
            and [described(one._array, one._node) for one in self.tensors] == self.expected
            and all(self._has(leaf, like, leaves) for leaf, like in self.gradients)
            and all(is_unhooked(leaf.found(leaves)._node) for leaf in self.unhooked)
            and all(region.unchanged() for region in regions)
            and all(
                one.comparison(one.number.group[one.number.key], one.other) is one.result
                for one in self.outcomes
            )
            and all(kind_of(box[key])[1:] == like for box, key, like in self.entries)
        )

    def changes(self) -> str:
        """What is not as it was, in words."""
        found = [f"{region.name}[{key!r}]" for region in self.regions for key, *_ in region.differences()]
        return ", ".join(found[:3]) or "gradients"

    def memories(self) -> set[int]:
        """What identifies the memory of the tensors that are reached otherwise than as arguments."""
        return {id(storage_of(one)) for one in self.tensors}

    def _overlaps(self, leaves: Sequence[Any]) -> bool:
        held = {place for place, _ in self.fixed}
        given = [one for place, one in enumerate(leaves) if isinstance(one, Tensor) and place not in held]
        return not self.memories().isdisjoint(id(storage_of(one)) for one in given)

    def _has(self, leaf: TensorInput, like: Any, leaves: list[Any]) -> bool:
        total = leaf.found(leaves)._node.total
        return total is None if like is None else total is not None and kind_of(total)[1:] == like


def is_unhooked(leaf: Any) -> bool:
    """Whether a leaf of the graph calls nothing when it gathers a gradient."""
    return leaf.push is push_leaf
