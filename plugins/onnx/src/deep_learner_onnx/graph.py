"""A graph of ONNX nodes as it grows: values by name, constants told apart by their content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from deep_learner_onnx.sizes import DynamicSize, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Graph", "Node"]


class Node(NamedTuple):
    """One operator: what it takes and gives, by names, and which layer it was written for."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    layer: str


class Graph:
    """Nodes and constants in the order in which they are made.

    Parameters
    ----------
    opset
        The version of ONNX's operators.

    Attributes
    ----------
    layers : list of (str, str)
        The path and the type of each layer that is being run, the outermost first.
    unavailable : dict of str to str
        Values that no node gives, and what they are: fine as long as nothing needs them.
    """

    def __init__(self, opset: int) -> None:
        self.opset = opset
        self.nodes: list[Node] = []
        self.constants: dict[str, npt.NDArray[Any]] = {}
        self.layers: list[tuple[str, str]] = []
        self.unavailable: dict[str, str] = {}
        self._labelled: dict[int, str] = {}
        self._by_content: dict[Any, str] = {}
        self._made: dict[Any, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}

    def add(
        self, operator: str, inputs: Sequence[str], count: int = 1, attributes: dict[str, Any] | None = None
    ) -> tuple[str, ...]:
        """The outputs of a node, made unless there is one that does the same."""
        given = {name: value for name, value in (attributes or {}).items() if value is not None}
        while inputs and not inputs[-1]:  # optional inputs that are left out
            inputs = inputs[:-1]
        key = (operator, tuple(inputs), count, repr(sorted(given.items())))
        outputs = self._made.get(key)
        if outputs is None:
            layer = self.layers[-1][0] if self.layers else ""
            stem = self.unused(f"{layer.replace('.', '/')}/{operator}" if layer else operator)
            outputs = (stem,) if count == 1 else tuple(f"{stem}:{i}" for i in range(count))
            self._made[key] = outputs
            self.nodes.append(Node(operator, tuple(inputs), outputs, given, layer))
        return outputs

    def constant(self, array: npt.NDArray[Any], label: str = "") -> str:
        """The name of a constant: its label where it has one."""
        if label:
            known = self._labelled.get(id(array))
            if known is None:
                known = self._labelled[id(array)] = self.unused(label, first=True)
                self.constants[known] = array
            return known
        contiguous = np.ascontiguousarray(array)
        key = (array.dtype.str, array.shape, hashlib.sha256(contiguous.data).digest())
        if key not in self._by_content:
            self._by_content[key] = name = self.unused("constant")
            self.constants[name] = array
        return self._by_content[key]

    def size(self, size: int) -> str:
        """The name of a size as a vector of one int64."""
        if not isinstance(size, DynamicSize):
            return self.constant(np.asarray([size], np.int64))
        return self._term(size.term)

    def unused(self, name: str, first: bool = False) -> str:
        """A name that nothing has yet: this one, with a number behind it where `first` does not allow it bare."""
        number = self._counts[name] = self._counts.get(name, -1) + 1
        return name if first and not number else f"{name}_{number}"

    def _term(self, term: Term) -> str:
        total = None
        for atoms, coefficient in sorted(term, key=lambda part: part[1] < 0):
            product = None
            for atom in atoms:
                value = self._atom(atom)
                product = value if product is None else self.add("Mul", (product, value))[0]
            factor = abs(coefficient) if total is not None else coefficient
            if product is None or factor != 1:
                number = self.size(factor)
                product = number if product is None else self.add("Mul", (product, number))[0]
            operator = "Sub" if coefficient < 0 else "Add"
            total = product if total is None else self.add(operator, (total, product))[0]
        return self.size(0) if total is None else total

    def _atom(self, atom: Any) -> str:
        kind, first, second = atom
        if kind == "axis":
            return self.add("Shape", (first,), attributes={"start": second, "end": second + 1})[0]
        dividend, divisor = self._term(first), self._term(second)
        quotient = self.add("Div", (dividend, divisor))[0]  # towards zero
        product = self.add("Mul", (quotient, divisor))[0]
        below = self.add("Cast", (self.add("Less", (dividend, product))[0],), attributes={"to": 7})[0]
        return self.add("Sub", (quotient, below))[0]
