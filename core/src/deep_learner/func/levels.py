"""The ``vmap`` calls under way, and how tensors from outside one of them enter it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from ..autograd.graph import LeafNode, Node, next_sequence
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap
from .active import active
from .batched import BatchedArray, batched_type

if TYPE_CHECKING:
    from ..backends import Backend


class Level:
    """One ``vmap`` call under way.

    Attributes
    ----------
    kind
        The type of its arrays.
    size
        How many members the batch has.
    randomness
        ``"error"``, ``"different"`` or ``"same"``.
    """

    def __init__(self, depth: int, size: int, base: Backend, randomness: str) -> None:
        self.kind = batched_type(depth, base)
        self.size = size
        self.randomness = randomness
        self.since = next_sequence()
        self._inside: dict[Node, bool] = {}

    def made_inside(self, node: Node | None) -> bool:
        """Whether a leaf that was made within the call is reached from a node."""
        known = self._inside
        if node is None or node.sequence > self.since:
            return False
        stack = [node]
        while stack:
            one = stack[-1]
            edges = [edge for edge in one.edges if edge is not None and edge.sequence <= self.since]
            waiting = [edge for edge in edges if edge not in known]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            known[one] = isinstance(one, LeafNode) or any(known[edge] for edge in edges)
        return known[node]


def innermost() -> Level | None:
    """The innermost ``vmap`` call that this thread is in."""
    return active.levels[-1] if active.levels else None


def level_of(kind: type[BatchedArray]) -> Level:
    """The call that batched arrays of a type belong to.

    Raises
    ------
    RuntimeError
        If it has ended.
    """
    levels = active.levels
    if len(levels) < kind.depth:
        raise RuntimeError(
            "a Tensor with a hidden batch dimension has escaped from the function given to vmap: return it instead"
        )
    return levels[kind.depth - 1]


@contextmanager
def entered(size: int, sample: Tensor, randomness: str) -> Generator[Level]:
    """Within the block a new call is under way, whose batch has the size and the backend of ``sample``."""
    level = Level(len(active.levels) + 1, size, base_backend(sample), randomness)
    active.levels.append(level)
    try:
        yield level
    finally:
        active.levels.pop()


@contextmanager
def under(levels: list[Level]) -> Generator[None]:
    """Within the block, these calls are under way."""
    before = active.levels
    active.levels = levels
    try:
        yield
    finally:
        active.levels = before


def left(level: Level) -> AbstractContextManager[None]:
    """Within the block, the call and those in it are not under way."""
    return under(active.levels[: level.kind.depth - 1])


def base_backend(tensor: Tensor) -> Backend:
    """The backend of a tensor's array; of the members, if it is batched."""
    array = tensor._array
    while isinstance(array, BatchedArray):
        array = array.value._array
    return NAMESPACES[type(array)].backend


def lift(tensor: Tensor, kind: type[BatchedArray]) -> Tensor:
    """A tensor from outside as one whose array is batched: the same for each member.

    What is computed with it is recorded in the members' graph; in the graph of the batched tensor, too, if it was
    made from something that requires a gradient within.
    """
    if type(tensor._array) is kind:
        return tensor
    inside = level_of(kind).made_inside(tensor._node)
    return wrap(kind(tensor[None]), tensor._node if inside else None)


def entering(tensor: Tensor) -> Tensor:
    """A tensor as the innermost call computes with it."""
    level = innermost()
    return tensor if level is None else lift(tensor, level.kind)


def deepest(tensors: Iterable[Tensor]) -> type[BatchedArray] | None:
    """The type of the most deeply batched of some tensors' arrays; None where none is."""
    kinds: list[Any] = [tensor._array.__class__ for tensor in tensors]
    return max(
        (kind for kind in kinds if issubclass(kind, BatchedArray)), key=lambda kind: kind.depth, default=None
    )
