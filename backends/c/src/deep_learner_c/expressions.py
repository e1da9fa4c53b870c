"""What a node computes from elements, as an expression in C."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deep_learner.compiler import Constant, Node, Value
from deep_learner.compiler.group import MOVERS, REDUCTIONS, operands
from deep_learner_c.part import dtype_of

__all__ = ["ELEMENTWISE", "REGISTERS", "TYPES", "cost", "expression", "literal", "takes"]

TYPES: Mapping[str, str] = {
    "float32": "float", "float64": "double", "bool": "uint8_t",
    **{f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}  # fmt: skip
"""How elements lie in memory."""
REGISTERS: Mapping[str, str] = {**TYPES, "bool": "int"}
"""What they are in variables: booleans are 0 or 1."""

# Further operations of one position. Their names begin with "ops.".
ELEMENTWISE = frozenset({"ops.erf", "ops.sigmoid", "ops.masked_fill"})

# Expressions, by the kind of what is computed in. {f} and {bits} are what names of C's functions and of ours end with,
# {one} is a literal of the type.
_ANY: Mapping[str, str] = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "negative": "-{0}", "positive": "{0}",
    "square": "{0} * {0}", "equal": "{0} == {1}", "not_equal": "{0} != {1}", "less": "{0} < {1}",
    "less_equal": "{0} <= {1}", "greater": "{0} > {1}", "greater_equal": "{0} >= {1}",
    "logical_and": "({0} != 0) & ({1} != 0)", "logical_or": "({0} != 0) | ({1} != 0)",
    "logical_xor": "({0} != 0) ^ ({1} != 0)", "logical_not": "{0} == 0",
}  # fmt: skip
_LIBRARY = (
    "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "log2", "log10",
)  # fmt: skip
_FLOATING: Mapping[str, str] = {
    "divide": "{0} / {1}", "abs": "fabs{f}({0})", "sqrt": "sqrt{f}({0})", "reciprocal": "{one} / {0}",
    "maximum": "{0} >= {1} || {0} != {0} ? {0} : {1}", "minimum": "{0} <= {1} || {0} != {0} ? {0} : {1}",
    "sign": "{0} != {0} ? {0} : ({0} > 0) - ({0} < 0)", "floor": "floor{f}({0})", "ceil": "ceil{f}({0})",
    "trunc": "trunc{f}({0})", "round": "rint{f}({0})", "copysign": "copysign{f}({0}, {1})",
    "isnan": "{0} != {0}", "isinf": "fabs{f}({0}) == INFINITY", "isfinite": "fabs{f}({0}) < INFINITY",
    "signbit": "bits{bits}({0}) < 0",
    "exp": "exp{bits}({0})", "expm1": "expm1_{bits}({0})", "log": "log{bits}({0})", "log1p": "log1p_{bits}({0})",
    "tanh": "tanh{bits}({0})", "sin": "sin{bits}({0})", "cos": "cos{bits}({0})", "ops.erf": "erf{bits}({0})",
    "ops.sigmoid": "{one} / ({one} + exp{bits}(-{0}))",
    **{name: name + "{f}({0})" for name in _LIBRARY},
    "atan2": "atan2{f}({0}, {1})", "hypot": "hypot{f}({0}, {1})", "nextafter": "nextafter{f}({0}, {1})",
    "pow": "pow{f}({0}, {1})", "logaddexp": "logaddexp{bits}({0}, {1})",
    "remainder": "remainder{bits}({0}, {1})", "floor_divide": "floor_divide{bits}({0}, {1})",
}  # fmt: skip
_INTEGRAL: Mapping[str, str] = {
    "abs": "{0} < 0 ? -{0} : {0}", "maximum": "{0} >= {1} ? {0} : {1}", "minimum": "{0} <= {1} ? {0} : {1}",
    "sign": "({0} > 0) - ({0} < 0)", **dict.fromkeys(("floor", "ceil", "trunc", "round"), "{0}"), "isnan": "0",
    "isinf": "0", "isfinite": "1", "bitwise_and": "{0} & {1}", "bitwise_or": "{0} | {1}",
    "bitwise_xor": "{0} ^ {1}", "bitwise_invert": "~{0}",
}  # fmt: skip
_BOOLEAN: Mapping[str, str] = {
    "add": "{0} | {1}", "multiply": "{0} & {1}", "maximum": "{0} | {1}", "minimum": "{0} & {1}",
    "bitwise_and": "{0} & {1}", "bitwise_or": "{0} | {1}", "bitwise_xor": "{0} ^ {1}", "bitwise_invert": "!{0}",
    **{name: _ANY[name] for name in _ANY if name.startswith("logical") or name.endswith(("equal", "less", "greater"))},
}  # fmt: skip
_NUMBERS: Mapping[str, str] = {
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "truediv": "{0} / {1}", "pow": "pow({0}, {1})",
}  # fmt: skip
_SELECTIONS = frozenset({"where", "clip", "ops.masked_fill"})
_POWERS: Mapping[float, str] = {1.0: "{0}", 2.0: "{0} * {0}", 3.0: "{0} * {0} * {0}", -1.0: "{one} / {0}"}

_COSTS: Mapping[str, int] = {
    **dict.fromkeys(("divide", "sqrt", "reciprocal"), 4),
    **dict.fromkeys(("exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "ops.erf", "ops.sigmoid"), 12),
    **dict.fromkeys(
        (*_LIBRARY, "atan2", "hypot", "nextafter", "pow", "logaddexp", "remainder", "floor_divide"), 60
    ),
}  # fmt: skip


def takes(node: Node) -> bool:
    """Whether a node of a group can be written in C."""
    output, operation = node.outputs[0], str(node.operation)
    if operation.startswith("number."):
        return operation.removeprefix("number.") in _NUMBERS
    dtypes = [dtype_of(one) for one in operands(node)]
    if any(str(dtype) not in TYPES for dtype in (output.dtype, *dtypes) if dtype is not None):
        return False
    if operation in MOVERS:
        return True
    if operation in REDUCTIONS:
        kind = dtypes[0].kind
        if operation == "mean":
            return kind == "f" and output.dtype.kind == "f"
        counts = operation in ("sum", "prod") and kind == "b"
        return (
            operation in ("all", "any")
            or kind == "f"
            or ((kind in "iu" or counts) and output.dtype.kind in "iu")
        )
    if operation in ("astype", "float"):
        return _converts(dtypes[0], output.dtype or np.dtype("float64"))
    if any(not isinstance(one, int | float | Value | Constant | None) for one in _arguments(node)):
        return False
    if operation in _SELECTIONS:
        return True
    template = _template(node, _common(node))
    return template is not None and len(_arguments(node)) == 1 + ("{1}" in template)


def _converts(before: Any, after: Any) -> bool:
    """Whether C converts as NumPy does: floats that are no integers of the size are not for us."""
    return before is None or before.kind != "f" or after.kind in "fb" or str(after) in ("int32", "int64")


def expression(node: Node, texts: Sequence[str]) -> str:
    """A node's result, of its operands as expressions of their own types.

    Parameters
    ----------
    node
        That :func:`takes` takes.
    texts
        Of its operands, in their order.
    """
    operation = str(node.operation)
    output = node.outputs[0].dtype or np.dtype("float64")
    rest = iter(texts)
    if operation in MOVERS:
        return next(rest)
    arguments = _arguments(node)
    if operation in ("astype", "float"):
        return _cast(next(rest), dtype_of(arguments[0]), output)
    common = np.dtype("float64") if operation.startswith("number.") else _common(node)

    def given(one: Any, dtype: Any) -> str:
        if isinstance(one, Value | Constant):
            return _cast(next(rest), dtype_of(one) or np.dtype("float64"), dtype)
        return literal(one, dtype)

    if operation == "where":
        condition = given(arguments[0], np.dtype("bool"))
        return f"{condition} ? {given(arguments[1], output)} : {given(arguments[2], output)}"
    if operation == "ops.masked_fill":
        kept, mask, filling = given(arguments[0], output), given(arguments[1], np.dtype("bool")), arguments[2]
        return f"{mask} ? {given(filling, output)} : {kept}"
    if operation == "clip":
        return _clipped(arguments, given, output)
    template = _template(node, common)
    assert template is not None, f"{node} cannot be written in C"
    floating = common.kind == "f"
    one = literal(1, common) if floating else "1"
    names = {"f": "f" if common.itemsize == 4 else "", "bits": str(8 * common.itemsize), "one": one}
    result = template.format(*(given(one, common) for one in arguments), **names)
    return (
        result
        if floating or common.itemsize >= 4 or output.kind == "b"
        else f"({TYPES[str(output)]})({result})"
    )


def _clipped(arguments: Sequence[Any], given: Any, dtype: Any) -> str:
    text = given(arguments[0], dtype)
    bounds = [None if one is None else given(one, dtype) for one in (*arguments[1:], None, None)[:2]]
    for bound, sign in zip(bounds, "<>", strict=True):
        if bound is not None:
            keeps_nan = f" || {bound} != {bound}" if dtype.kind == "f" else ""
            text = f"(({text}) {sign} {bound}{keeps_nan} ? {bound} : ({text}))"
    return text


def _arguments(node: Node) -> list[Any]:
    """What a node is called with, in the order of its parameters."""
    if node.operation == "clip":
        rest = [node.kwargs[key] for key in ("min", "max") if key in node.kwargs]
        if rest and len(node.args) == 1 and "min" not in node.kwargs:
            rest.insert(0, None)
        return [*node.args, *rest]
    return [*node.args] if node.operation == "astype" else [*node.args, *node.kwargs.values()]


def _template(node: Node, common: Any) -> str | None:
    operation = str(node.operation)
    if operation.startswith("number."):
        return _NUMBERS.get(operation.removeprefix("number."))
    if operation == "pow":
        exponent = node.args[1]
        if common.kind == "f" and isinstance(exponent, int | float) and exponent in _POWERS:
            return _POWERS[exponent]
    if common.kind == "b":
        return _BOOLEAN.get(operation)
    return (_FLOATING if common.kind == "f" else _INTEGRAL).get(operation) or _ANY.get(operation)


def _common(node: Node) -> Any:
    """The dtype that NumPy computes in."""
    known = [one if dtype_of(one) is None else dtype_of(one) for one in _arguments(node) if one is not None]
    weak = [1.0 if isinstance(one, Value) else one for one in known]
    common = np.result_type(*weak)
    output = node.outputs[0].dtype
    if common.kind != "f" and output is not None and output.kind == "f":
        return output  # such as the square root of integers
    return common


def _cast(text: str, before: Any, after: Any) -> str:
    if before == after:
        return text
    if after.kind == "b":
        return f"({text} != 0)"
    return f"({REGISTERS[str(after)]})({text})"


def literal(number: Any, dtype: Any) -> str:
    """A number in C, exactly, as NumPy would take it beside a dtype."""
    if dtype.kind == "f":
        value = float(dtype.type(number))
        if math.isnan(value):
            return "NAN"
        if math.isinf(value):
            return "INFINITY" if value > 0 else "(-INFINITY)"
        text = repr(value) if value == int(value) and abs(value) < 1e6 else value.hex()
        text += "f" if dtype.itemsize == 4 else ""
        return f"({text})" if text.startswith("-") else text
    value = int(number)
    if value == -(1 << 63):
        return "INT64_MIN"
    suffix = "u" * (dtype.kind == "u") + "ll" * (dtype.itemsize == 8)
    return f"({value}{suffix})" if value < 0 else f"{value}{suffix}"


def cost(node: Node) -> int:
    """How much longer than a sum it takes."""
    operation = str(node.operation)
    if operation in MOVERS or operation in ("astype", "positive"):
        return 0
    if operation == "pow" and isinstance(node.args[1], int | float) and node.args[1] in _POWERS:
        return 2
    return _COSTS.get(operation, 1)
