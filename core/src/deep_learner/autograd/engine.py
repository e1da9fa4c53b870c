"""Backward passes: iterative, from the youngest node to the oldest, freeing as they go.

:func:`run` is the ordinary one: raw arrays, one push function per node, gradients in the nodes' own slots.
:func:`run_general` serves ``create_graph`` and gradients of chosen inputs: it applies the same rules through
``Node.gradients`` and keeps gradients in a dictionary of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from heapq import heappop, heappush, heapreplace
from typing import TYPE_CHECKING, Any, NoReturn

from ..backends import serving
from ..namespaces.raw import NAMESPACES, computing_at
from ..semantics import follows_torch
from ..sequences import as_tuple
from ..tensor import Tensor, gradient_dtype, wrap
from .accumulate import accumulate
from .anomaly import check_not_nan, set_detect_anomaly, where
from .checkpointing import restore
from .graph import Heap, LeafNode, MultipleNode, Node, OutputNode
from .hooks import hooks_of
from .modes import modes, set_grad_enabled
from .versions import check_saved, modifications

if TYPE_CHECKING:
    from ..backends import Backend

# Gradients wait in the nodes themselves, so backward passes of several threads take turns.
lock = threading.RLock()


def run(roots: Sequence[tuple[Node, Any]], retain_graph: bool) -> None:
    """Push the gradients of the roots down to the leaves, which gather them.

    Parameters
    ----------
    roots
        Nodes and their gradients as raw arrays.
    retain_graph
        Keep what the nodes saved, for another pass.
    """
    backend = NAMESPACES[type(roots[0][1])].backend
    if modes.anomaly or modes.profiler is not None or backend.placed is not None:
        run_general(roots, retain_graph, create_graph=False)
        return
    heap: Heap = []
    node: Any = None
    with lock:
        try:
            for node, grad in roots:
                if node.grad is None:
                    heappush(heap, (node.sequence, node))
                    node.grad = grad
                else:
                    node.grad = node.grad + grad
            following: Any = None
            while following is not None or heap:
                if following is None:
                    node = heappop(heap)[1]
                elif heap and heap[0][0] < following.sequence:
                    node = heapreplace(heap, (following.sequence, following))[1]
                else:
                    node = following
                if node.sequence > modifications.latest and node.saved:
                    check_saved(node)
                following = node.push(node, heap)
                if node.saved and not retain_graph and node.operation.keeps_arrays:
                    node.saved = None
                    node.push = push_freed
        except BaseException as error:
            for _, waiting in heap:
                waiting.grad = None
            if node is not None:
                for abandoned in (node, *node.edges):
                    if abandoned is not None:
                        abandoned.grad = None
            if isinstance(error, Exception) and node is not None:
                _raise_explained(error, node, backend)
            raise


def _raise_explained(error: Exception, node: Node, backend: Backend) -> NoReturn:
    """Raise what a rule raised, as the backend explains it, with the operation and the line that recorded it."""
    told = backend.explained(error)
    told.add_note(f"while {node.name()} was making gradients; {where(node)}")
    if told is error:
        raise
    raise told from error


def push_freed(node: Node, heap: Heap) -> None:
    """What a node does in a second pass after its saved arrays have been freed.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError(
        f"backward through the graph a second time: what {node.name()} saved was freed by the first pass. "
        "Pass retain_graph=True to the first backward() or grad() if you need another."
    )


def reachable(inputs: Sequence[Node], roots: Sequence[Node]) -> set[Node]:
    """The nodes through which some of ``inputs`` are reached from ``roots``, inputs included."""
    oldest = max(node.sequence for node in inputs)
    needed: set[Node] = set(inputs)
    seen: set[Node] = set()
    order: list[Node] = []
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in seen or node.sequence > oldest:
            continue
        seen.add(node)
        order.append(node)
        stack.extend(edge for edge in node.edges if edge is not None)
    for node in sorted(order, key=lambda node: -node.sequence):
        if any(edge in needed for edge in node.edges if edge is not None):
            needed.add(node)
    return needed


def run_general(
    roots: Sequence[tuple[Node, Any]],
    retain_graph: bool,
    create_graph: bool,
    inputs: Sequence[Node] | None = None,
    accumulate_inputs: bool = False,
) -> dict[Node, Any]:
    """A backward pass that may be recorded, and may be restricted to chosen inputs.

    Parameters
    ----------
    roots
        Nodes and their gradients: raw arrays, or Tensors under ``create_graph``.
    retain_graph
        Keep what the nodes saved.
    create_graph
        Record the pass itself, so that its results can be differentiated.
    inputs
        Compute only the gradients of these nodes; by default those of all leaves, which gather them.
    accumulate_inputs
        Let leaves among ``inputs`` gather their gradients, too.

    Returns
    -------
    dict
        The gradients of ``inputs``.
    """
    needed = None if inputs is None else reachable(inputs, [node for node, _ in roots])
    chosen = set(inputs or ())
    grads: dict[Node, Any] = {}
    found: dict[Node, Any] = {}
    heap: Heap = []

    def arrive(node: Node, grad: Any) -> None:
        if needed is not None and node not in needed:
            return
        held = grads.get(node)
        if held is None:
            heappush(heap, (node.sequence, node))
            grads[node] = grad
        else:
            grads[node] = held + grad

    def visit(node: Node, grad: Any, backend: Backend) -> None:
        hooks = hooks_of(node)
        if hooks is not None:
            grad = hooks.before(node, grad, create_graph)
        if node in chosen:
            found[node] = grad
        if isinstance(node, LeafNode):
            if inputs is None or (accumulate_inputs and node in chosen):
                with lock:
                    accumulate(node, grad, False)
                if hooks is not None:
                    hooks.gathered(grad)
            return
        if isinstance(node, OutputNode):
            _lay(node, grad, grads, heap)
            return
        wanted = [edge is not None and (needed is None or edge in needed) for edge in node.edges]
        if not any(wanted):
            return
        if node.saved is None:
            push_freed(node, heap)
        restore(node)
        if node.sequence > modifications.latest:
            check_saved(node)
        try:
            gradients = node.gradients
            if modes.profiler is not None:
                gradients = modes.profiler.timed(node.name(), gradients)
            made = gradients(grad, create_graph, wanted)
            if modes.anomaly and set_detect_anomaly.check_nan:
                check_not_nan(node, made)
        except Exception as error:
            _raise_explained(error, node, backend)
        if hooks is not None:
            made = hooks.after(made, grad, create_graph)
        if node.saved and not retain_graph and node.operation.keeps_arrays:
            node.saved = None
            node.push = push_freed
        for edge, gradient, want in zip(node.edges, made, wanted, strict=True):
            if want and gradient is not None:
                arrive(edge, gradient)  # pyright: ignore[reportArgumentType]

    with set_grad_enabled(create_graph):
        for node, grad in roots:
            arrive(node, grad)
        while heap:
            _, node = heappop(heap)
            grad = grads.pop(node)
            array = _some_array(grad)
            backend = NAMESPACES[type(array)].backend
            # What recorded rules make on a gradient's device is of its backend.
            with computing_at(backend, array), serving(backend) if create_graph else nullcontext():
                visit(node, grad, backend)
    return found


def _some_array(grad: Any) -> Any:
    """The raw array of a gradient, or of one of several."""
    for one in as_tuple(grad):
        if one is not None:
            return one._array if isinstance(one, Tensor) else one
    raise AssertionError("a node is visited once a gradient has arrived")


def _lay(node: OutputNode, grad: Any, grads: dict[Node, Any], heap: Heap) -> None:
    """Lay an output's gradient where the operation's node finds it."""
    source: MultipleNode = node.source
    if source not in grads:
        grads[source] = [None] * len(source.blanks)
        heappush(heap, (source.sequence, source))
    held = grads[source][node.index]  # another node of the same output may have been here
    grads[source][node.index] = grad if held is None else held + grad


def root_gradient(tensor: Tensor, gradient: Any, implicit: bool | None) -> Tensor:
    """The gradient that a backward pass starts with at ``tensor``.

    Parameters
    ----------
    tensor
        The root.
    gradient
        Tensor of the same shape, or None for ones.
    implicit
        Whether ones are allowed for a tensor that is no scalar; None: not where PyTorch's word holds.

    Raises
    ------
    RuntimeError
        If the shape is wrong, or None was given for a non-scalar where that is not allowed.
    """
    array = tensor._array
    backend = NAMESPACES[type(array)].backend
    if gradient is None:
        if tensor.numel() != 1 and (follows_torch() if implicit is None else not implicit):
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs. Received: shape {tuple(array.shape)}; "
                "reduce it first, as in z.sum(), or pass the gradient to start from"
            )
        dtype = gradient_dtype(tensor.dtype)
        ones = NAMESPACES[type(array)].ones_like(array)
        return wrap(ones) if dtype is tensor.dtype else wrap(ones).to(dtype)
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradient must be a Tensor or None. Received: {type(gradient).__name__}")
    if gradient.shape != tensor.shape:
        raise RuntimeError(
            f"the gradient has shape {tuple(gradient.shape)}, but the output it belongs to has shape "
            f"{tuple(tensor.shape)}; they must be equal"
        )
    if type(gradient._array) is not type(array):
        raise RuntimeError(
            f"the gradient lives on {gradient.device}, the output on {backend.device_of(array)}; "
            "move one of them with .to(...)"
        )
    dtype = gradient_dtype(tensor.dtype)
    return gradient if gradient.dtype is dtype else gradient.to(dtype)
