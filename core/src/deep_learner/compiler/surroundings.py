"""The graph around a step: what stands for it while the step is traced."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, NoReturn

from ..autograd.graph import LeafNode, Node, RealLeafNode
from ..autograd.hooks import hooks_of
from ..tensor import Tensor
from .active import tracing

__all__ = ["Surroundings", "original"]


class OuterNode(Node):
    """Stands for the node of a tensor that was computed before the step.

    A backward pass within the step must not come here, since it would have to go on outside.
    """

    __slots__ = ("original",)

    original: Node


class _Refusing:
    """In the place of a node's hooks, so that nothing within the step asks for them."""

    retain = False
    retained = None

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def before(self, *_: Any) -> NoReturn:
        """Refuse a backward pass."""
        _abandon(self._reason)

    def __getattr__(self, name: str) -> NoReturn:
        _abandon("a hook is registered on a tensor that was there before the step")


def _abandon(reason: str) -> NoReturn:
    assert tracing.trace is not None, "hooks are replaced during a trace alone"
    tracing.trace.abandon(reason)


def _stand_in(original: Node) -> OuterNode:
    node = OuterNode.__new__(OuterNode)
    node.original = original
    node.sequence = original.sequence
    node.operation = original.operation
    node.grad = None
    node.edges = ()
    node.saved = ()
    refusing: Any = _Refusing("backward() within the step reaches a graph that was made outside of it")
    node.hooks = refusing
    node.push = refusing.before
    return node


_total: Any = vars(LeafNode)["total"]


class _Watched:
    """A leaf whose gradient tells the trace when it is looked at."""

    __slots__ = ()

    @property
    def total(self) -> Any:
        if tracing.trace is not None:
            tracing.trace.surroundings.looked_at(self)
        return _total.__get__(self)

    @total.setter
    def total(self, value: Any) -> None:
        if tracing.trace is not None:
            tracing.trace.surroundings.written(self, value is None and not tracing.trace.graph.nodes)
        _total.__set__(self, value)


class WatchedLeaf(_Watched, LeafNode):  # pyright: ignore[reportIncompatibleVariableOverride]
    """A watched leaf."""

    __slots__ = ()


class WatchedRealLeaf(_Watched, RealLeafNode):  # pyright: ignore[reportIncompatibleVariableOverride]
    """A watched leaf of real floating-point numbers."""

    __slots__ = ()


def _watched(node: LeafNode) -> type[LeafNode]:
    return WatchedRealLeaf if node.real else WatchedLeaf


class Surroundings:
    """What the tensors that a step reaches are in the graph.

    Parameters
    ----------
    tensors
        By their identities.

    Attributes
    ----------
    nodes : dict
        The node of each tensor before the run, by its identity.
    totals : dict
        The gradient that each leaf has gathered before the run, likewise.
    """

    def __init__(self, tensors: dict[int, Tensor]) -> None:
        self._tensors = tensors
        self.nodes: dict[int, Node | None] = {key: one._node for key, one in tensors.items()}
        self.totals = {key: node.total for key, node in self.nodes.items() if isinstance(node, LeafNode)}
        self._entries: dict[int, Node] = {}  # what stands for each tensor's node during the run
        self._hooks: list[tuple[LeafNode, Any]] = []
        self._touched: set[int] = set()
        self._read: set[int] = set()
        self._cleared: set[int] = set()

    def enter(self) -> None:
        """Let leaves be watched, and stand-ins take the place of other nodes."""
        made: dict[int, Node] = {}
        for key, node in self.nodes.items():
            if isinstance(node, LeafNode):
                self._watch(node)
                self._entries[key] = node
            elif node is not None:
                if id(node) not in made:
                    made[id(node)] = _stand_in(node)
                self._entries[key] = self._tensors[key]._node = made[id(node)]

    def _watch(self, node: LeafNode) -> None:
        if isinstance(node, _Watched):
            return
        node.__class__ = _watched(node)
        hooks = hooks_of(node)
        if hooks is not None:
            self._hooks.append((node, hooks))
            refusing: Any = _Refusing("backward() within the step calls a hook of a tensor")
            node.hooks = refusing

    def leave(self) -> None:
        """Take both back."""
        # The class that the leaf has by now, since its memory may have been replaced.
        for key, entry in self._entries.items():
            tensor, node = self._tensors[key], self.nodes[key]
            if isinstance(entry, OuterNode) and tensor._node is entry:
                tensor._node = node
            elif isinstance(entry, LeafNode):
                entry.__class__ = RealLeafNode if entry.real else LeafNode
        for node, hooks in self._hooks:
            node.hooks = hooks

    def undo(self) -> None:
        """Put everything back as it was before the run."""
        for key, node in self.nodes.items():
            self._tensors[key]._node = node
            if isinstance(node, LeafNode):
                node.total = self.totals[key]

    def forget(self) -> None:
        """Let go of the graph: its gradients may be large."""
        self.nodes.clear()
        self.totals.clear()
        self._entries.clear()
        self._hooks.clear()

    def total_now(self, key: int) -> Any:
        """The gradient that a tensor that was a leaf has now; nobody is told of this look."""
        return _total.__get__(self.nodes[key])

    def looked_at(self, leaf: Any) -> None:
        """Note that a leaf's gradient is asked for."""
        if id(leaf) not in self._touched:
            self._touched.add(id(leaf))
            self._read.add(id(leaf))

    def written(self, leaf: Any, cleared: bool) -> None:
        """Note that a leaf's gradient is another one: what it was before is of no interest any more.

        Parameters
        ----------
        leaf
            The leaf's node.
        cleared
            Whether there is none now, and nothing has been computed yet.
        """
        if cleared and id(leaf) not in self._touched:
            self._cleared.add(id(leaf))
        self._touched.add(id(leaf))

    def gradient_matters(self, key: int) -> bool:
        """Whether what the step does depends on the gradient that a tensor had before."""
        node = self.nodes[key]
        return isinstance(node, LeafNode) and id(node) in self._read

    def is_cleared_first(self, key: int) -> bool:
        """Whether a tensor's gradient is let go before anything is computed."""
        return id(self.nodes[key]) in self._cleared

    @property
    def entries(self) -> dict[int, Node]:
        """During the run: the nodes of tensors that require a gradient, by the tensors' identities."""
        return self._entries

    def has_changed(self, key: int) -> str:
        """During the run: what is new about a tensor's place in the graph; nothing if it is what it was."""
        node = self._entries.get(key)
        if self._tensors[key]._node is not node:
            return "is in another graph"
        known = any(one is node for one, _ in self._hooks) or isinstance(node, OuterNode)
        return "has other hooks" if node is not None and not known and hooks_of(node) is not None else ""


def original(node: Any) -> Any:
    """The node that a stand-in stands for; any other is its own."""
    return node.original if isinstance(node, OuterNode) else node
