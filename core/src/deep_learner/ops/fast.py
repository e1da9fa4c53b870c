"""The shortcut for operations of one or two operands called with nothing else.

It serves real floating-point Tensors of one dtype, and Python numbers beside them; whatever is out of the
ordinary (other dtypes, another backend, wrong types) goes to the general way of :mod:`.dispatch`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.anomaly import remember_line
from ..autograd.graph import Node, next_sequence
from ..autograd.modes import local, modes
from ..autograd.record import finish, save
from ..namespaces.raw import NAMESPACES, REAL_TYPES
from ..tensor import Tensor
from .operation import MISSING, SAVE_CROSSWISE, SAVE_FIRST, SAVE_NOTHING, SAVE_OUT, Operation

new = object.__new__
NUMBERS = frozenset({float, int})


def shortcut(operation: Operation, full: Callable[..., Any]) -> Callable[..., Any] | None:
    """The shortcut of an operation, or None if its operands are not its one or two leading parameters."""
    count = len(operation.operands)
    if operation.operands not in ((0,), (0, 1)) or operation.sequences or operation.view:
        return None
    if any(default is MISSING for default in operation.defaults[count:]):
        return None
    call = (unary if count == 1 else binary)(operation, full)
    return call if len(operation.parameters) == count else _with_options(call, full, count)


def _with_options(call: Callable[..., Any], full: Callable[..., Any], count: int) -> Callable[..., Any]:
    def apply(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != count:
            return full(*args, **kwargs)
        return call(*args)

    return apply


def unary(operation: Operation, full: Callable[..., Any]) -> Callable[..., Any]:
    """``apply(input)`` for an operation of one operand."""
    implementations = operation.implementations
    differentiable = operation.differentiable

    def apply(input: Any) -> Any:
        try:
            array = input._array
            kind = type(array)
            if array.dtype not in REAL_TYPES[kind]:
                return full(input)
        except AttributeError:
            return full(input)
        edge = input._node if differentiable else None
        if edge is not None:
            if not (modes.default or local.enabled):
                edge = None
            elif operation.push is None:
                return full(input)
        try:
            out = implementations[kind](array)
        except Exception:
            return full(input)  # fails again, and says how
        if type(out) is not kind:
            if isinstance(out, tuple | list):
                return finish(operation, [input, *operation.defaults[1:]], out, kind, edge is not None)
            out = NAMESPACES[kind].backend.asarray(out)
        result = new(Tensor)
        result._array = out
        result._view = None
        if edge is None:
            result._node = None
            return result
        result._node = node = new(Node)
        node.sequence = next_sequence()
        node.operation = operation
        node.push = operation.push
        node.grad = None
        node.edges = (edge,)
        node.shapes = None
        code = operation.save_code
        if code == SAVE_OUT:
            node.saved = (out,)
        elif code == SAVE_FIRST:
            node.saved = (array,)
        elif code == SAVE_NOTHING:
            node.saved = ()
        else:
            node.saved = save(operation, (array, *operation.defaults[1:]), out)
        if modes.anomaly:
            remember_line(node)
        return result

    return apply


def binary(operation: Operation, full: Callable[..., Any]) -> Callable[..., Any]:
    """``apply(input, other)`` for an operation of two operands, one of which may be a Python number."""
    implementations = operation.implementations
    differentiable = operation.differentiable

    def apply(input: Any, other: Any) -> Any:
        shapes = second_edge = None
        try:
            if type(other) in NUMBERS:
                first, second, edge = input._array, other, input._node
                array = first
            elif type(input) in NUMBERS:
                first, second, edge, second_edge = input, other._array, None, other._node
                array = second
            else:
                first, second, edge, second_edge = input._array, other._array, input._node, other._node
                array = first
                if first.dtype is not second.dtype:
                    return full(input, other)
                if first.shape != second.shape:
                    shapes = (first.shape, second.shape)
            kind = type(array)
            if array.dtype not in REAL_TYPES[kind]:
                return full(input, other)
        except AttributeError:
            return full(input, other)
        recording = (edge is not None or second_edge is not None) and differentiable
        if recording:
            if not (modes.default or local.enabled):
                recording = False
            elif operation.push is None:
                return full(input, other)
        try:
            out = implementations[kind](first, second)
        except Exception:
            return full(input, other)  # fails again, and says how
        if type(out) is not kind:
            if isinstance(out, tuple | list):
                return finish(operation, [input, other, *operation.defaults[2:]], out, kind, recording)
            out = NAMESPACES[kind].backend.asarray(out)
        result = new(Tensor)
        result._array = out
        result._view = None
        if not recording:
            result._node = None
            return result
        result._node = node = new(Node)
        node.sequence = next_sequence()
        node.operation = operation
        node.push = operation.push
        node.grad = None
        node.edges = (edge, second_edge)
        node.shapes = shapes
        code = operation.save_code
        if code == SAVE_NOTHING:
            node.saved = ()
        elif code == SAVE_CROSSWISE:
            node.saved = (None if edge is None else second, None if second_edge is None else first)
        else:
            node.saved = save(operation, (first, second, *operation.defaults[2:]), out)
        if modes.anomaly:
            remember_line(node)
        return result

    return apply
