"""Shortcuts for the plain cases: Tensors of one real floating dtype, one of them with options or several without.

Whatever is out of the ordinary (other dtypes, another backend, wrong types, an error) goes to the general way of
:mod:`.dispatch`. These functions are written out, not factored: each line costs every operation some nanoseconds.
"""

# Arrays' types are unknown here, and what is written for speed shall not be rewritten for a type checker.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportOptionalMemberAccess=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..autograd.anomaly import remember_line
from ..autograd.graph import RealNode, next_sequence
from ..autograd.modes import local, modes
from ..autograd.push import push_any
from ..autograd.record import finish, needed_saves, save
from ..autograd.short_dtypes import IS_SHORT
from ..autograd.views import track
from ..dtypes import SIGNED, UNSIGNED
from ..namespaces.raw import INTEGER_TYPES, NAMESPACES, REAL_TYPES
from ..tensor import Tensor
from .operation import MISSING, SAVE_CROSSWISE, SAVE_FIRST, SAVE_NOTHING, SAVE_OUT, Operation

Implementations: TypeAlias = Mapping[type, Callable[..., Any]]

new = object.__new__
NUMBERS = frozenset({float, int})
WORD = 2**63  # what int64 does not hold


def shortcut(
    operation: Operation, full: Callable[..., Any], implementations: Implementations | None = None
) -> Callable[..., Any] | None:
    """The shortcut of an operation, or None if its operands do not lead, or have options beside them.

    Parameters
    ----------
    operation
        What is applied.
    full
        The general way.
    implementations
        The forward for each array type; where there is none, the general way is taken. By default
        ``operation.direct``.
    """
    if implementations is None:
        implementations = operation.direct
    count = len(operation.operands)
    if (
        operation.operands != tuple(range(count))
        or operation.sequences
        or not 0 < count <= operation.positional
    ):
        return None
    if count == 1 and (len(operation.parameters) > 1 or operation.view):
        return unary_with_options(operation, full, implementations)
    if len(operation.parameters) > count or operation.view:
        return None
    if count > 2:
        return several(operation, full, implementations)
    return renamed((unary, binary)[count - 1](operation, full, implementations), operation.parameters)


def renamed(shortcut: Any, parameters: tuple[str, ...]) -> Any:
    """Give a shortcut the operation's own parameter names, so that they work as keywords and cost nothing."""
    code = shortcut.__code__
    shortcut.__code__ = code.replace(co_varnames=(*parameters, *code.co_varnames[len(parameters) :]))
    return shortcut


def _dtypes(operation: Operation) -> tuple[bool, bool]:
    """Whether operands of any dtype are taken as they are, and whether integers are."""
    plain = operation.promote in (None, "arithmetic")
    return plain and not operation.refuses, plain and not operation.refuses & {SIGNED, UNSIGNED}


def unary(
    operation: Operation, full: Callable[..., Any], implementations: Implementations
) -> Callable[..., Any]:
    """``apply(input)`` for an operation of one operand and no options."""
    differentiable = operation.differentiable
    any_dtype, integers = _dtypes(operation)

    def apply(input: Any, *, out: Any = None) -> Any:
        if out is not None:
            return full(input, out=out)
        try:
            array = input._array
            edge = input._node
        except AttributeError:
            return full(input)
        kind = type(array)
        if edge is not None:
            if not differentiable or not (modes.default or local.enabled):
                edge = None
            elif operation.push is None or not (edge.real or array.dtype in REAL_TYPES[kind]):
                return full(input)
        if edge is None and (
            IS_SHORT[kind][array.dtype]
            if any_dtype
            else array.dtype not in REAL_TYPES[kind] and not (integers and array.dtype in INTEGER_TYPES[kind])
        ):
            return full(input)
        try:
            out = implementations[kind](array)
        except Exception:
            out = None
        if type(out) is not kind:
            if out is None:
                return full(input)  # fails again, and says how
            if isinstance(out, tuple | list):
                return finish(operation, (input,), out, kind, edge is not None)
            out = NAMESPACES[kind].backend.from_scalar(out)
        result = new(Tensor)
        result._array = out
        if edge is None:
            result._node = None
            return result
        result._node = node = new(RealNode)
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
            node.saved = save(operation, (array,), out)
        if modes.anomaly:
            remember_line(node)
        return result

    return apply


def binary(
    operation: Operation, full: Callable[..., Any], implementations: Implementations
) -> Callable[..., Any]:
    """``apply(input, other)`` for an operation of two operands, of which ``other`` may be a Python number."""
    differentiable = operation.differentiable
    any_dtype, integers = _dtypes(operation)
    of_integers = integers and operation.promote == "arithmetic"

    def apply(input: Any, other: Any, *, out: Any = None) -> Any:
        if out is not None:
            return full(input, other, out=out)
        try:
            first = input._array
            edge = input._node
            if type(other) in NUMBERS:
                second, second_edge, plain = other, None, False
            else:
                second = other._array
                second_edge = other._node
                plain = any_dtype
                if first.dtype is not second.dtype or type(first) is not type(second):
                    return full(input, other)  # libraries may share their dtypes
        except AttributeError:
            return full(input, other)
        kind = type(first)
        recording = False
        if edge is not None or second_edge is not None:
            if differentiable and (modes.default or local.enabled):
                known = second_edge.real if edge is None else edge.real
                if operation.push is None or not (known or first.dtype in REAL_TYPES[kind]):
                    return full(input, other)
                recording = True
        if not recording and (IS_SHORT[kind][first.dtype] if plain else first.dtype not in REAL_TYPES[kind]):
            if first.dtype not in INTEGER_TYPES[kind] or not (
                of_integers and type(other) is int and -WORD <= other < WORD
                if type(other) in NUMBERS
                else integers
            ):
                return full(input, other)
        try:
            out = implementations[kind](first, second)
        except Exception:
            out = None
        if type(out) is not kind:
            if out is None:
                return full(input, other)  # fails again, and says how
            if isinstance(out, tuple | list):
                return finish(operation, (input, other), out, kind, recording)
            out = NAMESPACES[kind].backend.from_scalar(out)
        result = new(Tensor)
        result._array = out
        if not recording:
            result._node = None
            return result
        result._node = node = new(RealNode)
        node.sequence = next_sequence()
        node.operation = operation
        node.push = operation.push
        node.grad = None
        node.edges = (edge, second_edge)
        # A number has no shape of its own, and equal shapes were not broadcast.
        same = type(second) is not kind or first.shape == second.shape
        node.shapes = None if same else (first.shape, second.shape)
        code = operation.save_code
        if code == SAVE_NOTHING:
            node.saved = ()
        elif code == SAVE_CROSSWISE:
            node.saved = (None if edge is None else second, None if second_edge is None else first)
        elif edge is not None and second_edge is not None:
            node.saved = save(operation, (first, second), out)
        else:
            node.saved = save(operation, (first, second), out, operation.needed[edge is None])
        if modes.anomaly:
            remember_line(node)
        return result

    return apply


def unary_with_options(
    operation: Operation, full: Callable[..., Any], implementations: Implementations
) -> Callable[..., Any]:
    """``apply(input, ...)`` for an operation of one operand and some options, or one that makes views."""
    differentiable = operation.differentiable
    any_dtype, _ = _dtypes(operation)
    view = operation.view
    keywords = operation.keywords
    positional = operation.positional
    defaults = tuple(operation.defaults)
    whole = () if MISSING in defaults[1:] else defaults[1:]

    def apply(input: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            array = input._array
            edge = input._node
        except AttributeError:
            return full(input, *args, **kwargs)
        if not args and not kwargs and (whole or len(defaults) == 1):
            options = whole
        elif not kwargs and len(args) == positional - 1 and not keywords:
            options = args
        elif "out" in kwargs:
            return full(input, *args, **kwargs)
        else:
            options = tuple(operation.bind((input, *args), kwargs)[1:])
        kind = type(array)
        if edge is not None and not (differentiable and (modes.default or local.enabled)):
            edge = None
        if edge is not None or not any_dtype:
            if array.dtype not in REAL_TYPES[kind]:
                return full(input, *args, **kwargs)
        elif not view and IS_SHORT[kind][array.dtype]:
            return full(input, *args, **kwargs)
        if (edge is not None or view) and operation.push is None:
            return full(input, *args, **kwargs)
        try:
            if options is whole:
                out = implementations[kind](array)
            elif keywords:
                out = operation.call(implementations[kind], (array, *options))
            else:
                out = implementations[kind](array, *options)
        except Exception:
            out = None
        if type(out) is not kind:
            if out is None:
                return full(input, *args, **kwargs)  # fails again, and says how
            if isinstance(out, tuple | list):
                result = finish(operation, (input, *options), out, kind, edge is not None)
                if view:
                    track(operation, input, options, result)
                return result
            out = NAMESPACES[kind].backend.from_scalar(out)
        result = new(Tensor)
        result._array = out
        if edge is None:
            result._node = None
        else:
            result._node = node = new(RealNode)
            node.sequence = next_sequence()
            node.operation = operation
            node.push = operation.push or push_any
            node.grad = None
            node.edges = (edge,)
            node.shapes = (array.shape,)
            node.saved = save(operation, (array, *options), out)
            if modes.anomaly:
                remember_line(node)
        if view:
            track(operation, input, options, result)
        return result

    return apply


def several(
    operation: Operation, full: Callable[..., Any], implementations: Implementations
) -> Callable[..., Any]:
    """``apply(a, b, c, ...)`` for an operation of three operands or more and no options; the last may be left out."""
    differentiable = operation.differentiable
    count = len(operation.operands)
    defaults = tuple(operation.defaults)
    required = sum(default is MISSING for default in defaults)

    def apply(*args: Any, **kwargs: Any) -> Any:
        if kwargs or not required <= len(args) <= count:
            return full(*args, **kwargs)
        args += defaults[len(args) :]
        try:
            first = args[0]._array
            dtype = first.dtype
            arrays: list[Any] = [first]
            edges: list[Any] = [args[0]._node]
            for value in args[1:]:
                if value is None:
                    arrays.append(None)
                    edges.append(None)
                    continue
                array = value._array
                if array.dtype is not dtype or type(array) is not type(first):
                    return full(*args)
                arrays.append(array)
                edges.append(value._node)
        except AttributeError:
            return full(*args)
        kind = type(first)
        if dtype not in REAL_TYPES[kind]:
            return full(*args)
        recording = differentiable and any(edges) and (modes.default or local.enabled)
        if recording and operation.push is None:
            return full(*args)
        try:
            out = implementations[kind](*arrays)
        except Exception:
            out = None
        if type(out) is not kind:
            if out is None:
                return full(*args)  # fails again, and says how
            return finish(operation, args, out, kind, recording)
        result = new(Tensor)
        result._array = out
        if not recording:
            result._node = None
            return result
        result._node = node = new(RealNode)
        node.sequence = next_sequence()
        node.operation = operation
        node.push = operation.push or push_any
        node.grad = None
        node.edges = tuple(edges)
        node.shapes = tuple([None if array is None else array.shape for array in arrays])
        node.saved = save(operation, arrays, out, needed_saves(operation, node))
        if modes.anomaly:
            remember_line(node)
        return result

    return apply
