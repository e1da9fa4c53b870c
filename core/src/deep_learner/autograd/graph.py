"""The graph of recorded operations: nodes, and edges to the nodes of the operands.

A node holds raw arrays, shapes and edges, never Tensors, so there are no reference cycles and memory is freed by
reference counting alone. A tensor requires a gradient exactly when it has a node.

Sequence numbers fall: a younger node has a smaller one, so a heap of ``(sequence, node)`` yields nodes from the
youngest to the oldest, and every node after all the nodes that feed it.
"""

from __future__ import annotations

import itertools
import sys
import weakref
from collections.abc import Callable, Sequence
from heapq import heappush
from typing import TYPE_CHECKING, Any, TypeAlias

from ..semantics import follows_torch

if TYPE_CHECKING:
    from ..tensor import Tensor
    from ..typing import Shape
    from .hooks import NodeHooks

Heap: TypeAlias = "list[tuple[int, Node]]"
Push: TypeAlias = "Callable[[Any, Heap], Node | None]"

next_sequence: Callable[[], int] = itertools.count(0, -1).__next__


class Node:
    """One recorded operation.

    Attributes
    ----------
    sequence : int
        Falls with every node made.
    operation : Operation
        What was recorded; its rules make gradients of the operands.
    push : callable
        ``push(node, heap)`` turns the incoming gradient into those of the edges and queues these nodes, but for one
        that it may return.
    grad : array or None
        The incoming gradient, while a backward pass is under way.
    edges : tuple of (Node or None)
        One for each operand; None where no gradient is required.
    saved : tuple
        What the rules asked for; None once it has been freed.
    shapes : tuple
        The operands' shapes, where gradients may have to be summed to them; None where not.
    """

    __slots__ = (
        "__weakref__", "edges", "grad", "hooks", "label", "operation", "push", "saved", "sequence", "shapes", "trace",
    )  # fmt: skip

    real = False  # whether what it made is known to be real and floating-point
    sequence: int
    operation: Any
    push: Push
    grad: Any
    edges: tuple[Node | None, ...]
    saved: Any
    shapes: Any
    hooks: NodeHooks
    label: str
    trace: str

    def name(self) -> str:
        """The node's name, such as ``"MultiplyBackward"``; PyTorch's, ``"MulBackward0"``, where its word holds."""
        if follows_torch():
            from ..printing.nodes import torch_name

            return torch_name(self)
        return self.operation.backward_name

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that this one hands gradients to, in PyTorch's form."""
        return tuple(
            (edge.source, edge.index) if isinstance(edge, OutputNode) else (edge, 0) for edge in self.edges
        )

    def gradients(self, grad: Any, create_graph: bool, wanted: Sequence[bool]) -> Sequence[Any]:
        """The gradients of the wanted edges as Tensors, recorded if ``create_graph``."""
        return self.operation.gradients(self, grad, create_graph, wanted)

    def register_hook(self, hook: Callable[..., Any]) -> Any:
        """Call ``hook(grad_inputs, grad_outputs)`` after this node has made its gradients."""
        from .hooks import add_hook

        return add_hook(self, hook, "post")

    def register_prehook(self, hook: Callable[..., Any]) -> Any:
        """Call ``hook(grad_outputs)`` before this node makes its gradients."""
        from .hooks import add_hook

        return add_hook(self, hook, "pre")

    @property
    def maker(self) -> Node:
        """The node of the whole operation: that of an output leads there."""
        return self

    def __repr__(self) -> str:
        name = self.name().rpartition("::")[2]
        return f"<{name} object at {id(self):#x}>" if follows_torch() else f"<{name}>"


class RealNode(Node):
    """The node of a plain operation on real floating-point arrays, as the shortcuts make it."""

    __slots__ = ()
    real = True


class LeafNode(Node):
    """The node of a leaf: it keeps the gradient that arrives.

    Attributes
    ----------
    total : Tensor or None
        The gradient gathered so far (``x.grad``).
    dtype : object
        The leaf's own dtype, which its gradient gets.
    shape : tuple of int
        The leaf's shape.
    owner : reference to Tensor
        The leaf.
    """

    __slots__ = ("dtype", "owner", "shape", "total")

    total: Tensor | None
    dtype: Any
    shape: Shape
    owner: weakref.ref[Tensor]

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad" if follows_torch() else "AccumulateGrad"

    @property
    def variable(self) -> Tensor | None:
        """The leaf, while there is one."""
        return self.owner()


class RealLeafNode(LeafNode):
    """The node of a real floating-point leaf."""

    __slots__ = ()
    real = True


class OutputNode(Node):
    """One output of an operation with several: it hands its gradient to the operation's node."""

    __slots__ = ("index", "source")

    index: int
    source: MultipleNode

    def name(self) -> str:
        return self.source.name()

    @property
    def maker(self) -> Node:
        return self.source

    def gradients(self, grad: Any, create_graph: bool, wanted: Sequence[bool]) -> Sequence[Any]:
        return (grad,)


class MultipleNode(Node):
    """The node of an operation with several outputs; its ``grad`` is a list with one entry for each.

    Attributes
    ----------
    blanks : tuple
        For each output, (shape, native dtype, device) for the zeros that stand for a gradient that never came,
        or None for an output without gradients.
    """

    __slots__ = ("blanks", "outputs")

    blanks: tuple[tuple[Shape, Any, Any] | None, ...]
    outputs: Any


def push_output(node: OutputNode, heap: Heap) -> None:
    """Lay an output's gradient where the operation's node finds it."""
    grad, node.grad = node.grad, None
    source = node.source
    if source.grad is None:
        source.grad = [None] * len(source.blanks)
        heappush(heap, (source.sequence, source))
    held = source.grad[node.index]  # another node of the same output may have been here
    source.grad[node.index] = grad if held is None else held + grad


def output_nodes(source: MultipleNode, differentiable: Sequence[bool]) -> list[OutputNode | None]:
    """A node for each differentiable output of ``source``."""
    made: list[OutputNode | None] = []
    for index, wanted in enumerate(differentiable):
        if not wanted:
            made.append(None)
            continue
        node = OutputNode.__new__(OutputNode)
        node.sequence = next_sequence()
        node.operation = source.operation
        node.push = push_output
        node.grad = None
        node.edges = (source,)
        node.saved = ()
        node.source = source
        node.index = index
        made.append(node)
    return made


class _Probe:
    """Stands in for a leaf to measure how many references a gradient nobody else holds has."""

    __slots__ = ("grad",)

    def __init__(self) -> None:
        self.grad: Any = object()


def _take(node: Any) -> tuple[Any, int]:
    """Take the incoming gradient out of ``node``; also count the references to it."""
    grad = node.grad
    node.grad = None
    return grad, sys.getrefcount(grad)


# A gradient with no more references than this belongs to nobody else and can be kept without a copy.
UNSHARED = _take(_Probe())[1]


def push_leaf(node: LeafNode, heap: Heap) -> None:
    """Add the incoming gradient to the leaf's total; keep the first one without a copy if nobody else holds it."""
    from .accumulate import accumulate

    grad, references = _take(node)
    accumulate(node, grad, references <= UNSHARED)


def leaf_node(shape: Shape, dtype: Any, real: bool) -> LeafNode:
    """The node of a new leaf."""
    kind = RealLeafNode if real else LeafNode
    node = kind.__new__(kind)
    node.sequence = next_sequence()
    node.operation = None
    node.push = push_leaf
    node.grad = None
    node.edges = ()
    node.saved = ()
    node.total = None
    node.shape = shape
    node.dtype = dtype
    return node
