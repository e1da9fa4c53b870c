"""Turning what an array library complains about into PyTorch's exception types, with every operand described."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import LinAlgError, MissingFunctionError, OutOfMemoryError, PositionError
from ..namespaces.raw import NAMESPACES
from ..sequences import as_tuple, is_several
from ..tensor import Tensor
from ..typing import Scalar

if TYPE_CHECKING:
    from .operation import Operation


def describe(value: Any) -> str:
    """A Tensor's shape, dtype and device; a list's items; anything else as it prints, cut short."""
    if isinstance(value, Tensor):
        return f"Tensor of shape {tuple(value.shape)}, {value.dtype.name}, {value.device}"
    if is_several(value) and any(isinstance(item, Tensor) for item in value):
        return "[" + "; ".join(describe(item) for item in value) + "]"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def describe_call(operation: Operation, values: Sequence[Any]) -> str:
    """The operation's operands, and the options that differ from their defaults."""
    lines: list[str] = []
    for i, (name, value) in enumerate(zip(operation.parameters, values, strict=True)):
        if i in operation.operands or value is not operation.defaults[i]:
            lines.append(f"  {name}: {describe(value)}")
    return "\n".join(lines)


def apart(operation: Operation, values: Sequence[Any]) -> str:
    """That tensors of several devices or backends cannot meet, and how to move them."""
    return (
        f"{operation.name}() expected all tensors to be on the same device and backend; move them first, "
        f"as in y = y.to(x.device) or y = y.to(backend={_tensors(operation, values)[0].backend!r})\nReceived:\n"
        f"{describe_call(operation, values)}"
    )


def _tensors(operation: Operation, values: Sequence[Any]) -> list[Tensor]:
    """The Tensors among the operands."""
    return [item for i in operation.operands for item in as_tuple(values[i]) if isinstance(item, Tensor)]


def _devices(operation: Operation, values: Sequence[Any]) -> set[Any]:
    """Where the operands with dimensions live."""
    return {tensor.device for tensor in _tensors(operation, values) if tensor.ndim}


def _sizes_that_differ(operation: Operation, values: Sequence[Any]) -> str:
    """Which sizes keep the operands from broadcasting; empty if none do."""
    shapes = [tuple(tensor.shape) for tensor in _tensors(operation, values)]
    for place in range(1, 1 + max(map(len, shapes), default=0)):
        sizes = [shape[-place] for shape in shapes if len(shape) >= place and shape[-place] != 1]
        if len({*sizes}) > 1:
            return (
                f"the shapes {' and '.join(map(str, shapes))} do not broadcast: in dimension {-place} they have "
                f"the sizes {' and '.join(map(str, sizes))}. Sizes, counted from the last, must be equal or 1: "
                "reshape(), unsqueeze() or transpose() one of them"
            )
    return ""


def raise_explained(operation: Operation, error: Exception, values: Sequence[Any]) -> NoReturn:
    """Raise what a forward raised as PyTorch's exception type, with the call described.

    An error inside a composite passes here once for each operation on its way out: only the outermost, which the user
    called, describes it.
    """
    root = getattr(error, "root", error)
    told = _told(operation, root, values)
    if told is root:
        raise root
    told.root = root  # type: ignore[attr-defined]
    raise told from root


def _number_for_tensor(operation: Operation, values: Sequence[Any]) -> str:
    """Which operand is a number where the forward wants an array; empty if none is."""
    for i in operation.operands:
        name = operation.parameters[i]
        if isinstance(values[i], Scalar) and "Scalar" not in str(operation.forward.__annotations__[name]):
            kind = type(values[i]).__name__
            return (
                f"argument {name!r} must be Tensor, not {kind}; make one of it with deep_learner.tensor(...)"
            )
    return ""


def _told(operation: Operation, error: Exception, values: Sequence[Any]) -> Exception:
    if len(_devices(operation, values)) > 1:
        return RuntimeError(apart(operation, values))
    for tensor in _tensors(operation, values)[:1]:
        error = NAMESPACES[type(tensor._array)].backend.explained(error)
    if isinstance(error, OutOfMemoryError):
        return OutOfMemoryError(f"{operation.name}(): {error}\nReceived:\n{describe_call(operation, values)}")
    if isinstance(error, MissingFunctionError):
        error.args = (f"{operation.name}() cannot run here: {error}\n{describe_call(operation, values)}",)
        return error.with_traceback(None)
    number = _number_for_tensor(operation, values) if isinstance(error, AttributeError | TypeError) else ""
    if number:
        return TypeError(f"{operation.name}(): {number}")
    library = isinstance(error, ValueError)  # our own forwards raise RuntimeError, and say more
    reason = _sizes_that_differ(operation, values) if library and "broadcast" in str(error) else ""
    text = f"{operation.name}(): {reason or error}\nReceived:\n{describe_call(operation, values)}"
    if isinstance(error, IndexError) and str(error) == "tuple index out of range":  # a shape's
        return RuntimeError(
            f"{operation.name}(): an operand has too few dimensions\nReceived:\n{describe_call(operation, values)}"
        )
    if isinstance(error, PositionError):
        return PositionError(text)
    if isinstance(error, IndexError):  # first: NumPy's AxisError is an IndexError and a ValueError
        return IndexError(text)
    if isinstance(error, TypeError):
        return TypeError(text)
    if isinstance(error, NotImplementedError):
        return NotImplementedError(text)
    if isinstance(error, LinAlgError):
        return LinAlgError(text)
    if isinstance(error, RuntimeError | ValueError | ArithmeticError):
        return RuntimeError(text)
    error.add_note(f"in {operation.name}()\n{describe_call(operation, values)}")
    return error
