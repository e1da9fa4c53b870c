"""Making the node of an operation that has been computed."""

# Arrays' types are unknown here, and what is written for speed shall not be rewritten for a type checker.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..dtypes import bfloat16, from_native, get_default_dtype
from ..namespaces.raw import NAMESPACES
from ..printing.results import maker
from ..sequences import as_tuple
from ..tensor import Tensor, wrap
from .anomaly import remember_line
from .graph import MultipleNode, Node, next_sequence, output_nodes
from .modes import modes
from .push import push_any
from .rules import edge_spans

if TYPE_CHECKING:
    from ..ops.operation import Operation


def save(
    operation: Operation, raw: Sequence[Any], out: Any, needed: frozenset[int] | None = None
) -> tuple[Any, ...]:
    """What the operation's rules asked for, in the order of ``operation.saves``; None for what is not needed."""
    saved: list[Any] = []
    for i, (kind, position) in enumerate(operation.saves):
        if needed is not None and i not in needed:
            saved.append(None)
        elif kind == "out":
            saved.append(out if position < 0 else out[position])
        elif kind == "operand" or kind == "option":
            saved.append(raw[position])
        elif position in operation.sequences:
            saved.append([getattr(item, kind, ()) for item in raw[position]])
        else:
            saved.append(getattr(raw[position], kind, ()))
    return tuple(saved)


def needed_saves(operation: Operation, node: Node) -> frozenset[int] | None:
    """Which of ``operation.saves`` the rules of the node's edges ask for; None for all of them."""
    if None not in node.edges:
        return None
    pattern = tuple([edge is not None for edge in node.edges])
    needed = operation.needed_saves.get(pattern)
    if needed is None:
        spans = edge_spans(operation, node)
        wanted = {target for target, (start, stop) in spans.items() if any(pattern[start:stop])}
        needed = frozenset(
            i for rule in operation.rules if wanted & set(rule.targets) for i in rule.arguments
        )
        if operation.spans is not None:
            operation.needed_saves[pattern] = needed
    return needed


def finish(operation: Operation, values: Sequence[Any], out: Any, kind: type, recording: bool) -> Any:
    """Tensors of what a forward returned, with a node if ``recording``.

    Parameters
    ----------
    operation, values
        What was called, with one value (Tensor, number, option) for each parameter.
    out
        An array of type ``kind``, a scalar in its place, or a tuple of them.
    kind
        The type of the backend's arrays.
    recording
        Whether some operand requires a gradient and this thread records.
    """
    if isinstance(out, tuple | list):
        arrays = [as_array(item, kind) for item in out]
        tensors = [wrap(array) for array in arrays]
        if recording:
            _join_several(operation, values, arrays, tensors)
        return maker(operation.name, type(out))(tensors)
    out = as_array(out, kind)
    result = wrap(out)
    if recording and (_differentiable(out) or _whole_numbers(operation, values)):
        result._node = fill(Node.__new__(Node), operation, values, out)
    return result


def _whole_numbers(operation: Operation, values: Sequence[Any]) -> bool:
    """Whether an operand that requires a gradient holds integers: then its results do, and still carry gradients."""
    operands = (item for i in operation.operands for item in as_tuple(values[i]))
    return any(
        isinstance(v, Tensor) and v._node is not None and not _differentiable(v._array) for v in operands
    )


def as_array(out: Any, kind: type) -> Any:
    """A result as a proper array: some libraries return scalars in place of 0-d arrays."""
    return out if type(out) is kind else NAMESPACES[kind].backend.from_scalar(out)


def fill(node: Node, operation: Operation, values: Sequence[Any], out: Any) -> Any:
    """Fill in a node for an operation called with ``values``, whose forward gave ``out``."""
    edges: list[Node | None] = []
    shapes: list[Any] = []
    for i in operation.operands:
        value = values[i]
        for item in value if i in operation.sequences and value is not None else (value,):
            edges.append(item._node if isinstance(item, Tensor) else None)
            shapes.append(item._array.shape if isinstance(item, Tensor) else None)
    node.sequence = next_sequence()
    node.operation = operation
    node.push = push_any
    node.grad = None
    node.edges = tuple(edges)
    node.shapes = tuple(shapes)
    if type(node) is Node and operation.push is not None:
        dtype = from_native(out.dtype)
        if not dtype.is_complex and dtype is not bfloat16:  # whose rules need a second look at what they make
            node.push = operation.push
    needed = needed_saves(operation, node) if None in edges else None
    raw = [unwrap(value) for value in values]
    if operation.promote is not None and not isinstance(out, tuple) and not _differentiable(out):
        raw, out = [_as_float(value) for value in raw], _as_float(out)
    node.saved = save(operation, raw, out, needed)
    if modes.anomaly:
        remember_line(node)
    return node


def _as_float(value: Any) -> Any:
    """An integer array in the default float dtype, in which the gradients of integers are."""
    if type(value) not in NAMESPACES:
        return value
    namespace = NAMESPACES[type(value)]
    return namespace.astype(value, getattr(namespace, get_default_dtype().name))


def unwrap(value: Any) -> Any:
    """The array of a Tensor, or those in a list of them; anything else as it is."""
    if isinstance(value, Tensor):
        return value._array
    if type(value) is list:
        return [unwrap(item) for item in value]
    return value


def _join_several(
    operation: Operation, values: Sequence[Any], arrays: Sequence[Any], tensors: Sequence[Tensor]
) -> None:
    """Record an operation with several outputs: a node for it, and one for each differentiable output."""
    parts = operation.view and _whole_numbers(operation, values)  # of integers that carry gradients
    differentiable = [parts or _differentiable(array) for array in arrays]
    if not any(differentiable):
        return
    node = fill(MultipleNode.__new__(MultipleNode), operation, values, tuple(arrays))
    namespace = NAMESPACES[type(arrays[0])]
    backend = namespace.backend
    floating = getattr(namespace, get_default_dtype().name) if parts else None
    node.blanks = tuple(
        (array.shape, floating if parts else array.dtype, backend.native_device(backend.device_of(array)))
        if wanted
        else None
        for array, wanted in zip(arrays, differentiable, strict=True)
    )
    for tensor, output in zip(tensors, output_nodes(node, differentiable), strict=True):
        tensor._node = output


def _differentiable(array: Any) -> bool:
    dtype = from_native(array.dtype)
    return dtype.is_floating_point or dtype.is_complex
