"""Matrix products, of which each thread computes a part, and those with vectors by loops."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from deep_learner.compiler import Node, Value
from deep_learner_c.copies import copied
from deep_learner_c.expressions import TYPES
from deep_learner_c.loops import Loop, body, call, indented, shared, split
from deep_learner_c.part import Part, Place, dtype_of, shape_of
from deep_learner_c.views import contiguous, strides_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deep_learner_c.part import Places

__all__ = ["DEPTH", "ROOM", "Product", "product"]

PANEL = 32  # columns that are computed together at most; see products.h
ROOM = PANEL + 64  # elements that a product needs room for, for each element of a sum
DEPTH = 1024  # elements of a sum that are, too
SPEED = 40  # multiplications in a nanosecond


class Matrix(NamedTuple):
    """A stack of matrices: the sizes and steps, in elements, of the last two dimensions, and the steps of the stack."""

    name: str
    rows: int
    columns: int
    down: int
    across: int
    stack: tuple[int, ...]

    @property
    def transposed(self) -> Matrix:
        """Rows for columns."""
        return Matrix(self.name, self.columns, self.rows, self.across, self.down, self.stack)

    @property
    def lies_in_rows(self) -> bool:
        """Whether the elements of each row follow each other."""
        return self.across == 1 or self.columns == 1

    @property
    def lies_in_columns(self) -> bool:
        """Whether the elements of each column follow each other."""
        return self.down == 1 or self.rows == 1

    def at(self, row: str, column: str) -> str:
        """The address of an element."""
        terms = [
            one if step == 1 else f"{one} * {step}L"
            for one, step in ((row, self.down), (column, self.across))
            if one != "0" and step
        ]
        return " + ".join([self.name, *terms])


class Product(Part):
    """One call of ``matmul``."""

    def __init__(self, node: Node, threads: int) -> None:
        self.node = node
        self.out = node.outputs[0]
        self.k = shape_of(node.args[0])[-1]
        work = math.prod(self.out.shape) * self.k
        reads = [one for one in node.args if isinstance(one, Value)]
        super().__init__([node], reads, node.outputs, work / SPEED)
        self.threads = 1 if self.alone else threads
        self.headers = [("products", str(self.out.dtype))]

    def prepare(self, places: Places) -> None:
        second = self.node.args[1]
        matrix = self._matrix(places.of(second), 1)
        if not (matrix.lies_in_rows or matrix.lies_in_columns):
            self.blocks["packed"] = math.prod(shape_of(second)) * self.out.dtype.itemsize
        self.blocks["room"] = self.threads * min(self.k, DEPTH) * ROOM * self.out.dtype.itemsize

    def code(self, places: Places) -> str:
        kind = TYPES[str(self.out.dtype)]
        lines: list[str] = []
        found: list[Matrix] = []
        for number, one in enumerate(self.node.args):
            place = places.of(one)
            if number == 1 and "packed" in self.blocks:
                packed = places.block(self, "packed", place.shape, place.dtype)
                lines += ["{", *indented(copied(packed, place, self.alone)), "}"]
                lines += [] if self.alone else ["dl_barrier(all);"]
                place = packed
            lines.append(f"const {kind} *{'ab'[number]} = (const {kind} *){place.address};")
            found.append(self._matrix(place, number))
        lines.append(f"{kind} *c = ({kind} *){places.of(self.out).address};")
        room = places.block(self, "room", (self.threads, min(self.k, DEPTH) * ROOM), self.out.dtype)
        lines.append(f"{kind} *room = ({kind} *){room.address} + t * {room.shape[1]}L;")
        lines += self._stacked(found[0], found[1], self._matrix(places.of(self.out), 2))
        return body(lines)

    def _matrix(self, place: Place, number: int) -> Matrix:
        """An operand, or the result, as matrices."""
        size = place.dtype.itemsize
        shape, strides = list(place.shape), [one // size for one in place.strides]
        if number == 0 and len(shape) == 1:
            shape, strides = [1, *shape], [0, *strides]
        elif number == 1 and len(shape) == 1:
            shape, strides = [*shape, 1], [*strides, 0]
        elif number == 2:
            if len(shape_of(self.node.args[1])) == 1:
                shape, strides = [*shape, 1], [*strides, 1]
            if len(shape_of(self.node.args[0])) == 1:
                shape, strides = [*shape[:-1], 1, shape[-1]], [*strides[:-1], shape[-1], strides[-1]]
        stack = self.stack
        steps = [0 if size == 1 else step for size, step in zip(shape[:-2], strides[:-2], strict=True)]
        missing = [0] * (len(stack) - len(steps))
        (rows, columns), (down, across) = shape[-2:], strides[-2:]
        return Matrix("abc"[number], rows, columns, down, across, (*missing, *steps))

    @property
    def stack(self) -> tuple[int, ...]:
        """The shape of the stack of results."""
        vectors = sum(len(shape_of(one)) == 1 for one in self.node.args)
        return self.out.shape[: max(len(self.out.shape) - 2 + vectors, 0)]

    def _stacked(self, a: Matrix, b: Matrix, c: Matrix) -> list[str]:
        """The products of all matrices."""
        stack = self.stack
        rows, targets = _joined(a, stack), _joined(c, stack)
        if rows is not None and targets is not None and not any(b.stack):
            a, b, c, stack = rows, b._replace(stack=()), targets, ()
        count = math.prod(stack)
        if count == 1:
            return self._one(a, b, c, several=not self.alone)
        several = not self.alone and count > 1
        begin, end = shared(count, 1) if several else ("0", str(count))
        lines = split([Loop(f"i{place}", size, 0) for place, size in enumerate(stack)], "one")
        for matrix in (a, b, c):
            terms = [f"i{place} * {step}L" for place, step in enumerate(matrix.stack) if step]
            kind = f"{'' if matrix is c else 'const '}{TYPES[str(self.out.dtype)]}"
            lines.append(f"{kind} *{matrix.name}_ = {' + '.join([matrix.name, *terms])};")
        a, b, c = (one._replace(name=f"{one.name}_") for one in (a, b, c))
        lines += self._one(a, b, c, several=False)
        head = f"for (long one = {begin}, end = {end}; one < end; one++) {{"
        return [head, *(f"    {line}" for line in lines), "}"]

    def _one(self, a: Matrix, b: Matrix, c: Matrix, several: bool) -> list[str]:
        """The product of two matrices."""
        if c.rows == 1:
            return self._by_vector(a.transposed, b, c, several)
        if c.columns == 1:
            return self._by_vector(b, a.transposed, c.transposed, several)
        if not several:
            return [self._call(a, b, c, str(c.rows), str(c.columns))]
        by_rows = c.rows >= c.columns or c.columns < PANEL * self.threads
        begin, end = shared(c.rows, 8) if by_rows else shared(c.columns, PANEL)
        if by_rows:
            a, c = a._replace(name=a.at("from", "0")), c._replace(name=c.at("from", "0"))
            product = self._call(a, b, c, "to - from", str(c.columns))
        else:
            b, c = b._replace(name=b.at("0", "from")), c._replace(name=c.at("0", "from"))
            product = self._call(a, b, c, str(c.rows), "to - from")
        return [f"const long from = {begin}, to = {end};", f"if (from < to) {product}"]

    def _call(self, a: Matrix, b: Matrix, c: Matrix, rows: str, columns: str) -> str:
        turned = not b.lies_in_rows
        second = (b.name, b.across if turned else b.down, int(turned))
        first = (a.name, a.down, a.across)
        name = f"multiply{8 * self.out.dtype.itemsize}"
        return call(name, rows, columns, self.k, *first, *second, c.name, c.down, 0, "room")

    def _by_vector(self, x: Matrix, b: Matrix, c: Matrix, several: bool) -> list[str]:
        """The product of a vector, a column of `x`, and a matrix."""
        kind = TYPES[str(self.out.dtype)]
        begin, end = shared(c.columns, 16) if several else ("0", str(c.columns))
        if b.across == 1 and b.columns > 1 and b.rows > 1:
            return [
                f"for (long j = {begin}, end = {end}; j < end; j += 64) {{",
                "    const long width = least(64, end - j);",
                f"    {kind} sums[64] = {{0}};",
                "    if (width == 64) {",
                f"        for (long i = 0; i < {self.k}; i++) {{",
                f"            const {kind} factor = {x.name}[i * {x.down}L];",
                "            #pragma omp simd",
                f"            for (long l = 0; l < 64; l++) sums[l] += factor * {b.name}[i * {b.down}L + j + l];",
                "        }",
                "    } else {",
                f"        for (long i = 0; i < {self.k}; i++) {{",
                f"            const {kind} factor = {x.name}[i * {x.down}L];",
                f"            for (long l = 0; l < width; l++) sums[l] += factor * {b.name}[i * {b.down}L + j + l];",
                "        }",
                "    }",
                f"    for (long l = 0; l < width; l++) {c.name}[(j + l) * {c.across}L] = sums[l];",
                "}",
            ]
        if x.down == 1 and b.lies_in_columns:
            name = f"rows_by_vector{8 * self.out.dtype.itemsize}"
            some = (b.at("0", "from"), b.across, x.name, c.at("0", "from"), c.across)
            lines = [f"const long from = {begin}, end = {end};", call(name, "end - from", self.k, *some)]
            return ["{", *indented(lines), "}"]
        return [
            f"for (long j = {begin}, end = {end}; j < end; j++) {{",
            f"    {kind} sum = 0;",
            "    #pragma omp simd reduction(+ : sum)",
            f"    for (long i = 0; i < {self.k}; i++) "
            f"sum += {x.name}[i * {x.down}L] * {b.name}[i * {b.down}L + j * {b.across}L];",
            f"    {c.name}[j * {c.across}L] = sum;",
            "}",
        ]


def _joined(matrix: Matrix, stack: Sequence[int]) -> Matrix | None:
    """The rows of a stack of matrices as those of one, if they lie at equal distances."""
    sizes = [(size, step) for size, step in zip(stack, matrix.stack, strict=True) if size != 1]
    if matrix.rows != 1:
        sizes.append((matrix.rows, matrix.down))
    if any(outer[1] != inner[0] * inner[1] for outer, inner in itertools.pairwise(sizes)):
        return None
    rows, down = math.prod(size for size, _ in sizes), sizes[-1][1] if sizes else matrix.down
    return matrix._replace(rows=rows, down=down, stack=())


def product(node: Node, threads: int) -> Product | None:
    """The part that computes a matrix product of floats."""
    output = node.outputs[0]
    if node.operation != "matmul" or node.kwargs or str(output.dtype) not in ("float32", "float64"):
        return None
    if (
        any(dtype_of(one) != output.dtype for one in node.args)
        or 0 in output.shape
        or 0 in shape_of(node.args[0])
    ):
        return None
    if strides_of(output) != contiguous(output.shape, output.dtype.itemsize):
        return None
    return Product(node, threads)
