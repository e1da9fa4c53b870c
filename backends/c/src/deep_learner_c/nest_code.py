"""Writing a loop nest in C: what is declared, the loop over rows, and what is done once for each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from deep_learner.compiler import Constant, Node, Value
from deep_learner.compiler.group import Axes, operands
from deep_learner_c.columns import Pass
from deep_learner_c.expressions import REGISTERS, TYPES, expression
from deep_learner_c.loops import Access, body, indented, index, named, order_of, positions, shared, split
from deep_learner_c.nest import FLOAT64
from deep_learner_c.part import dtype_of
from deep_learner_c.reducers import Reducer

if TYPE_CHECKING:
    from deep_learner_c.nest import Nest
    from deep_learner_c.part import Places

__all__ = ["NestCode"]


class NestCode:
    """One nest while it is written.

    Parameters
    ----------
    nest
        What is computed.
    places
        Where everything lies.

    Attributes
    ----------
    rows, columns : list of Loop
    shares_columns : bool
        Whether threads share the columns of each row, and not the rows.
    row : list of str
        The lines for one row.
    """

    def __init__(self, nest: Nest, places: Places) -> None:
        self.nest = nest
        self.group = nest.group
        self.places = places
        self.accesses: dict[tuple[Any, Axes], Access] = {}
        self.row: list[str] = []
        self.done: set[Node] = set()
        self.current: Pass | None = None
        self._declared: list[str] = []
        self._top: list[str] = []
        self._stores: list[str] = []
        self._known: set[str] = set()
        for node in self.group.nodes:
            for one, axes in zip(operands(node), self.group.read[node], strict=True):
                if one not in self.group.made:
                    self._access(one, axes)
        for value in nest.outputs:
            self._access(value, self.group.made[value], written=True)
        self._choose_loops()

    def written(self) -> str:
        """The body of the function."""
        rows = self._rows()
        lines = [*self._declared, *self._own_memory(), *self._top, *rows, *self._endings()]
        return body(lines)

    # What is where

    def _access(self, one: Value | Constant, axes: Axes, written: bool = False) -> None:
        """Declare a pointer to something outside, or to an output."""
        if (one, axes) in self.accesses:
            return
        place = self.places.of(one)
        name = f"a{one.number}" if isinstance(one, Value) else f"c{place.slot}"
        name += "_" * sum(
            access.name.rstrip("_") == name for access in self.accesses.values()
        )  # read in several ways
        strides = self.group.strides(axes, [stride // place.dtype.itemsize for stride in place.strides])
        self.accesses[one, axes] = Access(name, place.dtype, strides)
        kind = f"{'' if written else 'const '}{TYPES[str(place.dtype)]} *"
        self._declared.append(f"{kind}{name} = ({kind}){place.address};")

    def target(self, value: Value) -> Access:
        """The access to an output."""
        return self.accesses[value, self.group.made[value]]

    def sums(self, value: Value) -> Access:
        """Where a thread gathers a sum over rows, in the order of the value's own elements."""
        place = self.places.of(value)
        strides = [stride // place.dtype.itemsize for stride in place.strides]
        return Access(f"sum{value.number}", value.dtype, self.group.strides(self.group.made[value], strides))

    def buffer(self, value: Value) -> Access:
        """Where a row of a value is kept."""
        strides, step = [0] * len(self.group.domain), 1
        for one in reversed(self.group.columns):
            if one in self.group.varies(self.group.made[value]):
                strides[one] = step
                step *= self.group.domain[one]
        return Access(f"row{value.number}", value.dtype, tuple(strides))

    def _choose_loops(self) -> None:
        nest, group = self.nest, self.group
        accesses = [*self.accesses.values(), *map(self.sums, nest.sums()), *map(self.buffer, nest.buffered)]
        if group.columns:
            self.rows = order_of(group.rows, group.domain, accesses, "i")
            self.columns = order_of(group.columns, group.domain, accesses, "j")
        else:
            loops = order_of(range(len(group.domain)), group.domain, accesses, "i")
            self.rows, self.columns = named(loops[:-1], "i"), named(loops[-1:], "j")
        few = 4 * nest.threads
        self.shares_columns = (
            not nest.alone
            and positions(self.rows) < few
            and not any(map(group.is_inner, group.reductions))
            and self.columns[0].size >= few
        )

    def _own_memory(self) -> list[str]:
        """What each thread has for itself."""
        lines: list[str] = []
        for value in self.nest.sums():
            name, count = f"sum{value.number}", math.prod(value.shape)
            lines.append(self._own(name, count, self.nest.gathered(value)))
            lines.append(f"for (long j = 0; j < {count}; j++) {name}[j] = {self.reducer(value).identity};")
        lines += [
            self._own(f"row{value.number}", self.nest.columns(), value.dtype) for value in self.nest.buffered
        ]
        return lines

    def _own(self, name: str, count: int, dtype: Any) -> str:
        kind = TYPES[str(dtype)]
        place = self.places.block(self.nest, name, (self.nest.threads, count), dtype)
        return f"{kind} *{name} = ({kind} *){place.address} + t * {count}L;"

    def reducer(self, value: Value) -> Reducer:
        """What a thread's sum over rows is gathered by."""
        operation = str(self.nest.producer[value].operation)
        return Reducer(operation, self.nest.gathered(value), f"v{value.number}")

    # Rows

    def _rows(self) -> list[str]:
        """The loop over the rows."""
        nest = self.nest
        for stage in range(max(nest.stages.values()) + 1):
            self._row_nodes(stage)
            self.row += Pass(self, stage).lines()
        self._row_nodes(len(self.group.nodes))
        self.row += self._stores
        every = self.shares_columns or nest.alone
        rows = positions(self.rows)
        if rows == 1:
            return self.row if every else ["if (t == 0) {", *indented(self.row), "}"]
        begin, end = ("0", str(rows)) if every else shared(rows, 1)
        several = len(self.rows) > 1
        name = "row" if several else "i"
        found = split(self.rows, name) if several else []
        head = f"for (long {name} = {begin}, end = {end}; {name} < end; {name}++) {{"
        return [head, *indented([*found, *self.row]), "}"]

    def _row_nodes(self, stage: int) -> None:
        """What is made once for each row before the columns are gone through for a stage."""
        for node in self.group.nodes:
            value = node.outputs[0]
            if node in self.done or self.nest.stages[node] > stage or self.nest.is_full(value):
                continue
            if value not in self.group.reductions:
                self.row += [self.statement(node), *self._checked(node)]
                if value in self.nest.outputs:
                    self.store(value)
            elif self._varies(node):
                continue
            else:
                sums = self.sums(value)
                text = self.converted(self.operand(node, 0), node, self.nest.gathered(value))
                line = self.reducer(value).merged(f"{sums.name}[{index(sums, self.rows)}]", text)
                self.row.append(f"if (t == 0) {line}" if self.shares_columns else line)
            self.done.add(node)

    def store(self, value: Value) -> None:
        """Write to memory what is made once for a row, at the row's end: it may lie over what is read before."""
        access = self.target(value)
        line = f"{access.name}[{index(access, self.rows)}] = v{value.number};"
        self._stores.append(f"if (t == 0) {line}" if self.shares_columns else line)

    def _varies(self, node: Node) -> bool:
        """Whether the operand of a reduction varies along the columns."""
        return not self.group.varies(self.group.read[node][0]).isdisjoint(self.group.columns)

    # Nodes

    def statement(self, node: Node) -> str:
        """The line that computes a node."""
        value = node.outputs[0]
        kind = REGISTERS[str(value.dtype or FLOAT64)]
        texts = [self.operand(node, place) for place in range(len(self.group.read[node]))]
        return f"const {kind} v{value.number} = {expression(node, texts)};"

    def converted(self, text: str, node: Node, dtype: Any) -> str:
        """A reduction's operand in the type that it is gathered in."""
        if dtype_of(node.args[0]) == dtype or node.operation in ("all", "any"):
            return text
        return f"({REGISTERS[str(dtype)]})({text})"

    def operand(self, node: Node, place: int) -> str:
        """An operand of a node, which is loaded where it first holds: once, in each row, or for each column."""
        one = [*operands(node)][place]
        if one in self.group.made:
            return f"v{one.number}"  # type: ignore[union-attr]
        access = self.accesses[one, self.group.read[node][place]]
        name = "v" + access.name[1:] if isinstance(one, Value) else access.name + "v"
        if access.varies([loop.last for loop in self.columns]):
            assert self.current is not None
            self.current.load(name, access)
        elif name not in self._known:
            self._known.add(name)
            lines = self.row if access.varies([loop.last for loop in self.rows]) else self._top
            kind = REGISTERS[str(access.dtype)]
            lines.append(f"const {kind} {name} = {access.name}[{index(access, self.rows)}];")
        return name

    def _checked(self, node: Node) -> list[str]:
        """The line that says of numbers what Python would raise."""
        error: Exception
        if node.operation == "number.truediv" and isinstance(node.args[1], Value):
            texts = [self.operand(node, place) for place in range(len(self.group.read[node]))]
            failed = f"{texts[-1]} == 0"
            error = ZeroDivisionError("float division by zero")
        elif node.operation == "number.pow":
            failed = f"!isfinite(v{node.outputs[0].number})"
            error = OverflowError("a power of numbers is no finite float")
        else:
            return []
        return [f"if ({failed}) all->failure = {self.places.failure(node, error)};"]

    # The end

    def _endings(self) -> list[str]:
        """What the threads have gathered, added up."""
        lines: list[str] = []
        for value in self.nest.sums():
            count, name, target = math.prod(value.shape), f"sum{value.number}", self.target(value).name
            reducer = self.reducer(value)
            over = math.prod(self.group.domain[one] for one in self.group.reductions[value])
            divided = f" / {over}" if reducer.operation == "mean" else ""
            if self.nest.alone:
                lines.append(f"for (long j = 0; j < {count}; j++) {target}[j] = {name}[j]{divided};")
                continue
            begin, end = shared(count, 16)
            lines += [
                f"for (long j = {begin}, end = {end}; j < end; j++) {{",
                f"    {REGISTERS[str(reducer.dtype)]} whole = {name}[j - t * {count}L];",
                "    for (int one = 1; one < all->threads; one++) "
                + reducer.merged("whole", f"{name}[j + (one - t) * {count}L]"),
                f"    {target}[j] = whole{divided};",
                "}",
            ]
        return lines if self.nest.alone or not lines else ["dl_barrier(all);", *lines]
