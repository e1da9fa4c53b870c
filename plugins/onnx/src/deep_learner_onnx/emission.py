"""Adding nodes whose operands are arrays, numbers and sizes, and saying what shape and dtype their results have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deep_learner.typing import Array, Shape
from deep_learner_onnx.array import SymbolicArray, graph_of, known
from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.graph import Graph
from deep_learner_onnx.sizes import DynamicSize

__all__ = [
    "broadcast",
    "emit",
    "emit_several",
    "integers",
    "name_of",
    "number",
    "onnx_type",
    "unavailable",
    "unsupported",
]

# TensorProto.DataType, which never changes.
_TYPES = {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10,
    "float64": 11, "uint32": 12, "uint64": 13, "complex64": 14, "complex128": 15, "bfloat16": 16,
}  # fmt: skip


def onnx_type(dtype: npt.DTypeLike) -> int:
    """ONNX's number of a dtype."""
    return _TYPES[np.dtype(dtype).name]


def emit_several(
    operator: str,
    operands: Sequence[SymbolicArray | None],
    results: Sequence[tuple[Sequence[int], Any]],
    graph: Graph | None = None,
    **attributes: Any,
) -> tuple[Array, ...]:
    """The results of a node, of the shapes and dtypes given. Operands that are None are left out."""
    graph = graph or graph_of(*operands)
    if graph is None:
        raise AssertionError(f"{operator} would be computed of constants alone")
    names = [name_of(graph, operand) for operand in operands]
    outputs = graph.add(operator, names, len(results), attributes)
    return tuple(
        SymbolicArray(graph, output, tuple(shape), dtype)
        for output, (shape, dtype) in zip(outputs, results, strict=True)
    )


def emit(
    operator: str,
    operands: Sequence[SymbolicArray | None],
    shape: Sequence[int],
    dtype: npt.DTypeLike,
    graph: Graph | None = None,
    **attributes: Any,
) -> Array:
    """The result of a node with a single one."""
    return emit_several(operator, operands, [(shape, dtype)], graph, **attributes)[0]


def unavailable(graph: Graph, what: str, shape: Shape, dtype: npt.DTypeLike) -> SymbolicArray:
    """An array that the graph cannot compute, as an output that a derivative alone would ask for."""
    name = graph.unused("unavailable")
    graph.unavailable[name] = what
    return SymbolicArray(graph, name, shape, dtype)


def name_of(graph: Graph, operand: SymbolicArray | None) -> str:
    """What an operand is called in the graph; a known array becomes a constant of it."""
    if operand is None:
        return ""
    return operand.value if operand.array is None else graph.constant(operand.array, operand.value)


def integers(values: Sequence[int]) -> SymbolicArray:
    """Whole numbers, among them sizes, as a vector of int64."""
    graph = graph_of(values)
    if graph is None:
        return known(np.asarray(values, np.int64))
    if len(values) == 1:
        return SymbolicArray(graph, graph.size(values[0]), (1,), np.int64)
    names = [graph.size(value) for value in values]
    return SymbolicArray(
        graph, graph.add("Concat", names, attributes={"axis": 0})[0], (len(values),), np.int64
    )


def number(value: Any, dtype: npt.DTypeLike) -> Array:
    """A Python number, or a size, as a 0-d array; an array in the dtype."""
    if isinstance(value, DynamicSize):
        scalar = emit("Squeeze", [integers([value]), known(np.asarray([0]))], (), np.int64)
        return cast_to(scalar, dtype)
    if isinstance(value, SymbolicArray):
        return cast_to(value, dtype)
    return known(np.asarray(value).astype(dtype))


def cast_to(array: SymbolicArray, dtype: npt.DTypeLike) -> Array:
    """An array in another dtype; itself if it has it."""
    dtype = np.dtype(dtype)
    if array.dtype == dtype:
        return array
    if array.array is not None:
        with np.errstate(all="ignore"):
            return known(array.array.astype(dtype))
    return emit("Cast", [array], array.shape, dtype, to=onnx_type(dtype))


def broadcast(*shapes: Shape) -> Shape:
    """The shape that arrays broadcast to. Of equal sizes the dynamic one counts."""
    rank = max(map(len, shapes), default=0)
    result: list[int] = []
    for place in range(-rank, 0):
        sizes = [shape[place] for shape in shapes if len(shape) >= -place]
        wide = [size for size in sizes if size != 1 or isinstance(size, DynamicSize)] or [1]
        if any(size != wide[0] for size in wide):
            raise ValueError(f"the shapes {' and '.join(map(str, shapes))} do not broadcast")
        result.append(next((size for size in wide if isinstance(size, DynamicSize)), wide[0]))
    return tuple(result)


def unsupported(what: str, instead: str = "") -> ExportError:
    """The error for what ONNX cannot say."""
    return ExportError(f"ONNX has no operator for {what}" + (f"; {instead}" if instead else ""))
