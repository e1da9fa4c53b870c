"""The operators of arrays: those of functions, called between arrays, with Python's numbers, and in place."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from .case import Case, Data, call
from .closed_forms import BINARY, UNARY, binary, kinds_of, operands, unary

__all__ = ["IN_PLACE", "OPERATORS", "Operator"]

operator: Any = operators  # typed in part only


class Operator(NamedTuple):
    """An operator: what applies it, its method's name, and its cases; those with a number on the left apart."""

    apply: Callable[..., Any]
    method: str
    cases: list[Case]


def _unary(name: str, apply: Callable[..., Any], function: str) -> Operator:
    found = [
        Case(name, kind, call(Data(values)).gives(unary(function, kind, values)), each=True)
        for kind in kinds_of(UNARY[function])
        for values in ([-3, 0, 2] if kind == "i" else [False, True] if kind == "b" else [3, 0, 2],)
    ]
    return Operator(apply, name, found)


def _binary(name: str, apply: Callable[..., Any], function: str) -> Operator:
    found: list[Case] = []
    for kind in kinds_of(BINARY[function]):
        left, right = operands(function, kind)
        column, expected = Data([[a] for a in left]), binary(function, kind, left, right)
        found.append(Case(name, kind, call(column, Data(right)).gives(expected), each=True))
        number = binary(function, kind, left, right[-2:-1])
        found.append(Case(name, kind, call(column, right[-2]).gives(number), each=True))
    return Operator(apply, name, found)


def _reflected(name: str, apply: Callable[..., Any], function: str) -> Operator:
    found: list[Case] = []
    for kind in kinds_of(BINARY[function]):
        left, right = operands(function, kind)
        whole = binary(function, kind, left[1:2], right)
        expected = Data(whole.values[0], whole.dtype)
        found.append(Case(name, kind, call(left[1], Data(right)).gives(expected), each=True))
    return Operator(apply, f"__r{name[2:]}", found)


def _in_place(name: str, apply: Callable[..., Any], function: str) -> Operator:
    found: list[Case] = []
    for kind in kinds_of(BINARY[function]):
        left, right = operands(function, kind)
        several = (
            right[: len(left)]
            if len(right) >= len(left)
            else [right[i % len(right)] for i in range(len(left))]
        )
        each = [binary(function, kind, [a], [b]).values[0][0] for a, b in zip(left, several, strict=True)]
        number = [row[0] for row in binary(function, kind, left, right[-2:-1]).values]
        found.append(Case(name, kind, call(Data(left), Data(several)).gives(Data(each))))
        found.append(Case(name, kind, call(Data(left), right[-2]).gives(Data(number))))
    return Operator(apply, name, found)


_ARITHMETIC: Final[dict[str, tuple[Callable[..., Any], Callable[..., Any], str]]] = {
    "add": (operator.add, operator.iadd, "add"),
    "sub": (operator.sub, operator.isub, "subtract"),
    "mul": (operator.mul, operator.imul, "multiply"),
    "truediv": (operator.truediv, operator.itruediv, "divide"),
    "floordiv": (operator.floordiv, operator.ifloordiv, "floor_divide"),
    "mod": (operator.mod, operator.imod, "remainder"),
    "pow": (operator.pow, operator.ipow, "pow"),
    "and": (operator.and_, operator.iand, "bitwise_and"),
    "or": (operator.or_, operator.ior, "bitwise_or"),
    "xor": (operator.xor, operator.ixor, "bitwise_xor"),
    "lshift": (operator.lshift, operator.ilshift, "bitwise_left_shift"),
    "rshift": (operator.rshift, operator.irshift, "bitwise_right_shift"),
}
_COMPARISONS: Final[dict[str, tuple[Callable[..., Any], str]]] = {
    "eq": (operator.eq, "equal"),
    "ne": (operator.ne, "not_equal"),
    "lt": (operator.lt, "less"),
    "le": (operator.le, "less_equal"),
    "gt": (operator.gt, "greater"),
    "ge": (operator.ge, "greater_equal"),
}
_SINGLE: Final[dict[str, tuple[Callable[..., Any], str]]] = {
    "neg": (operator.neg, "negative"),
    "pos": (operator.pos, "positive"),
    "abs": (abs, "abs"),
    "invert": (operator.invert, "bitwise_invert"),
}
_MATRIX: Final = Data([[1, 2, 3], [0, 1, 4]])
_PRODUCTS: Final = [
    call(_MATRIX, Data([1, 2, 3])).gives(Data([14, 14])),
    call(Data([[1, 2]]), Data([[[1], [0]], [[3], [5]]])).gives(Data([[[1]], [[13]]])),
    call(Data([2, 3]), Data([4, 5])).gives(Data(23)),
]

OPERATORS: Final[dict[str, Operator]] = {
    one.method: one
    for one in (
        *(_unary(f"__{name}__", *entry) for name, entry in _SINGLE.items()),
        *(_binary(f"__{name}__", apply, function) for name, (apply, _, function) in _ARITHMETIC.items()),
        *(_binary(f"__{name}__", *entry) for name, entry in _COMPARISONS.items()),
        *(_reflected(f"__{name}__", apply, function) for name, (apply, _, function) in _ARITHMETIC.items()),
        Operator(
            operator.matmul, "__matmul__", [Case("__matmul__", "iufc", one, each=True) for one in _PRODUCTS]
        ),
    )
}
IN_PLACE: Final[dict[str, Operator]] = {
    one.method: one
    for one in (
        _in_place(f"__i{name}__", apply, function) for name, (_, apply, function) in _ARITHMETIC.items()
    )
}
