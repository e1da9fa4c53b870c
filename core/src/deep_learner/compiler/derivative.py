"""Writing down the backward pass of what a step returns, right after its forward pass."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from ..autograd.engine import lock, root_gradient
from ..autograd.graph import Node
from ..autograd.push import deliver
from ..autograd.versions import check_saved, modifications
from ..random import default_generator
from ..tensor import Tensor
from .graph import Value

if TYPE_CHECKING:
    from .trace import Trace

__all__ = ["Derivative", "derived"]


class Derivative(NamedTuple):
    """The backward pass of a graph that leaves a step.

    Attributes
    ----------
    start : int
        The place of its first node among those of the trace.
    tangents : list of Value
        The incoming gradients, one for each tensor that leaves.
    gradients : dict
        What is handed on, by the identity of the tensor that it is the gradient of.
    blanks : tuple
        For each tensor that leaves its shape, the native dtype of its gradient, and its device.
    """

    start: int
    tangents: list[Value]
    gradients: dict[int, Value]
    blanks: tuple[Any, ...]


def derived(trace: Trace, tensors: Sequence[Tensor], entries: Mapping[int, Node]) -> Derivative | None:
    """Go back through the graph of some tensors, in traced arrays, and leave it as it is.

    Parameters
    ----------
    trace
        Where the operations are noted.
    tensors
        What leaves the step.
    entries
        The nodes where the step's graph ends, by the identities of the tensors whose they are.

    Returns
    -------
    Derivative or None
        None if the trace has been given up for it.
    """
    start = len(trace.graph.nodes)
    before = default_generator._pack()
    tangents: list[Value] = []
    roots: list[tuple[Any, Any]] = []
    blanks: list[Any] = []
    base = trace.base
    for tensor in tensors:
        ones: Any = root_gradient(tensor, None, True)._array
        blanks.append((ones.shape, ones.dtype, base.native_device(base.device_of(ones.array))))
        tangents.append(trace.graph.value(ones.array))
        roots.append((tensor._node, trace.kind(ones.array, tangents[-1])))
    try:
        found = _gone_through(trace, roots, {id(node) for node in entries.values()})
    except Exception as error:
        trace.refuse(f"the derivative cannot be traced: {type(error).__name__}: {error}")
        return None
    finally:
        trace.line = ""
    if default_generator._pack() != before:
        default_generator._unpack(before)
        trace.refuse("the backward pass draws random numbers")
        return None
    gradients: dict[int, Value] = {}
    for key, node in entries.items():
        if id(node) in found:
            gradients[key] = trace.value_of(found.pop(id(node)))
    return Derivative(start, tangents, gradients, tuple(blanks))


def _gone_through(trace: Trace, roots: list[tuple[Any, Any]], ends: set[int]) -> dict[int, Any]:
    """The gradients that arrive at the ends, by the identities of these nodes."""
    found: dict[int, Any] = {}
    heap: Any = []
    node: Any = None
    with lock:
        try:
            for root, gradient in roots:
                deliver(root, gradient, heap)
            while heap:
                node = heappop(heap)[1]
                if id(node) in ends:
                    found[id(node)], node.grad = node.grad, None
                    continue
                if node.sequence > modifications.latest and node.saved:
                    check_saved(node)
                trace.line = trace.line_before(node.sequence)
                following = node.push(node, heap)
                if following is not None:
                    heappush(heap, (following.sequence, following))
        except BaseException:
            for one in (node, *node.edges, *(waiting for _, waiting in heap)):
                if one is not None:
                    one.grad = None
            raise
    return found
