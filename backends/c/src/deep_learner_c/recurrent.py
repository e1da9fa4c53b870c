"""Layers of LSTM and GRU cells, and their gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.kernel import FLOATS, Kernel, bound, writes_rows
from deep_learner_c.loops import body, call
from deep_learner_c.part import dtype_of, shape_of
from deep_learner_c.products import DEPTH, ROOM

if TYPE_CHECKING:
    from deep_learner_c.part import Places

__all__ = ["recurrent"]

SPEED = 40  # multiplications in a nanosecond
_PARAMETERS = {
    "ops.lstm_layer": ("input", "hx", "cx", "weight_ih", "weight_hh", "bias", "weight_hr", "steps"),
    "ops.lstm_layer_backward": (
        "grad_output", "grad_cells", "grad_gates", "input", "hx", "cx", "weight_ih", "weight_hh", "weight_hr", "output",
        "cells", "gates", "steps",
    ),
    "ops.gru_layer": ("input", "hx", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "steps"),
    "ops.gru_layer_backward": (
        "grad_output", "grad_gates", "input", "hx", "weight_ih", "weight_hh", "output", "gates", "steps",
    ),
}  # fmt: skip


class _Layer(Kernel):
    """One layer in one direction."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        self.kind = "lstm" if "cx" in given else "gru"
        self.backward = "gates" in given
        self.rows, self.inputs = shape_of(given["input"])
        self.batch, self.size = shape_of(given["hx"])
        self.sums = (4 if self.kind == "lstm" else 3) * self.size
        self.steps = [tuple(map(int, step)) for step in given["steps"]]
        self.has_weight = given["weight_ih"] is not None
        operands = {
            key: one
            for key, one in given.items()
            if key not in ("steps", "weight_hr") and not (self.backward and key == "grad_gates")
        }
        work = self.rows * self.sums * (self.inputs + self.size) * (1 + self.backward) / SPEED
        dtype = dtype_of(given["input"])
        super().__init__(node, ("products", "recurrent", self.kind), operands, dtype, threads, work)

    def prepare(self, places: Places) -> None:
        super().prepare(places)
        self.memories = {"room": (self.threads, DEPTH * ROOM)}
        if self.backward:
            self.memories |= {"before": (self.rows, self.size), "hidden": (self.batch, self.size)}
            names = ["delta", "cell"] if self.kind == "lstm" else ["delta", "inner"]
            sizes = {
                "delta": (self.rows, self.sums),
                "inner": (self.rows, self.sums),
                "cell": (self.batch, self.size),
            }
            self.memories |= {name: sizes[name] for name in names}
        else:
            most = -(-self.batch // self.threads)
            self.memories |= {
                "from_input": (self.inputs, self.sums),
                "from_state": (self.size, self.sums),
                "sums": (self.threads, most * self.sums * (1 if self.kind == "lstm" else 2)),
            }
        for name, (rows, columns) in self.memories.items():
            self.blocks[name] = rows * columns * self.dtype.itemsize

    def code(self, places: Places) -> str:
        table = ", ".join(f"{{{', '.join(map(str, step))}}}" for step in self.steps)
        names = self._outputs()
        lines = self.opening(places, names)
        lines += [self.memory(places, name, shape, self.dtype) for name, shape in self.memories.items()]
        lines.append(f"static const step_rows steps[] = {{{table}}};")
        lines.append(f"room += t * {DEPTH * ROOM}L;")
        lines += self._backward() if self.backward else self._forward()
        return body(lines)

    def _outputs(self) -> list[str]:
        if not self.backward:
            return ["output", "cells", "gates"] if self.kind == "lstm" else ["output", "gates"]
        if self.kind == "lstm":
            return ["grad_input", "grad_hx", "grad_cx", "grad_ih", "grad_hh", "grad_bias"]
        return ["grad_input", "grad_hx", "grad_ih", "grad_hh", "bias_ih", "bias_hh"]

    def _forward(self) -> list[str]:
        share = f"t, {self.sharers}"
        states = "hx, cx" if self.kind == "lstm" else "hx"
        biases = "bias" if self.kind == "lstm" else "bias_ih, bias_hh"
        return [
            f"turned{self.bits}(weight_ih, {self.sums}, {self.inputs}, from_input, {share});",
            f"turned{self.bits}(weight_hh, {self.sums}, {self.size}, from_state, {share});",
            *self._barrier(),
            call(
                f"{self.kind}{self.bits}",
                self.rows,
                self.inputs,
                self.size,
                self.batch,
                "steps",
                len(self.steps),
                "input",
                states,
                "from_input, from_state",
                biases,
                *self._outputs(),
                f"sums + t * {self.memories['sums'][1]}L",
                "room",
                share,
            ),
        ]

    def _backward(self) -> list[str]:
        share = f"t, {self.sharers}"
        sizes = (self.rows, self.size, self.batch, "steps", len(self.steps))
        if self.kind == "lstm":
            given = "grad_output, grad_cells, hx, cx, weight_hh, output, cells, gates"
            made = "grad_hx, grad_cx, delta, before, hidden, cell"
            biases = ("grad_bias", "0")
        else:
            given = "grad_output, hx, weight_hh, output, gates"
            made = "grad_hx, delta, inner, before, hidden"
            biases = ("bias_ih", "bias_hh")
        of_states = "delta" if self.kind == "lstm" else "inner"  # the gradient of what is added for them
        sums = (self.rows, self.sums)
        gradient = f"weight_gradient{self.bits}"
        lines = [
            call(f"{self.kind}_backward{self.bits}", *sizes, given, made, "room", share),
            *self._barrier(),
            call(gradient, *sums, "delta, input", self.inputs, "grad_ih", biases[0], "room", share),
            call(gradient, *sums, of_states, "before", self.size, "grad_hh", biases[1], "room", share),
        ]
        if self.has_weight:
            name = f"input_gradient{self.bits}"
            lines.append(call(name, *sums, "delta, weight_ih", self.inputs, "grad_input, room", share))
        return lines

    def _barrier(self) -> list[str]:
        return [] if self.alone else ["dl_barrier(all);"]


def recurrent(node: Node, threads: int) -> Kernel | None:
    """The part that computes a recurrent layer or its gradients."""
    names = _PARAMETERS.get(str(node.operation))
    if names is None:
        return None
    given = bound(node, names)
    if given.get("weight_hr") is not None or given.get("grad_gates") is not None:
        return None
    arrays = [one for one in given.values() if isinstance(one, Value | Constant)]
    dtype = dtype_of(given["input"])
    fits = (
        str(dtype) in FLOATS
        and all(dtype_of(one) == dtype for one in arrays)
        and all(0 not in shape_of(one) for one in arrays)
        and writes_rows(node)
    )
    return _Layer(node, given, threads) if fits else None
