"""What nodes compute at one position, as expressions of CUDA C++.

Numbers of 16 bits are computed in float and rounded where they are stored, or where the program converts to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy

from deep_learner.compiler import Constant, Node, Value
from deep_learner_cupy.compiler.types import NUMBER, STORED, converted, held, literal

__all__ = ["FURTHER", "REDUCTIONS", "expression", "identity", "takes"]

FURTHER = frozenset({"ops.erf", "ops.erfc", "ops.lgamma"})
"""Operations of ours that are functions of the elements at one position."""

_ALIKE = dict.fromkeys(
    ("reshape", "ops.reshape", "expand_dims", "squeeze", "broadcast_to", "positive"), "{0}"
)
_NUMERIC = _ALIKE | {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "negative": "-{0}",
    "square": "{0} * {0}",
    "maximum": "Larger::of({0}, {1})",
    "minimum": "Smaller::of({0}, {1})",
    "sign": "sign_of({0})",
}
_FLOATING = (
    _NUMERIC
    | {
        name: f"{name}({{0}})"
        for name in (
            "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
            "asinh", "acosh", "atanh", "floor", "ceil", "trunc",
        )
    }
    | {
        "abs": "fabs({0})",
        "acos": "acos({0})",
        "asin": "asin({0})",
        "atan": "atan({0})",
        "atan2": "atan2({0}, {1})",
        "copysign": "copysign({0}, {1})",
        "divide": "{0} / {1}",
        "hypot": "hypot({0}, {1})",
        "ops.erf": "erf({0})",
        "ops.erfc": "erfc({0})",
        "ops.lgamma": "lgamma({0})",
        "pow": "pow({0}, {1})",
        "reciprocal": "1 / {0}",
        "round": "rint({0})",
    }
)  # fmt: skip
_BITS = {"bitwise_and": "{0} & {1}", "bitwise_or": "{0} | {1}", "bitwise_xor": "{0} ^ {1}"}
_INTEGRAL = (
    _NUMERIC
    | _BITS
    | dict.fromkeys(("floor", "ceil", "trunc", "round"), "{0}")
    | {"abs": "({0} < 0 ? -{0} : {0})", "bitwise_invert": "~{0}"}
)
_BOOLEAN = (
    _ALIKE
    | _BITS
    | {
        "bitwise_invert": "!{0}",
        "logical_and": "{0} && {1}",
        "logical_not": "!{0}",
        "logical_or": "{0} || {1}",
        "logical_xor": "{0} != {1}",
    }
)
# Of two numbers of any one dtype, whether they compare so.
_COMPARISONS = {
    "equal": "{0} == {1}",
    "greater": "{0} > {1}",
    "greater_equal": "{0} >= {1}",
    "less": "{0} < {1}",
    "less_equal": "{0} <= {1}",
    "not_equal": "{0} != {1}",
}
# Of a number of any dtype.
_TESTS = {
    "isfinite": "({0} - {0} == 0)",
    "isinf": "({0} == {0} && {0} - {0} != 0)",
    "isnan": "({0} != {0})",
}
_PYTHON = {
    "float": "{0}",
    "number.add": "{0} + {1}",
    "number.mul": "{0} * {1}",
    "number.pow": "pow({0}, {1})",
    "number.sub": "{0} - {1}",
    "number.truediv": "{0} / {1}",
}
_BY_KIND: Mapping[str, Mapping[str, str]] = {
    "f": _FLOATING,
    "i": _INTEGRAL,
    "u": _INTEGRAL,
    "b": _BOOLEAN | _COMPARISONS | _TESTS,
}

REDUCTIONS = {
    "sum": "Add", "mean": "Add", "prod": "Multiply", "max": "Larger", "min": "Smaller", "all": "And", "any": "Or",
}  # fmt: skip
"""The structure in `sources/teams.cu` that joins two partial results."""


def takes(node: Node) -> bool:
    """Whether there is an expression for a node."""
    operation, output = str(node.operation), node.outputs[0]
    arguments = [*node.args, *node.kwargs.values()]
    dtypes = [_dtype(one) for one in (output, *arguments) if isinstance(one, Value | Constant)]
    if any(dtype is not None and dtype.name not in STORED for dtype in dtypes):
        return False
    if any(isinstance(one, complex) for one in arguments):
        return False
    kind = _kind(output.dtype)
    if operation in REDUCTIONS:
        return (kind == "b") == (operation in ("all", "any")) and (operation != "mean" or kind == "f")
    if operation in ("astype", "where"):
        return True
    if operation == "clip":
        return kind == "f"
    return operation in (_PYTHON if output.dtype is None else _BY_KIND[kind])


def expression(node: Node, named: Callable[[Value | Constant], str]) -> str:
    """What a node gives, of the names of its operands.

    Parameters
    ----------
    node
        One that `takes` accepts and that is no reduction.
    named
        Gives the variable that holds an operand, in the type of its dtype that is computed in.
    """
    operation, dtype = str(node.operation), node.outputs[0].dtype

    def operand(one: Any, wanted: Any) -> str:
        if isinstance(one, Value | Constant):
            return converted(named(one), _dtype(one), wanted)
        return literal(one, wanted)

    if operation == "where":
        condition, yes, no = node.args
        return f"{operand(condition, numpy.dtype(bool))} ? {operand(yes, dtype)} : {operand(no, dtype)}"
    if operation == "astype":
        text = operand(node.args[0], dtype)
        return f"rounded<{STORED[dtype.name]}>({text})" if dtype.name in ("float16", "bfloat16") else text
    if operation == "clip":
        return _clipped(node, lambda one: operand(one, dtype))
    if operation in _COMPARISONS or operation in _TESTS:
        dtype = _common([one for one in node.args if isinstance(one, int | float | Value | Constant)])
    count = 1 if operation in _ALIKE else len(node.args)
    operands = [_bracketed(operand(one, dtype)) for one in node.args[:count]]
    if operation == "pow" and type(node.args[1]) in (int, float) and node.args[1] == 2:
        return f"{operands[0]} * {operands[0]}"
    forms = _PYTHON if node.outputs[0].dtype is None else _BY_KIND[_kind(node.outputs[0].dtype)]
    return forms[operation].format(*operands)


def identity(operation: str, dtype: Any) -> str:
    """What a reduction starts from."""
    if operation in ("max", "min"):
        low = operation == "max"
        if _kind(dtype) == "f":
            return literal(float("-inf") if low else float("inf"), dtype)
        limits = numpy.iinfo(dtype)
        return literal(limits.min if low else limits.max, dtype)
    return literal(operation in ("prod", "all"), dtype)


def _clipped(node: Node, operand: Callable[[Any], str]) -> str:
    x, *limits = node.args
    low, high = [*limits, None, None][:2]
    text = operand(x)
    for limit, function in (
        (node.kwargs.get("min", low), "raised"),
        (node.kwargs.get("max", high), "lowered"),
    ):
        if limit is not None:
            text = f"{function}({text}, {operand(limit)})"
    return text


def _common(operands: list[Any]) -> Any:
    """The dtype in which operands are compared: that of the arrays, which numbers do not widen."""
    dtypes = [_dtype(one) for one in operands if isinstance(one, Value | Constant)]
    arrays = [dtype for dtype in dtypes if dtype is not None]
    if not arrays:
        return NUMBER
    common = reduce(numpy.promote_types, arrays)
    integral = _kind(common) != "f"
    fraction = None in dtypes or any(type(one) is float for one in operands)
    if integral and fraction:
        return NUMBER
    if common.kind == "b" and any(type(one) is int for one in operands):
        return numpy.dtype("int64")
    return common


def _dtype(one: Value | Constant) -> Any:
    return one.array.dtype if isinstance(one, Constant) else one.dtype


def _kind(dtype: Any) -> str:
    """A dtype's kind, where bfloat16, which is of a kind of its own, counts as floating."""
    return "f" if held(dtype) in ("float", "double") else dtype.kind


def _bracketed(text: str) -> str:
    return text if text.isidentifier() or text.startswith("rounded") else f"({text})"
