"""Calling an operation: from Tensors to arrays, to the forward, and back to Tensors with a node.

``apply`` does it for every operation. Operations with one or two operands called with nothing else take a
shortcut, made by :mod:`.fast`, which falls back to ``apply`` whenever something is out of the ordinary.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import backends
from ..autograd.modes import is_grad_enabled
from ..autograd.record import as_array, finish, unwrap
from ..autograd.short_dtypes import brought_back, short_dtype
from ..autograd.views import track
from ..dtypes import DType, bfloat16, complex32, complex64
from ..namespaces.raw import NAMESPACES
from ..printing.nodes import COMPOSITES, label
from ..printing.results import maker
from ..sequences import is_several
from ..size import SymbolicSize
from ..tensor import Tensor, wrap
from ..typing import SCALARS
from . import autocasting, fast
from .messages import raise_explained
from .operation import Operation
from .out import computed_into
from .promotion import promote
from .refusing import check_kind, documented


def apply(operation: Operation, values: list[Any]) -> Any:
    """Apply an operation to bound arguments.

    Parameters
    ----------
    operation
        What to apply.
    values
        One value for each of its parameters, in order.

    Returns
    -------
    Tensor or tuple of Tensor
        As the forward returns arrays.
    """
    tensors = unwrap_operands(operation, values)
    dtypes = {tensor.dtype for tensor in tensors}
    if complex32 in dtypes and not (operation.view or operation.name == "astype"):
        return in_complex64(operation, values, short_dtype(dtypes))
    if operation.computes_in and tensors[0].is_complex():
        dtype = operation.option(values, "dtype")
        if dtype is not None:  # rules know operands of one kind
            values[0] = tensors[0] = tensors[0].to(dtype)
    if operation.promote is not None:
        promote(operation, values, tensors)
    elif operation.refuses:
        check_kind(operation, tensors[0].dtype, values)
    recording = operation.differentiable and any(t._node is not None for t in tensors) and is_grad_enabled()
    short = (
        bfloat16 in dtypes and short_dtype(dtypes) is bfloat16 and operation.option(values, "dtype") is None
    )
    if (recording or operation.view) and not operation.rules:
        result = apply_composite(operation, values, NAMESPACES[tensors[0]._array.__class__].backend)
        return brought_back(tensor_namespace(), result) if short else result
    kind = tensors[0]._array.__class__
    try:
        out = operation.call(operation.implementations[kind], [unwrap(value) for value in values])
    except Exception as error:
        raise_explained(operation, error, values)
    if short:
        out = brought_back(NAMESPACES[kind], out)
    result = finish(operation, values, out, kind, recording)
    if operation.view:
        track(operation, values[0], values[1:], result)
    return result


def in_complex64(operation: Operation, values: list[Any], short: DType | None) -> Any:
    """Apply an operation to complex32, with which no library computes; the casts are recorded.

    `short` is complex32 if that is the operands' common dtype, so that the results are brought back to it.
    """

    def wide(value: Any) -> Any:
        if isinstance(value, list):
            return [wide(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        return value.to(complex64) if isinstance(value, Tensor) and value.dtype is complex32 else value

    result = apply(operation, [wide(value) for value in values])
    if short is None or operation.option(values, "dtype") is not None:
        return result
    return brought_back(tensor_namespace(), result, complex32)


def tensor_namespace() -> Any:
    """The namespace of Tensors, which is made of operations."""
    from ..namespaces import tensor

    return tensor


def apply_composite(operation: Operation, values: list[Any], backend: backends.Backend) -> Any:
    """Run an operation without rules in the Tensor namespace, so that what it is made of is recorded."""
    forward = functools.partial(operation.forward, tensor_namespace())
    if autocasting.switch.on:
        forward = autocasting.suspended()(forward)
    try:
        with backends.serving(backend):  # what it makes on its operands' device is of their backend
            result: Any = operation.call(forward, values)
    except Exception as error:
        raise_explained(operation, error, values)
    if operation.name in COMPOSITES:
        label(operation.name, values, result)
    return maker(operation.name, result.__class__)(result) if hasattr(result, "_fields") else result


def unwrap_operands(operation: Operation, values: list[Any]) -> list[Tensor]:
    """All Tensors among the operands, after raw arrays have been wrapped and the backends compared.

    Raises
    ------
    TypeError
        If an operand is no tensor, or none is.
    RuntimeError
        If the tensors live in different backends.
    """
    found: list[Tensor] = []
    for i in operation.operands:
        value = values[i]
        if isinstance(value, Tensor):
            found.append(value)
        elif i in operation.sequences and is_several(value):
            values[i] = items = [_operand(operation, i, item) for item in value]
            for item in items:
                if isinstance(item, SCALARS):
                    raise TypeError(
                        f"{operation.name}(): {operation.parameters[i]} must be Tensors. Received among them: "
                        f"{item!r}; make a tensor of it with deep_learner.tensor(...)"
                    )
            found.extend(item for item in items if isinstance(item, Tensor))
        elif value is not None:
            values[i] = value = _operand(operation, i, value)
            if isinstance(value, Tensor):
                found.append(value)
        elif i not in operation.optional:
            raise TypeError(
                f"{operation.name}(): argument {operation.parameters[i]!r} must be Tensor, not NoneType"
            )
    if not found:
        if any(
            i in operation.sequences and is_several(values[i]) and not len(values[i])
            for i in operation.operands
        ):
            kind = ValueError if operation.name == "concat" else RuntimeError
            raise kind(f"{operation.name}() expects a non-empty list of Tensors")
        raise TypeError(
            f"{operation.name}() needs a Tensor among "
            f"{', '.join(operation.parameters[i] for i in operation.operands)}. "
            f"Received: {', '.join(type(values[i]).__name__ for i in operation.operands)}"
        )
    kind = found[0]._array.__class__
    for tensor in found:
        if type(tensor._array) is not kind:
            from .mixing import bring_together

            return bring_together(operation, values, found)
    return found


def _operand(operation: Operation, position: int, value: Any) -> Any:
    """An operand that is not a Tensor: a number or None as it is, an array of a loaded backend wrapped."""
    if value is None or isinstance(value, Tensor):
        return value
    for kind in SCALARS:
        if isinstance(value, kind):  # array libraries take NumPy's float64, a float, for an array
            return value if isinstance(value, SymbolicSize) else kind(value)
    try:
        return wrap(as_array(value, NAMESPACES[type(value)].backend.array_types[0]))
    except TypeError:
        raise TypeError(
            f"{operation.name}(): {operation.parameters[position]} must be a Tensor or a number. "
            f"Received: {type(value).__name__}; make a tensor of it with deep_learner.tensor(...)"
        ) from None


def public_function(operation: Operation) -> Any:
    """The function that users call, with the forward's signature and documentation."""
    general = functools.partial(apply, operation)
    bind = operation.bind

    def full(*args: Any, **kwargs: Any) -> Any:
        target = kwargs.pop("out", None)
        if target is not None:
            return computed_into(target, function, args, kwargs)
        return general(bind(args, kwargs))

    function: Any = fast.shortcut(operation, full, operation.implementations) or full
    if operation.autocast is not None:
        casting = _casting(operation, function, full)
        function = fast.shortcut(operation, casting) or casting
    forward = operation.forward
    functools.update_wrapper(function, forward)
    function.__doc__ = documented(operation)
    function.__wrapped__ = functools.partial(forward, None)  # the signature that users see has no namespace
    function.__name__ = function.__qualname__ = operation.name
    function.operation = operation
    function.vjp = functools.partial(_vjp, operation)
    operation.apply = function
    return function


def _casting(
    operation: Operation, function: Callable[..., Any], full: Callable[..., Any]
) -> Callable[..., Any]:
    """The general way of a marked operation, which its shortcut always takes while autocast is on."""

    def casting(*args: Any, **kwargs: Any) -> Any:
        if not autocasting.switch.on or kwargs.get("out") is not None:  # a given tensor keeps its dtype
            return full(*args, **kwargs)
        values = operation.bind(args, kwargs)
        autocasting.cast_operands(operation, values)
        return operation.call(function, values)

    return casting


def _vjp(operation: Operation, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(rule: Callable[..., Any]) -> Callable[..., Any]:
        operation.add_rule(rule, names)
        return rule

    return register
