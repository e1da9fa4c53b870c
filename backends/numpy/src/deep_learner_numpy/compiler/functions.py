"""Which of NumPy's functions take the array to write into, and which give views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from deep_learner.compiler import Node, Value

__all__ = ["REDUCTIONS", "SEEN_THROUGH", "UFUNCS", "elementwise", "reduction_arguments", "takes_out"]

_SAME = (
    "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "pow", "negative", "positive", "abs", "exp",
    "expm1", "log", "log1p", "log2", "log10", "sqrt", "square", "reciprocal", "sin", "cos", "tan", "sinh", "cosh",
    "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2", "hypot", "logaddexp", "maximum", "minimum",
    "sign", "floor", "ceil", "trunc", "copysign", "isnan", "isinf", "isfinite", "signbit", "equal", "not_equal", "less",
    "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and",
    "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "conj",
)  # fmt: skip

UFUNCS: Mapping[str, np.ufunc] = {
    **{name: getattr(np, name) for name in _SAME},
    "bitwise_invert": np.invert,
}

REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": np.add.reduce, "prod": np.multiply.reduce, "max": np.maximum.reduce, "min": np.minimum.reduce,
    "all": np.logical_and.reduce, "any": np.logical_or.reduce,
}  # fmt: skip

# Operations of ours that pay as functions of the standard, whose results lie in buffers.
SEEN_THROUGH = frozenset({"linear", "relu", "sigmoid_backward", "tanh_backward"})


def elementwise(node: Node) -> bool:
    """Whether a node is a ufunc of whole arguments."""
    return (
        isinstance(node.operation, str)
        and node.operation in UFUNCS
        and not node.kwargs
        and not node.several
        and node.outputs[0].dtype.kind in "biufc"
    )


def takes_out(node: Node) -> bool:
    """Whether the result can be written into an array that is given."""
    if elementwise(node):
        return True
    if node.operation == "matmul":
        return node.outputs[0].shape != () and not node.kwargs
    return (
        node.operation in REDUCTIONS
        and reduction_arguments(node) is not None
        and node.outputs[0].dtype.kind in "biufc"
    )


def reduction_arguments(node: Node) -> tuple[Any, Any, bool] | None:
    """Axis, dtype and whether dimensions are kept; None if there is something else among the arguments."""
    if len(node.args) != 1 or not node.kwargs.keys() <= {"axis", "dtype", "keepdims"}:
        return None
    if not isinstance(node.args[0], Value):
        return None
    axis = node.kwargs.get("axis")
    return (
        tuple(axis) if isinstance(axis, list) else axis,
        node.kwargs.get("dtype"),
        bool(node.kwargs.get("keepdims")),
    )
