"""Cross entropy between a softmax and classes, and its gradient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.kernel import FLOATS, Kernel, bound, writes_rows
from deep_learner_c.loops import body, call
from deep_learner_c.part import dtype_of, shape_of

if TYPE_CHECKING:
    from deep_learner_c.part import Places

__all__ = ["cross_entropy"]

_FORWARD = ("input", "target", "weight", "ignore_index", "reduction")
_BACKWARD = (
    "grad_loss", "grad_logs", "input", "target", "weight", "logs", "ignore_index", "reduction",
)  # fmt: skip


class _CrossEntropy(Kernel):
    """``softmax_cross_entropy`` or its derivative."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        shape = shape_of(given["input"])
        self.given = given
        self.backward = "grad_loss" in given
        classes = shape[0] if len(shape) == 1 else shape[1]
        self.sizes = f"{math.prod(shape) // classes}, {classes}, {math.prod(shape[2:])}"
        operands = {key: one for key, one in given.items() if key not in ("ignore_index", "reduction")}
        super().__init__(
            node,
            ("cross_entropy",),
            operands,
            dtype_of(given["input"]),
            threads,
            math.prod(shape),
            fails=not self.backward,
        )
        self.free = [key for key, one in operands.items() if key.startswith("grad") and not any(_steps(one))]
        if not self.backward:
            self.blocks["sums"] = 16 * self.threads

    def code(self, places: Places) -> str:
        mean, ignored = int(self.given["reduction"] == "mean"), f"{self.given['ignore_index']}L"
        if self.backward:
            lines = self.opening(places, ["grad"])
            steps = [
                int(math.prod(shape_of(self.given[name])) > 1 and name not in self.free)
                for name in ("grad_loss", "grad_logs")
            ]
            gradients = f"grad_loss, {steps[0]}, grad_logs, {steps[1]}"
            rest = f"input, target, weight, logs, {ignored}, {mean}, grad, t, {self.sharers}"
            lines.append(call(f"cross_entropy_backward{self.bits}", self.sizes, gradients, rest))
            return body(lines)
        lines = self.opening(places, ["loss", "logs"])
        lines.append(self.memory(places, "sums", (self.threads, 2), "float64"))
        whole = self.given["reduction"] != "none"
        losses = "0" if whole else "loss"
        rest = f"input, target, weight, {ignored}, {losses}, logs, sums, t, {self.sharers}"
        lines.append(f"const int known = {call(f'cross_entropy{self.bits}', self.sizes, rest)}")
        lines.append(f"if (!known) all->failure = {places.failure(self.node)};")
        if whole:
            lines += [] if self.alone else ["dl_barrier(all);"]
            lines.append(f"if (t == 0) *loss = cross_entropy_total{self.bits}(sums, {mean}, {self.sharers});")
        return body(lines)


def _steps(one: Value | Constant) -> tuple[int, ...]:
    """The strides of an operand that is not of one element everywhere."""
    strides = one.strides if isinstance(one, Value) else one.array.strides
    return tuple(stride for stride, size in zip(strides or (1,), shape_of(one), strict=False) if size > 1)


def cross_entropy(node: Node, threads: int) -> Kernel | None:
    """The part that computes a cross entropy or its gradient."""
    if node.operation == "ops.softmax_cross_entropy":
        given = bound(node, _FORWARD, weight=None, ignore_index=-100, reduction="mean")
    elif node.operation == "ops.softmax_cross_entropy_backward":
        given = bound(node, _BACKWARD)
    else:
        return None
    arrays = {key: one for key, one in given.items() if isinstance(one, Value | Constant)}
    dtype = dtype_of(arrays["input"])
    fits = (
        str(dtype) in FLOATS
        and dtype_of(arrays.pop("target")) == np.int64
        and all(dtype_of(one) == dtype for one in arrays.values())
        and 0 not in shape_of(given["input"])
        and writes_rows(node)
    )
    return _CrossEntropy(node, given, threads) if fits else None
