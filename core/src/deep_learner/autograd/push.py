"""How a node hands its gradient on, in an ordinary backward pass: with raw arrays, specialised by arity.

``push(node, heap)`` takes the node's incoming gradient, applies the rules of the edges that want one, and queues
each parent on its first arrival; one of them it may return in place of queueing it, which saves a chain the heap.
These functions are made once for each operation, when its rules are registered.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappush
from typing import TYPE_CHECKING, Any

from ..namespaces.raw import NAMESPACES
from .unbroadcast import unbroadcast

if TYPE_CHECKING:
    from ..ops.operation import Operation, Rule
    from .graph import Heap, Node, Push

# The saved values that a missing rule asks for.
NO_ARGUMENTS: tuple[int, ...] = ()


def make_push(operation: Operation) -> Push:
    """The push function that fits an operation's operands and rules."""
    rules = operation.rules
    if any(rule.wanted or len(rule.targets) > 1 for rule in rules) or operation.sequences:
        return push_any
    if operation.operands == (0,):
        return _push_unary(rules[0])
    if operation.operands == (0, 1):
        by_target = {rule.targets[0]: rule for rule in rules}
        return _push_binary(by_target.get(0), by_target.get(1))
    return _push_each([(operation.operands.index(rule.targets[0]), rule) for rule in rules])


def deliver(edge: Node, grad: Any, heap: Heap) -> None:
    """Add a gradient to a node's incoming one, and queue the node when it is the first."""
    if edge.grad is None:
        edge.grad = grad
        heappush(heap, (edge.sequence, edge))
    else:
        edge.grad = edge.grad + grad


def push_any(node: Node, heap: Heap) -> None:
    """Any number of operands, rules for several of them, several outputs."""
    grad = node.grad
    node.grad = None
    edges = node.edges
    gradients = node.gradients(grad, False, [edge is not None for edge in edges])
    for edge, gradient in zip(edges, gradients, strict=True):
        if edge is not None and gradient is not None:
            deliver(edge, gradient, heap)


def _push_each(rules: Sequence[tuple[int, Rule]]) -> Push:
    """Three operands or more, or options between them: a rule for each edge."""

    def push(node: Node, heap: Heap) -> None:
        grad = node.grad
        node.grad = None
        edges, saved, shapes = node.edges, node.saved, node.shapes
        namespace = NAMESPACES[type(grad)]
        for side, rule in rules:
            edge = edges[side]
            if edge is None:
                continue
            gradient = rule.function(namespace, grad, *[saved[i] for i in rule.arguments])
            if shapes is not None and gradient.shape != shapes[side]:
                gradient = unbroadcast(namespace, gradient, shapes[side])
            deliver(edge, gradient, heap)

    return push


def _push_unary(declared: Rule) -> Push:
    rule, arguments = declared.function, declared.arguments
    count = len(arguments)

    def push(node: Node, heap: Heap) -> Node | None:
        grad = node.grad
        node.grad = None
        edge: Any = node.edges[0]
        namespace = NAMESPACES[type(grad)]
        if count == 1:
            grad = rule(namespace, grad, node.saved[0])
        elif count == 0:
            grad = rule(namespace, grad)
        else:
            grad = rule(namespace, grad, *[node.saved[i] for i in arguments])
        if node.shapes is not None and grad.shape != node.shapes[0]:
            grad = unbroadcast(namespace, grad, node.shapes[0])
        if edge.grad is not None:
            edge.grad = edge.grad + grad
            return None
        edge.grad = grad
        return edge

    return push


def _push_binary(first: Rule | None, second: Rule | None) -> Push:
    first_rule, first_arguments = (None, NO_ARGUMENTS) if first is None else (first.function, first.arguments)
    second_rule, second_arguments = (
        (None, NO_ARGUMENTS) if second is None else (second.function, second.arguments)
    )
    first_count, second_count = len(first_arguments), len(second_arguments)

    def push(node: Node, heap: Heap) -> Node | None:
        grad = node.grad
        node.grad = None
        edge, second_edge = node.edges
        namespace = NAMESPACES[type(grad)]
        following = None
        if edge is not None and first_rule is not None:
            if first_count == 1:
                gradient = first_rule(namespace, grad, node.saved[first_arguments[0]])
            elif first_count == 0:
                gradient = first_rule(namespace, grad)
            else:
                gradient = first_rule(namespace, grad, *[node.saved[i] for i in first_arguments])
            if node.shapes is not None and gradient.shape != node.shapes[0]:
                gradient = unbroadcast(namespace, gradient, node.shapes[0])
            if edge.grad is None:
                edge.grad = gradient
                following = edge
            else:
                edge.grad = edge.grad + gradient
        if second_edge is not None and second_rule is not None:
            if second_count == 1:
                gradient = second_rule(namespace, grad, node.saved[second_arguments[0]])
            elif second_count == 0:
                gradient = second_rule(namespace, grad)
            else:
                gradient = second_rule(namespace, grad, *[node.saved[i] for i in second_arguments])
            if node.shapes is not None and gradient.shape != node.shapes[1]:
                gradient = unbroadcast(namespace, gradient, node.shapes[1])
            if second_edge.grad is not None:
                second_edge.grad = second_edge.grad + gradient
            else:
                second_edge.grad = gradient
                if following is None:
                    return second_edge
                heappush(heap, (second_edge.sequence, second_edge))
        return following

    return push
