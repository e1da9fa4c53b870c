"""Max-pooling over one or two dimensions, and its gradient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.kernel import FLOATS, Kernel, bound
from deep_learner_c.loops import body
from deep_learner_c.part import dtype_of, shape_of

if TYPE_CHECKING:
    from deep_learner_c.part import Place, Places

__all__ = ["max_pool"]

SPEED = 15  # comparisons in a nanosecond
_OPTIONS = ("kernel_size", "stride", "padding", "dilation", "output_size")


class _MaxPool(Kernel):
    """``max_pool`` or its derivative."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        self.given = given
        self.backward = "grad" in given
        operands = {key: given[key] for key in ("input", "output", "grad") if key in given}
        dtype = dtype_of(given["input"])
        self.dims = len(given["kernel_size"])
        work = math.prod(given["output_size"]) * math.prod(shape_of(given["input"])[: -self.dims])
        work *= math.prod(given["kernel_size"])
        super().__init__(node, ("pooling",), operands, dtype, threads, work / SPEED, free=[*operands])
        self.channels = shape_of(given["input"])[-self.dims - 1]
        if self.backward:
            self.blocks["open"] = 4 * self.threads * self.channels
            self.blocks["shares"] = dtype.itemsize * self.threads * self.channels

    def code(self, places: Places) -> str:
        images = math.prod(shape_of(self.given["input"])[: -self.dims - 1])
        sizes = [
            *self._two(shape_of(self.given["input"])[-self.dims :], 1),
            *(
                one
                for name in ("output_size", "kernel_size", "stride", "dilation")
                for one in self._two(self.given[name], 1)
            ),
            *self._two(self.given["padding"], 0),
        ]
        lines = self.opening(places, ["to" if self.backward else "output"])
        lines.append(f"const pools w = {{{', '.join(map(str, (images, self.channels, *sizes)))}}};")
        lines.append(self._steps("s", places.of(self.given["input"])))
        if not self.backward:
            lines.append(self._steps("o", places.of(self.node.outputs[0])))
            lines.append(f"max_pool{self.bits}(&w, input, &s, output, &o, t, {self.sharers});")
            return body(lines)
        lines += [self._steps(name[0], places.of(self.given[name])) for name in ("output", "grad")]
        lines.append(self._steps("d", places.of(self.node.outputs[0])))
        lines.append(self.memory(places, "open", (self.threads, self.channels), "int32"))
        lines.append(self.memory(places, "shares", (self.threads, self.channels), self.dtype))
        lines.append(
            f"max_pool_backward{self.bits}(&w, input, &s, output, &o, grad, &g, to, &d, open + t * {self.channels}L, "
            f"shares + t * {self.channels}L, t, "
            f"{self.sharers});"
        )
        return body(lines)

    def _two(self, sizes: Any, missing: int) -> tuple[int, ...]:
        return (missing, *sizes) if self.dims == 1 else tuple(sizes)

    def _steps(self, name: str, place: Place) -> str:
        steps = [stride // place.dtype.itemsize for stride in place.strides]
        rank = len(steps)
        image = 0 if rank == self.dims + 1 else steps[0]
        row, column = self._two(steps[-self.dims :], 0)
        return f"const pool_steps {name} = {{{image}L, {steps[-self.dims - 1]}L, {row}L, {column}L}};"


def max_pool(node: Node, threads: int) -> Kernel | None:
    """The part that computes max-pooling or its gradient."""
    if node.operation == "ops.max_pool":
        given = bound(node, ("input", *_OPTIONS))
    elif node.operation == "ops.max_pool_backward":
        given = bound(node, ("grad", "input", "output", *_OPTIONS))
    else:
        return None
    dims = len(given["kernel_size"])
    arrays = [one for one in given.values() if isinstance(one, Value | Constant)]
    dtype = dtype_of(given["input"])
    fits = (
        dims in (1, 2)
        and str(dtype) in FLOATS
        and all(dtype_of(one) == dtype for one in arrays)
        and len(shape_of(given["input"])) in (dims + 1, dims + 2)
        and all(0 not in shape_of(one) for one in (*arrays, node.outputs[0]))
    )
    return _MaxPool(node, given, threads) if fits else None
