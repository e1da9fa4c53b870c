"""What NumPy's kernels write for NumPy's sake, said as C would rather hear it; on a copy of the plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from deep_learner.compiler import Constant, Node, Plan, Value, replaced
from deep_learner.compiler.group import ELEMENTWISE, operands
from deep_learner_c.expressions import ELEMENTWISE as FURTHER
from deep_learner_c.part import dtype_of, shape_of
from deep_learner_c.views import contiguous
from deep_learner_numpy.compiler.buffers import dense_strides

__all__ = ["simplified"]


def simplified(plan: Plan) -> Plan:
    """A plan of values and nodes of its own, which others may change."""
    same: dict[Value, Value] = {}

    def own(value: Value) -> Value:
        if value not in same:
            alias = None if value.alias is None else own(value.alias)
            same[value] = Value(value.number, value.shape, value.dtype, value.strides, alias)
        return same[value]

    def now(one: Any) -> Any:
        return own(one) if isinstance(one, Value) else one

    nodes: list[Node] = []
    kept = {own(value).root for value in plan.kept()}
    results = {value.root for value in plan.results}
    for node in plan.nodes:
        args = replaced(node.args, now)
        kwargs = {key: replaced(one, now) for key, one in node.kwargs.items()}
        if _is_whole(node) and node.outputs[0] not in results:
            same[node.outputs[0]] = args[0]
            continue
        outputs = tuple(map(own, node.outputs))
        if outputs[0].root not in kept:
            _follow_operands(Node(node.operation, args, kwargs, outputs, node.several))
        nodes.append(_changed(Node(node.operation, args, kwargs, outputs, node.several, node.line)))
    writes = [(own(source), own(value)) for source, value in plan.writes]
    return Plan(nodes, [*map(own, plan.inputs)], writes, [*map(own, plan.results)])


def _follow_operands(node: Node) -> None:
    """Let what is computed element by element lie as an operand does, though NumPy made it row after row."""
    output = node.outputs[0]
    known = node.operation in ELEMENTWISE or node.operation in FURTHER
    if (
        not known
        or node.several
        or output.alias is not None
        or output.strides is None
        or len(output.shape) < 2
    ):
        return
    lying = [
        tuple(stride // one.dtype.itemsize for stride in one.strides)
        for one in operands(node)
        if isinstance(one, Value)
        and one.shape == output.shape
        and one.strides is not None
        and dense_strides(Value(0, one.shape, one.dtype, one.strides)) is not None
    ]
    if len(output.shape) > 2:  # with the channels last, say, if anything does
        lying.sort(key=lambda steps: steps == contiguous(output.shape, 1))
    if lying:
        output.strides = tuple(step * output.dtype.itemsize for step in lying[0])


def _is_whole(node: Node) -> bool:
    """Whether a node puts an array into zeros of the same shape."""
    if node.operation != "ops.slice_embed" or not isinstance(node.args[0], Value):
        return False
    source, key, shape = node.args
    if source.shape != tuple(shape) or not isinstance(key, tuple):
        return False
    return all(one is ... or (isinstance(one, slice) and one.step in (None, 1)) for one in key)


def _changed(node: Node) -> Node:
    output = node.outputs[0]
    if node.operation == "matmul":
        first, second = node.args
        if _ones(first) and len(second.shape) == 2:
            return Node("sum", (second,), {"axis": (0,)}, node.outputs, line=node.line)
        if _ones(second) and len(first.shape) == 2:
            return Node("sum", (first,), {"axis": (1,)}, node.outputs, line=node.line)
    elif (
        node.operation in ELEMENTWISE
        and node.operation != "broadcast_to"
        and not node.kwargs
        and not node.several
    ):
        args = tuple(_as_number(one, node) for one in node.args)
        if args != node.args:
            return Node(node.operation, args, {}, (output,), line=node.line)
    return node


def _ones(one: Any) -> bool:
    return (
        isinstance(one, Constant)
        and one.array.ndim == 1
        and one.array.dtype.kind == "f"
        and bool((one.array == 1).all())
    )


def _as_number(one: Any, node: Node) -> Any:
    """A constant whose elements are all the same as a number, if the result is of the same shape and dtype with it."""
    if not isinstance(one, Constant) or one.array.size == 0 or one.array.dtype.kind not in "fib":
        return one
    others = [other for other in operands(node) if other is not one]
    shapes, dtypes = [*map(shape_of, others)], [*map(dtype_of, others)]
    if not others or None in dtypes or np.broadcast_shapes(*shapes) != node.outputs[0].shape:
        return one
    flat = one.array.reshape(-1)
    if np.result_type(*dtypes) != np.result_type(*dtypes, one.array.dtype):
        return one
    return flat[0].item() if flat[:1].tobytes() * flat.size == flat.tobytes() else one
