"""Sizes that change from one input to the next: whole numbers that remember how they were computed.

While a model is traced, a dynamic axis has the size of an example, with which Python code computes and decides as ever;
beside it goes the formula, which becomes a part of the graph wherever the size is used. A formula is a polynomial with
whole coefficients in atoms: the sizes of inputs' axes, and quotients and remainders of polynomials that do not come out
even. Equal formulas have equal terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from deep_learner.size import SymbolicSize

if TYPE_CHECKING:
    from deep_learner_onnx.graph import Graph

__all__ = ["Atom", "DynamicSize", "Term", "is_dynamic", "same", "text_of"]

# ("axis", input, number), or an operator and its two terms.
Atom: TypeAlias = tuple[Any, ...]
# Products of atoms, each with its coefficient, in a fixed order.
Term: TypeAlias = tuple[tuple[tuple[Atom, ...], int], ...]


class DynamicSize(SymbolicSize):
    """A size of an example, and the formula for it.

    Parameters
    ----------
    value
        The example's.
    graph
        To whose inputs the formula refers.
    term
        The formula.
    """

    graph: Graph
    term: Term

    def __new__(cls, value: int, graph: Graph, term: Term) -> DynamicSize:
        """Make the number; `int` is made here, not in ``__init__``."""
        size = super().__new__(cls, value)
        size.graph, size.term = graph, term
        return size

    # Not that of the plain number: what is remembered of one size must not be found by another.
    def __hash__(self) -> int:
        return hash((id(self.graph), self.term))

    def __eq__(self, other: object) -> bool:
        return int.__eq__(self, other) if isinstance(other, int) else NotImplemented

    def __add__(self, other: Any) -> Any:
        return self._with(other, int(self) + int(other), _sum) if isinstance(other, int) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other if isinstance(other, int) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return -self + other if isinstance(other, int) else NotImplemented

    def __neg__(self) -> Any:
        return self * -1

    def __pos__(self) -> Any:
        return self

    def __mul__(self, other: Any) -> Any:
        return (
            self._with(other, int(self) * int(other), _product) if isinstance(other, int) else NotImplemented
        )

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        return (
            self._with(other, int(self) // int(other), _quotient)
            if isinstance(other, int)
            else NotImplemented
        )

    def __rfloordiv__(self, other: Any) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        return DynamicSize(other, self.graph, _term(other)) // self

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other if isinstance(other, int) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return other - other // self * self if isinstance(other, int) else NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return (self // other, self % other) if isinstance(other, int) else NotImplemented

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    def _with(self, other: int, value: int, combine: Any) -> Any:
        term = combine(self.term, _term(other))
        constant = _constant(term)
        return DynamicSize(value, self.graph, term) if constant is None else constant


def is_dynamic(size: object) -> bool:
    """Whether a size has a formula."""
    return isinstance(size, DynamicSize)


def same(size: int, other: int) -> bool:
    """Whether two sizes are equal whatever the inputs are."""
    return size == other and _term(size) == _term(other)


def text_of(size: int, names: dict[Atom, str]) -> str:
    """A formula to be read, in which axes bear names, such as ``"2*height + 1"``."""
    return _text(_term(size), names)


def _term(value: int) -> Term:
    if isinstance(value, DynamicSize):
        return value.term
    return (((), int(value)),) if value else ()


def _constant(term: Term) -> int | None:
    """The number that a term without atoms stands for."""
    if not term:
        return 0
    [(atoms, coefficient), *rest] = term
    return coefficient if not atoms and not rest else None


def _gathered(parts: Iterable[tuple[tuple[Atom, ...], int]]) -> Term:
    found: dict[tuple[Atom, ...], int] = {}
    for atoms, coefficient in parts:
        found[atoms] = found.get(atoms, 0) + coefficient
    return tuple(sorted(((atoms, count) for atoms, count in found.items() if count), key=repr))


def _sum(a: Term, b: Term) -> Term:
    return _gathered((*a, *b))


def _product(a: Term, b: Term) -> Term:
    return _gathered((tuple(sorted((*left, *right), key=repr)), m * n) for left, m in a for right, n in b)


def _quotient(a: Term, b: Term) -> Term:
    """The quotient rounded down: term by term where a single product divides all of them, else an atom."""
    exact = _divided(a, b)
    if exact is not None:
        return exact
    number = _constant(b)
    if number is not None and number > 0:  # (n k + rest) // k is n + rest // k
        whole = [(atoms, count) for atoms, count in a if atoms and count % number == 0]
        rest = [(atoms, count) for atoms, count in a if (atoms, count) not in whole]
        if whole:
            return _sum(_divided(tuple(whole), b) or (), _quotient(tuple(rest), b))
        constant = _constant(a)
        if constant is not None:
            return _term(constant // number)
    return (((("//", a, b),), 1),)


def _divided(a: Term, b: Term) -> Term | None:
    """``a / b`` if `b` is a single product that divides each of `a`'s; else None."""
    if len(b) != 1:
        return None
    [(divisor, number)] = b
    parts: list[tuple[tuple[Atom, ...], int]] = []
    for atoms, count in a:
        left = list(atoms)
        for atom in divisor:
            if atom not in left:
                return None
            left.remove(atom)
        if count % number:
            return None
        parts.append((tuple(left), count // number))
    return _gathered(parts)


def _text(term: Term, names: dict[Atom, str]) -> str:
    parts = [
        "*".join([*([str(count)] if count != 1 or not atoms else []), *[_atom_text(a, names) for a in atoms]])
        for atoms, count in sorted(term, key=lambda part: not part[0])
    ]
    return " + ".join(parts).replace("+ -", "- ") or "0"


def _atom_text(atom: Atom, names: dict[Atom, str]) -> str:
    if atom in names:
        return names[atom]
    return f"floor(({_text(atom[1], names)})/({_text(atom[2], names)}))"
