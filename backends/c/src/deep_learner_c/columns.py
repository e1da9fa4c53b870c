"""One pass over the columns of a row: the innermost loops, which become vector instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.compiler import Node, Value
from deep_learner_c.expressions import REGISTERS, TYPES, cost
from deep_learner_c.loops import Access, indented, index, shared
from deep_learner_c.nest import FLOAT64
from deep_learner_c.reducers import Reducer

if TYPE_CHECKING:
    from deep_learner_c.nest_code import NestCode

__all__ = ["Pass"]

BLOCK = 4096  # elements that are added up in single precision
VECTOR = 16  # elements of a vector at most
SHORT = 64  # columns that are filled up to whole vectors
DEAR = 20  # sums, if a column takes as many


class Pass:
    """What one stage computes for each column.

    Parameters
    ----------
    code
        The nest, some of whose lines this writes.
    stage
        The number of the stage.
    """

    def __init__(self, code: NestCode, stage: int) -> None:
        self.code = code
        self.stage = stage
        self.nest = code.nest
        self._body: list[str] = []
        self._before: list[str] = []
        self._after: list[str] = []
        self._stores: list[str] = []
        self._loaded: set[str] = set()
        self._here: dict[Value, None] = {}  # what is computed
        self._inner: list[Reducer] = []
        self._around: list[tuple[Value, Reducer]] = []  # sums that do not vary along the innermost loop

    def lines(self) -> list[str]:
        """The loops over the columns, and what they end with."""
        group, done = self.code.group, self.code.done
        nodes = [node for node in group.nodes if self.nest.stages[node] == self.stage and node not in done]
        roots = [node for node in nodes if self._is_root(node)]
        if not roots:
            return []
        self.code.current = self
        self.padded = self._pads(roots)
        for node in roots:
            done.add(node)
            if node.outputs[0] in group.reductions:
                self._reduce(node)
            else:
                self._compute(node.outputs[0])
                for access in self._targets(node.outputs[0]):
                    self._store(access, f"v{node.outputs[0].number}")
        self._body += self._stores  # after all has been read that they may lie over
        return self._loops()

    def load(self, name: str, access: Access) -> None:
        """Read an element into a variable, once."""
        if name not in self._loaded:
            self._loaded.add(name)
            self._body.append(f"const {REGISTERS[str(access.dtype)]} {name} = {self._element(access)};")

    # What is computed

    def _is_root(self, node: Node) -> bool:
        """Whether a node's result leaves the loop: all others are computed for its sake."""
        value = node.outputs[0]
        return value in self.code.group.reductions or (
            self.nest.is_full(value) and (value in self.nest.outputs or value in self.nest.buffered)
        )

    def _compute(self, value: Value) -> None:
        """What a value takes; one of an earlier stage is read where it was kept."""
        code, node = self.code, self.nest.producer.get(value)
        if node is None or value in self._here or not self.nest.is_full(value):
            return
        self._here[value] = None
        kept = self._targets(value)
        if self.nest.stages[node] < self.stage and kept:
            self.load(f"v{value.number}", kept[0])
            return
        for one in node.inputs():
            self._compute(one)
        self._body.append(code.statement(node))

    def _targets(self, value: Value) -> list[Access]:
        """Where a value is kept."""
        found = [self.code.buffer(value)] if value in self.nest.buffered else []
        return [*found, self.code.target(value)] if value in self.nest.outputs else found

    def _reduce(self, node: Node) -> None:
        value = node.outputs[0]
        self._compute(node.args[0])
        reducer = Reducer(str(node.operation), value.dtype, f"v{value.number}")
        text = self.code.converted(self.code.operand(node, 0), node, reducer.dtype)
        sums = None if self.code.group.is_inner(value) else self.code.sums(value)
        if sums is not None and sums.strides[self.code.columns[-1].last]:
            target = f"{sums.name}[{index(sums, [*self.code.rows, *self.code.columns])}]"
            if self.padded:
                self._store(sums, text, reducer)
            else:
                self._body.append(reducer.merged(target, text))
            return
        if self.padded:
            last = self.code.columns[-1]
            name = f"x{value.number}"
            kind = REGISTERS[str(reducer.dtype)]
            self._body.append(
                f"const {kind} {name} = {last.variable} < {last.size} ? {text} : {reducer.identity};"
            )
            text = name
        if sums is None:
            self._inner.append(reducer)
        else:
            self._around.append((value, reducer))
        self._body += reducer.gathered(text)

    # Elements in memory

    def _pads(self, roots: list[Node]) -> bool:
        """Whether the columns, too few for whole vectors, are copied to where there is room for more."""
        code = self.code
        size = code.columns[-1].size
        if len(code.columns) > 1 or size >= SHORT or size % VECTOR == 0 or code.shares_columns:
            return False
        seen: set[Node] = set()
        waiting = [*roots]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [self.nest.producer[one] for one in node.inputs() if one in self.nest.producer]
        return sum(map(cost, seen)) >= DEAR

    @property
    def _room(self) -> int:
        return -(-self.code.columns[-1].size // VECTOR) * VECTOR

    def _element(self, access: Access) -> str:
        """An element of an array that varies along the columns."""
        where = index(access, [*self.code.rows, *self.code.columns])
        if not self.padded:
            return f"{access.name}[{where}]"
        last = self.code.columns[-1]
        name = f"near_{access.name}"
        loop = f"for (long {last.variable} = 0; {last.variable} < {last.size}; {last.variable}++)"
        self._before.append(f"{TYPES[str(access.dtype)]} {name}[{self._room}] = {{0}};")
        self._before.append(f"{loop} {name}[{last.variable}] = {access.name}[{where}];")
        return f"{name}[{last.variable}]"

    def _store(self, access: Access, text: str, reducer: Reducer | None = None) -> None:
        """Write an element, or add it to what is there."""
        where = f"{access.name}[{index(access, [*self.code.rows, *self.code.columns])}]"
        if not self.padded:
            self._stores.append(f"{where} = {text};")
            return
        last = self.code.columns[-1]
        name = f"far_{access.name}"
        loop = f"for (long {last.variable} = 0; {last.variable} < {last.size}; {last.variable}++)"
        near = f"{name}[{last.variable}]"
        self._before.append(f"{TYPES[str(access.dtype)]} {name}[{self._room}];")
        self._stores.append(f"{near} = {text};")
        self._after.append(f"{loop} {reducer.merged(where, near) if reducer else f'{where} = {near};'}")

    # Loops

    def _loops(self) -> list[str]:
        """The loops around the body."""
        code = self.code
        *outer, last = code.columns
        reducers = [*self._inner, *(one for _, one in self._around)]
        long = last.size > BLOCK and any(one.adds and one.dtype.itemsize == 4 for one in reducers)
        begin, end = "0", str(self._room if self.padded else last.size)
        if code.shares_columns and not outer:
            begin, end = shared(last.size, VECTOR)
        name = last.variable
        before, after, gathered = self._ends(long)
        lines = [
            *before,
            f"const long stop = {f'least(block + {BLOCK}, finish)' if long else end};",
            " ".join(["#pragma omp simd", *(one.clause() for one in reducers)]),
            f"for (long {name} = {'block' if long else begin}; {name} < stop; {name}++) {{",
            *indented(self._body),
            "}",
            *after,
        ]
        if long:
            head = f"for (long block = {begin}, finish = {end}; block < finish; block += {BLOCK}) {{"
            lines = [head, *indented(lines), "}"]
        for loop in reversed(outer):
            first, limit = (
                shared(loop.size, 1) if code.shares_columns and loop is outer[0] else ("0", str(loop.size))
            )
            name = loop.variable
            head = f"for (long {name} = {first}, stop_{name} = {limit}; {name} < stop_{name}; {name}++) {{"
            lines = [head, *indented(lines), "}"]
        if not outer and not long:
            lines = ["{", *indented(lines), "}"]
        declared = [line for one in gathered for line in one.declared()]
        finished = [
            line
            for one, whole in zip(self._inner, gathered, strict=True)
            for line in self._finished(one, whole)
        ]
        return [*declared, *lines, *finished]

    def _ends(self, long: bool) -> tuple[list[str], list[str], list[Reducer]]:
        """What stands before and after the innermost loop, and what inner reductions are gathered in."""
        code = self.code
        before, after = [*self._before], [*self._after]
        for value, reducer in self._around:
            before += reducer.declared()
            sums = code.sums(value)
            target = f"{sums.name}[{index(sums, [*code.rows, *code.columns[:-1]])}]"
            after.append(code.reducer(value).merged(target, f"({reducer.result()})"))
        if not long:
            return before, after, self._inner
        gathered = [
            Reducer(one.operation, FLOAT64 if one.adds else one.dtype, f"all_{one.name}")
            for one in self._inner
        ]
        for reducer, whole in zip(self._inner, gathered, strict=True):
            before += reducer.declared()
            after.append(whole.merged(whole.name, f"({reducer.result()})"))
        return before, after, gathered

    def _finished(self, reducer: Reducer, gathered: Reducer) -> list[str]:
        """An inner reduction's result under the value's own name."""
        value = next(one for one in self.code.group.reductions if f"v{one.number}" == reducer.name)
        divided = f" / {self.nest.columns()}" if reducer.operation == "mean" else ""
        lines: list[str] = []
        if gathered is not reducer:
            lines.append(
                f"const {REGISTERS[str(value.dtype)]} {reducer.name} = ({gathered.result()}){divided};"
            )
        elif divided or gathered.result() != gathered.name:
            lines.append(f"{reducer.name} = ({gathered.result()}){divided};")
        if value in self.nest.outputs:
            self.code.store(value)
        return lines
