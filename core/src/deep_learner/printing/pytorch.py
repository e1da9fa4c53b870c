"""PyTorch's printed form of tensors, to the character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..dtypes import bfloat16, bool_, get_default_dtype, int64
from ..tensor import Tensor
from .numbers import Text, complex_format, exact_format, leaves, real_format
from .options import Options, current

if TYPE_CHECKING:
    from ..dtypes import DType
    from ..sparse import SparseTensor

__all__ = ["pytorch_text", "sparse_text"]


def pytorch_text(tensor: Tensor, tensor_contents: str | None = None) -> str:
    """The tensor as PyTorch prints it: its values, and behind them what cannot be seen in these.

    Parameters
    ----------
    tensor
        Of any type derived from Tensor, whose name then stands in front.
    tensor_contents
        What to write in place of the values.
    """
    from ..nn.parameter import Buffer, Parameter

    options = current()
    kind = type(tensor)
    plain = kind in (Tensor, Parameter, Buffer)
    head = "tensor(" if plain else f"{kind.__name__}("
    facts = _device(tensor)
    empty, shape = not tensor.numel(), tuple(tensor.shape)
    if (len(shape) != 1) if empty else not options.edgeitems:
        facts.append(f"size={shape}")
    if tensor.dtype is not get_default_dtype() and (empty or not _is_usual(tensor.dtype)):
        facts.append(f"dtype=torch.{tensor.dtype.name}")
    facts += _graph(tensor)
    contents = values_text(tensor, len(head)) if tensor_contents is None else tensor_contents
    text = _joined(head + contents, facts, len(head), options)
    return text if plain or not isinstance(tensor, Parameter) else f"Parameter({text})"


def sparse_text(tensor: SparseTensor) -> str:
    """A sparse tensor as PyTorch prints it: the positions and the values of its elements."""
    options, head = current(), "tensor("
    parts: list[str] = []
    for name, part in (("indices", tensor._indices()), ("values", tensor._values())):
        prefix = f"{name}=tensor("
        size = "" if part.numel() else f", size={tuple(part.shape)}"
        parts.append(f"{prefix}{values_text(part, len(head) + len(prefix))}{size})")
    facts = [*_device(tensor), f"size={tuple(tensor.shape)}", f"nnz={tensor._nnz()}"]
    if not _is_usual(tensor.dtype):
        facts.append(f"dtype=torch.{tensor.dtype.name}")
    facts.append("layout=torch.sparse_coo")
    contents = f"{head}{parts[0]},\n{' ' * len(head)}{parts[1]}"
    return _joined(contents, facts, len(head), options, new_line=True)


def _device(tensor: Tensor | SparseTensor) -> list[str]:
    device = tensor.device
    return [] if device.type == "cpu" else [f"device='{device._text}'"]


def _is_usual(dtype: DType) -> bool:
    """Whether the values let one guess the dtype."""
    default = get_default_dtype()
    return dtype in (default, default.to_complex(), int64, bool_)


def _graph(tensor: Tensor) -> list[str]:
    if tensor.grad_fn is not None:
        return [f"grad_fn=<{tensor.grad_fn.name()}>"]
    return ["requires_grad=True"] if tensor.requires_grad else []


def _joined(text: str, facts: Sequence[str], indent: int, options: Options, new_line: bool = False) -> str:
    """The facts behind the text, those that the line has no room for (or the first one anyway) on the next one."""
    used = options.linewidth if new_line else len(text) - text.rfind("\n") + 1
    for fact in facts:
        if used + len(fact) + 2 > options.linewidth:
            text += f",\n{' ' * indent}{fact}"
            used = indent + len(fact)
        else:
            text += f", {fact}"
            used += len(fact) + 2
    return text + ")"


def values_text(tensor: Tensor, indent: int) -> str:
    """The tensor's values in brackets, in lines that begin ``indent`` characters further right but for the first."""
    options = current()
    if not tensor.numel():
        return "[]"
    shape = tuple(tensor.shape)
    tensor = tensor.detach()
    edge = None
    if tensor.numel() > options.threshold and shape:
        edge = options.edgeitems
        if not edge:
            return "[...]"
        tensor = _edges(tensor, edge)
    values = _listed(tensor.float() if tensor.dtype is bfloat16 else tensor)
    form = real_format if tensor.dtype.is_floating_point else exact_format
    form = complex_format if tensor.dtype.is_complex else form
    text, width = form(leaves(values), options)
    per_line = max(1, (options.linewidth - indent - len(shape) + 1) // (width + 2))
    return _nested(values, shape, edge, indent, text, per_line) if shape else text(values)


def _nested(
    values: list[Any], shape: Sequence[int], edge: int | None, indent: int, text: Text, per_line: int
) -> str:
    """Nested lists as text: numbers side by side, rows below each other, one more blank line for each dimension."""
    inner, margin = shape[1:], " " * (indent + 1)
    items = [
        _nested(value, inner, edge, indent + 1, text, per_line) if inner else text(value) for value in values
    ]
    if edge is not None and shape[0] > 2 * edge:
        items.insert(edge, "..." if inner else " ...")
    if inner:
        lines, breaks = items, "\n" * len(inner)
    else:
        lines = [", ".join(items[start : start + per_line]) for start in range(0, len(items), per_line)]
        breaks = "\n"
    return f"[{f',{breaks}{margin}'.join(lines)}]"


def _edges(tensor: Tensor, count: int) -> Tensor:
    """The tensor without what lies between the first and the last ``count`` of each dimension."""
    from ..functions import cat

    for dim, size in enumerate(tensor.shape):
        if size > 2 * count:
            tensor = cat([tensor.narrow(dim, 0, count), tensor.narrow(dim, size - count, count)], dim)
    return tensor


def _listed(tensor: Tensor) -> Any:
    try:
        return tensor.tolist()
    except TypeError:  # a backend that cannot make NumPy arrays hands out one number at a time
        return [_listed(part) for part in tensor] if tensor.ndim else tensor.item()
