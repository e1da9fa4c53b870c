"""Applying an operation's rules to any node: the general way, also the one under ``create_graph``.

Without ``create_graph`` rules get raw arrays and their namespace. With it they get Tensors, rebuilt from the saved
arrays and the node's edges, and the Tensor namespace: the same lines then record their own derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..dtypes import bfloat16, from_native
from ..namespaces.raw import NAMESPACES
from ..typing import Scalar
from .graph import MultipleNode, Node, OutputNode, output_nodes
from .short_dtypes import brought_back
from .unbroadcast import unbroadcast

if TYPE_CHECKING:
    from ..ops.operation import Operation


def apply_rules(
    operation: Operation, node: Node, grad: Any, create_graph: bool, wanted: Sequence[bool]
) -> list[Any]:
    """The gradient of each edge of ``node``, None where it is not wanted.

    Parameters
    ----------
    operation, node
        What was recorded.
    grad
        The gradient of its output; for several outputs a list, None where nothing arrived.
    create_graph
        Whether ``grad`` and the results are Tensors, recorded; otherwise they are raw arrays.
    wanted
        For each edge, whether its gradient is needed.
    """
    if isinstance(node, MultipleNode):
        if not operation.takes_blanks:
            grad = fill_blanks(node, grad, create_graph)
        sample = next(g for g in grad if g is not None)
    else:
        sample = grad
    if create_graph:
        from ..namespaces import tensor as xp

        saved = rebuilt_saved(operation, node)
    else:
        xp = NAMESPACES[type(sample)]
        saved = node.saved
    conjugate = operation.holomorphic and is_complex(sample)
    if conjugate:
        several = isinstance(node, MultipleNode)
        grad = tuple(g if g is None else xp.conj(g) for g in grad) if several else xp.conj(grad)
    short = not create_graph and not operation.saves_dtypes and from_native(sample.dtype) is bfloat16
    spans = edge_spans(operation, node)
    results: list[Any] = [None] * len(node.edges)
    for rule in operation.rules:
        needed = [any(wanted[slice(*spans[target])]) for target in rule.targets]
        if not any(needed):
            continue
        arguments = [saved[i] for i in rule.arguments]
        made = rule.function(xp, grad, tuple(needed), *arguments) if rule.wanted else rule.function(
            xp, grad, *arguments
        )  # fmt: skip
        for target, gradient in zip(rule.targets, made if len(rule.targets) > 1 else (made,), strict=True):
            start, stop = spans[target]
            pieces = gradient if target in operation.sequences else (gradient,)
            if pieces is None:
                continue
            for i, piece in zip(range(start, stop), pieces, strict=True):
                if piece is not None and wanted[i]:
                    results[i] = fit(xp, brought_back(xp, piece) if short else piece, node, i, conjugate)
    return results


def fit(xp: Any, gradient: Any, node: Node, i: int, conjugate: bool) -> Any:
    """A gradient in the shape of its operand, conjugated back where the rule saw conjugates."""
    shape = None if node.shapes is None else node.shapes[i]
    if shape is not None and gradient.shape != shape:
        gradient = unbroadcast(xp, gradient, shape)
    return xp.conj(gradient) if conjugate and is_complex(gradient) else gradient


def is_complex(value: Any) -> bool:
    """Whether an array or Tensor is complex."""
    from ..dtypes import DType

    dtype = value.dtype
    return (dtype if isinstance(dtype, DType) else from_native(dtype)).is_complex


def edge_spans(operation: Operation, node: Node) -> dict[int, tuple[int, int]]:
    """Which of a node's edges belong to each operand: one, or as many as a sequence operand has items."""
    if operation.spans is not None:
        return operation.spans
    extra = len(node.edges) - len(operation.operands)
    spans: dict[int, tuple[int, int]] = {}
    start = 0
    for operand in operation.operands:
        stop = start + 1 + (extra if operand in operation.sequences else 0)
        spans[operand] = (start, stop)
        start = stop
    return spans


def fill_blanks(node: MultipleNode, grads: Sequence[Any], create_graph: bool) -> tuple[Any, ...]:
    """Zeros for differentiable outputs that no gradient reached."""
    sample = next(g for g in grads if g is not None)
    filled: list[Any] = []
    for grad, blank in zip(grads, node.blanks, strict=True):
        if grad is None and blank is not None:
            shape, dtype, device = blank
            raw = sample._array if create_graph else sample
            grad = NAMESPACES[type(raw)].zeros(shape, dtype=dtype, device=device)
            if create_graph:
                from ..tensor import wrap

                grad = wrap(grad)
        filled.append(grad)
    return tuple(filled)


def rebuilt_saved(operation: Operation, node: Node) -> list[Any]:
    """The saved values with Tensors in place of arrays, joined to the graph by the node's edges."""
    from ..tensor import wrap

    spans = edge_spans(operation, node)

    def join(value: Any, edge: Node | None) -> Any:
        if value is None or isinstance(value, Scalar):
            return value
        return wrap(value, edge)

    rebuilt: list[Any] = []
    for pick, value in zip(operation.saves, node.saved, strict=True):
        if pick.kind == "operand":
            start, stop = spans[pick.position]
            edges = node.edges[start:stop]
            if pick.position in operation.sequences and value is not None:
                value = [join(item, edge) for item, edge in zip(value, edges, strict=True)]
            else:
                value = join(value, edges[0])
        elif pick.kind == "out":
            value = _outputs(node, value, pick.position)
        rebuilt.append(value)
    return rebuilt


def _outputs(node: Node, out: Any, position: int) -> Any:
    from ..tensor import wrap

    if not isinstance(node, MultipleNode):
        return wrap(out, node)
    nodes: list[OutputNode | None] = output_nodes(node, [blank is not None for blank in node.blanks])
    if position >= 0:
        return wrap(out, nodes[position])
    return tuple(wrap(item, output) for item, output in zip(out, nodes, strict=True))
