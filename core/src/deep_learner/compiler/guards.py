"""Asking, before every run, whether a trace still fits: so often that each line counts."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..autograd.graph import LeafNode
from ..dtypes import from_native
from ..tensor import Tensor
from .inputs import NumberInput, TensorInput
from .world import Region, World

__all__ = ["Guards"]


class Guards:
    """All that must be as it was before the trace.

    Parameters
    ----------
    world
        What the step reached.
    inputs
        The inputs of the trace.
    """

    def __init__(self, world: World, inputs: Sequence[TensorInput | NumberInput]) -> None:
        sources = [source for source in inputs if isinstance(source, TensorInput)]
        self._leaves: list[tuple[int | None, Any]] = [
            (source.argument, source.tensor)
            for source in sources
            if isinstance(source.tensor._node, LeafNode)
        ]
        self._missing = [_is_missing(tensor) for _, tensor in self._leaves]
        self._leaves = [(place, None if place is not None else tensor) for place, tensor in self._leaves]
        self._outcomes: list[tuple[NumberInput, Callable[[Any, Any], bool], Any, bool]] = []
        self._entries: list[tuple[dict[Any, Any], Any, tuple[Any, ...]]] = []
        self._regions = _RegionGuard(world.regions)
        self._captured = _TensorGuard(
            [source.tensor for source in sources if source.argument is None and source.gradient_of is None]
        )

    def follow(self, region: Region, key: Any, source: TensorInput, array: Any, new: Any) -> bool:
        """Let an entry hold another tensor, like the one whose array is given, each time; whether `new` is such."""
        if not isinstance(new, Tensor) or new._node is not None or new.shape != array.shape:
            return False
        if (
            source.argument is not None
            or source.gradient_of is not None
            or new.dtype is not from_native(array.dtype)
        ):
            return False
        region.free.add(key)
        self._captured.leave(source.tensor)
        self._entries.append((region.live, key, _described(array, None)))
        return True

    def decide(
        self, number: NumberInput, comparison: Callable[[Any, Any], bool], other: Any, outcome: bool
    ) -> None:
        """Ask that a number compares as it did."""
        self._outcomes.append((number, comparison, other, outcome))

    def hold(self, leaves: Sequence[Any]) -> bool:
        """Whether all is as it was.

        Parameters
        ----------
        leaves
            The leaves of the arguments.
        """
        missing = [_is_missing(tensor if place is None else leaves[place]) for place, tensor in self._leaves]
        return (
            missing == self._missing
            and self._captured.holds()
            and self._regions.holds()
            and all(
                compare(group[key], other) is outcome
                for (group, key), compare, other, outcome in self._outcomes
            )
            and all(_described(box[key]._array, box[key]._node) == like for box, key, like in self._entries)
        )


def _is_missing(leaf: Any) -> bool:
    """Whether a leaf has gathered no gradient."""
    node = leaf._node
    return not isinstance(node, LeafNode) or node.total is None


class _RegionGuard:
    """Whether containers hold what they held.

    Most are as they were, object by object, which is a comparison of identities; only for others it is asked what has
    changed, and whether that matters.
    """

    def __init__(self, regions: Sequence[Region]) -> None:
        self._empty = [region.live for region in regions if region.live is not None and not region.before]
        self._filled = [
            (region.read, _identities(region.before), region)
            for region in regions
            if region.before or region.live is None
        ]

    def holds(self) -> bool:
        """Whether all is as it was."""
        if any(self._empty):
            return False
        for read, identities, region in self._filled:
            if _identities(read()) != identities and not region.unchanged():
                return False
        return True


def _identities(entries: Any) -> Any:
    if isinstance(entries, dict):
        return [*map(id, entries.values()), *entries]
    return [*map(id, entries)]


class _TensorGuard:
    """Whether captured tensors have the shapes, dtypes and layouts that they had, and as much of a graph."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors = tensors
        self._expected = [_described(tensor._array, tensor._node) for tensor in tensors]
        self._seen = [tensor._array for tensor in tensors]
        self._nodes = [tensor._node for tensor in self._tensors]

    def leave(self, tensor: Tensor) -> None:
        """Ask no longer for one of them."""
        places = [place for place, one in enumerate(self._tensors) if one is not tensor]
        for name in ("_tensors", "_expected", "_seen", "_nodes"):
            setattr(self, name, [getattr(self, name)[place] for place in places])

    def holds(self) -> bool:
        """Whether they do."""
        arrays = [tensor._array for tensor in self._tensors]
        nodes = [tensor._node for tensor in self._tensors]
        if [*map(id, arrays)] == [*map(id, self._seen)] and [*map(id, nodes)] == [*map(id, self._nodes)]:
            return True
        for array, node, expected in zip(arrays, nodes, self._expected, strict=True):
            if _described(array, node) != expected:
                return False
        self._seen, self._nodes = arrays, nodes
        return True


def _described(array: Any, node: Any) -> tuple[Any, ...]:
    return type(array), tuple(array.shape), array.dtype, getattr(array, "strides", None), type(node)
