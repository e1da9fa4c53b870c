"""Making a Python function of a plan."""

from __future__ import annotations

import itertools
import linecache
import math
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.compiler import Constant, Emitted, Node, Plan, Value, called_by
from deep_learner_numpy.compiler.buffers import Layout, laid_out
from deep_learner_numpy.compiler.functions import (
    REDUCTIONS,
    SEEN_THROUGH,
    UFUNCS,
    elementwise,
    reduction_arguments,
    takes_out,
)

if TYPE_CHECKING:
    from deep_learner.backends import Backend

__all__ = ["Emission", "NumpyExecutor"]

_counter = itertools.count(1)
_SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}
_SIMPLE = (int, bool, str, type(None))


class NumpyExecutor:
    """Emits Python source, one line for each node, and executes it.

    Parameters
    ----------
    backend
        Whose functions and kernels are called.
    """

    seen_through = SEEN_THROUGH

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def emit(self, plan: Plan) -> Emitted:
        """A function that calls the nodes one after the other."""
        return Emission(self._backend, plan, laid_out(plan)).finished()


class Emission:
    """The source of one plan while it is written, and the objects that it names.

    An executor that computes some of the nodes by other means derives from it and writes its own :meth:`body`.

    Parameters
    ----------
    backend
        Whose functions and kernels are called.
    plan
        What is to be computed.
    layout
        Where results are written.
    """

    def __init__(self, backend: Backend, plan: Plan, layout: Layout) -> None:
        self.backend = backend
        self.plan = plan
        self.layout = layout
        self.names: dict[str, Any] = {"asarray": np.asarray, "copyto": np.copyto}
        self.values: dict[Value, str] = {}
        self._objects: dict[int, str] = {}
        self._functions: dict[Any, str] = {}
        self._numbers: dict[tuple[str, Any], Any] = {}
        self.lines: list[tuple[str, Node | None]] = []

    def finished(self) -> Emitted:
        """The function."""
        for value in self.plan.inputs:
            self.values[value] = f"v{value.number}"
        for value, array in self.layout.places.items():
            self.values[value] = f"v{value.number}"
            self.names[f"v{value.number}"] = array
        self.body()
        self.lines.append((f"return [{', '.join(self.values[one] for one in self.plan.results)}]", None))
        return self._executed()

    def body(self) -> None:
        """Write the lines that compute everything."""
        last = self.layout.last
        kept = {value.root for value in self.plan.kept()} | {value.root for value in self.plan.inputs}
        shown: dict[
            Value, list[str]
        ] = {}  # by the value that memory was taken for, all names of it and its views
        for place, node in enumerate(self.plan.nodes):
            self.emit(node)
            for one in node.outputs:
                name = self.values[one]
                ours = name == f"v{one.number}" and name not in self.names
                if ours and one.dtype is not None and one.root not in kept:
                    shown.setdefault(one.root, []).append(name)
            over = dict.fromkeys(
                one.root for one in (*node.inputs(), *node.outputs) if last.get(one.root, place) == place
            )
            dead = [name for root in over for name in shown.pop(root, ())]
            if dead:
                self.lines.append((f"del {', '.join(dead)}", None))
        self._writes()

    def _writes(self) -> None:
        """Copy into inputs what was not computed there; first of all what other inputs held before."""
        writes = [(source, value) for source, value in self.plan.writes if value not in self.layout.direct]
        written = {source for source, _ in self.plan.writes}
        names = {value: self.values[value] for _, value in writes}
        for value, name in names.items():
            if value.root in written:
                names[value] = f"held{value.number}"
                self.lines.append((f"{names[value]} = {name}.copy()", None))
        self.lines += [(f"copyto({self.values[source]}, {names[value]})", None) for source, value in writes]

    def signature(self) -> str:
        """What stands between the parentheses of the function's first line."""
        return ", ".join(self.values[value] for value in self.plan.inputs)

    def title(self) -> str:
        """A comment above the function, for people."""
        return f"# {len(self.plan.nodes)} operations, buffers of {self.layout.nbytes} bytes\n"

    def _executed(self) -> Emitted:
        body = "".join(f"    {text}\n" for text, _ in self.lines)
        source = f"def step({self.signature()}):\n{body}"
        filename = f"<compiled step {next(_counter)}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        scope: dict[str, Any] = {**self.names, "__name__": __name__}  # warnings are as of our code
        exec(compile(source, filename, "exec"), scope)
        nodes = [node for _, node in self.lines]

        def node_at(error: BaseException) -> Node | None:
            for frame, line in traceback.walk_tb(error.__traceback__):
                if frame.f_code.co_filename == filename:
                    return nodes[line - 2]
            return None

        return Emitted(scope["step"], self.title() + source, node_at)

    # One node

    def emit(self, node: Node) -> None:
        """Write the lines that compute a node."""
        operation = node.operation
        output = node.outputs[0]
        if output in self.layout.direct:
            self.values[output] = self.values[self.layout.direct[output]]
        if isinstance(operation, str) and operation.startswith("number."):
            symbol = _SYMBOLS[operation.removeprefix("number.")]
            first, second = map(self.text, node.args)
            self._assign(node, f"{first} {symbol} {second}")
        elif operation == "float":
            self._assign(node, f"float({self.text(node.args[0])})")
        elif self._is_fixed_view(node):
            made = self._function(node)(*map(self._fixed, node.args), **node.kwargs)
            self.names[f"v{output.number}"] = made
            self.values[output] = f"v{output.number}"
        elif takes_out(node):
            self._written(node)
        else:
            self._called(node)

    def _is_fixed_view(self, node: Node) -> bool:
        """Whether a node shows a buffer: then it need not be called again and again."""
        output = node.outputs[0]
        return (
            not node.several
            and output.alias is not None
            and output.root in self.layout.places
            and all(self.values.get(value) in self.names for value in node.inputs())
            and isinstance(node.operation, str)
            and all(isinstance(one, Value) or not _holds_values(one) for one in node.args)
        )

    def _fixed(self, one: Any) -> Any:
        return self.names[self.values[one]] if isinstance(one, Value) else one

    def _written(self, node: Node) -> None:
        output = node.outputs[0]
        out = self.values.get(output)
        arguments = [self.text(one) for one in node.args]
        if elementwise(node):
            name = self.named(UFUNCS[str(node.operation)], str(node.operation))
            arguments = self._operands(node)
        elif node.operation == "matmul":
            name = self.named(np.matmul, "matmul")
            if self._rows_by_matrix(node):
                self._matrix_product(node, name, arguments, out)
                return
        else:
            axis, dtype, keepdims = reduction_arguments(node)  # pyright: ignore[reportGeneralTypeIssues]
            name = self.named(REDUCTIONS[str(node.operation)], f"{node.operation}_reduce")
            arguments += [self.text(axis), self.text(dtype), out or "None", str(keepdims)]
            call = f"{name}({', '.join(arguments)})"
            self._result(node, call, out)
            return
        if out is not None:  # by position is faster, but some want it named
            arguments.append(f"out={out}" if node.operation in ("maximum", "minimum") else out)
        self._result(node, f"{name}({', '.join(arguments)})", out)

    def _operands(self, node: Node) -> list[str]:
        """The arguments of a ufunc; numbers as arrays, which NumPy need not convert again and again."""
        dtypes = [one.dtype for one in node.inputs() if one.dtype is not None]
        texts: list[str] = []
        for one in node.args:
            if isinstance(one, int | float) and dtypes and node.operation != "pow":
                dtype = np.result_type(*dtypes, one)  # as of a number, which widens nothing
                key = (repr(one), dtype)
                if key not in self._numbers:
                    self._numbers[key] = np.asarray(one, dtype)
                one = Constant(self._numbers[key])
            texts.append(self.text(one))
        return texts

    def _rows_by_matrix(self, node: Node) -> bool:
        """Whether a stack of matrices is multiplied by one: a single product is faster."""
        first, second = node.args
        if not isinstance(first, Value) or not isinstance(second, Value):
            return False
        return len(first.shape) > 2 and len(second.shape) == 2 and 0 not in first.shape and _contiguous(first)

    def _matrix_product(self, node: Node, name: str, arguments: list[str], out: str | None) -> None:
        first, output = node.args[0], node.outputs[0]
        rows = (math.prod(first.shape[:-1]), first.shape[-1])
        shape = (rows[0], output.shape[-1])
        left = f"{arguments[0]}.reshape({rows})"
        if arguments[0] in self.names:
            left = self.object_named(self.names[arguments[0]].reshape(rows), "rows")
        if out is None or not (out in self.names and self.names[out].flags.c_contiguous):
            call = f"{name}({left}, {arguments[1]}).reshape({output.shape})"
            if out is not None:
                call = f"copyto({out}, {call})"
            self._result(node, call, out)
            return
        flat = self.object_named(self.names[out].reshape(shape), "rows")
        self._result(node, f"{name}({left}, {arguments[1]}, {flat})", out)

    def _called(self, node: Node) -> None:
        function = self._function(node)
        name = self.named(function, str(node.operation))
        arguments = [self.text(one) for one in node.args]
        arguments += [f"{key}={self.text(one)}" for key, one in node.kwargs.items()]
        call = f"{name}({', '.join(arguments)})"
        if node.several:
            targets = ", ".join(f"v{one.number}" for one in node.outputs)
            self.lines.append((f"{targets}{',' * (len(node.outputs) == 1)} = {call}", node))
            for one in node.outputs:
                self.values[one] = f"v{one.number}"
                if one.shape == ():
                    self.lines.append((f"v{one.number} = asarray(v{one.number})", node))
        else:
            self._assign(node, f"asarray({call})" if node.outputs[0].shape == () else call)

    def _result(self, node: Node, call: str, out: str | None) -> None:
        if out is not None:
            self.lines.append((call, node))
        else:
            self._assign(node, f"asarray({call})" if node.outputs[0].shape == () else call)

    def _assign(self, node: Node, expression: str) -> None:
        output = node.outputs[0]
        self.values[output] = f"v{output.number}"
        self.lines.append((f"v{output.number} = {expression}", node))

    def _function(self, node: Node) -> Callable[..., Any]:
        return called_by(node, self.backend)

    # Names and literals

    def named(self, function: Any, wish: str) -> str:
        """The name of a function."""
        if id(function) not in self._functions:
            name = wish.replace(".", "_")
            while name in self.names:
                name += "_"
            self.names[name] = function
            self._functions[id(function)] = name
        return self._functions[id(function)]

    def object_named(self, thing: Any, wish: str) -> str:
        """The name of an object."""
        if id(thing) not in self._objects:
            name = f"{wish}{len(self._objects)}"
            self.names[name] = thing
            self._objects[id(thing)] = name
        return self._objects[id(thing)]

    def text(self, one: Any) -> str:
        """An argument as source."""
        if isinstance(one, Value):
            return self.values[one]
        if isinstance(one, Constant):
            return self.object_named(one.array, "constant")
        if type(one) in _SIMPLE or (type(one) is float and math.isfinite(one)):
            return repr(one)
        if type(one) is tuple:
            return f"({''.join(f'{self.text(part)}, ' for part in one)})"
        if type(one) is list:
            return f"[{', '.join(map(self.text, one))}]"
        if isinstance(one, slice):
            return f"slice({self.text(one.start)}, {self.text(one.stop)}, {self.text(one.step)})"
        if one is Ellipsis:
            return "..."
        return self.object_named(one, "object")


def _holds_values(tree: Any) -> bool:
    if isinstance(tree, tuple | list):
        return any(map(_holds_values, tree))
    if isinstance(tree, slice):
        return _holds_values((tree.start, tree.stop, tree.step))
    return isinstance(tree, Value | Constant)


def _contiguous(value: Value) -> bool:
    expected = value.dtype.itemsize
    for size, stride in zip(reversed(value.shape), reversed(value.strides or ()), strict=True):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
