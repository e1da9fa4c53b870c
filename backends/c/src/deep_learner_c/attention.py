"""Scaled dot-product attention and its gradients, whose heads are shared out among threads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.expressions import TYPES
from deep_learner_c.kernel import FLOATS, Kernel, bound
from deep_learner_c.loops import Loop, body, call, indented, shared, split
from deep_learner_c.part import dtype_of, shape_of
from deep_learner_c.products import ROOM
from deep_learner_c.views import strides_of

if TYPE_CHECKING:
    from deep_learner_c.part import Place, Places

__all__ = ["attention"]

QUERIES = 32  # as in attention.h
SPEED = 40  # multiplications in a nanosecond
_FORWARD = ("query", "key", "value", "mask", "is_causal", "scale")
_BACKWARD = (
    "grad", "grad_logs", "query", "key", "value", "mask", "output", "logs", "is_causal", "scale", "mask_wanted",
)  # fmt: skip


class _Attention(Kernel):
    """``dot_product_attention`` or its derivative."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        self.given = given
        self.backward = "grad" in given
        query, key, value = (shape_of(given[name]) for name in ("query", "key", "value"))
        self.leading = node.outputs[0].shape[:-2]
        self.queries, self.keys, self.width, self.values = query[-2], key[-2], query[-1], value[-1]
        operands = {key: one for key, one in given.items() if isinstance(one, Value | Constant)}
        work = math.prod(self.leading) * self.queries * self.keys * (self.width + self.values)
        super().__init__(
            node, ("products", "attention"), operands, dtype_of(given["query"]), threads, work / SPEED
        )
        products = ROOM * max(self.keys, self.width, self.values, QUERIES)
        self.room = (self.threads, (1 + self.backward) * QUERIES * self.keys + products)

    def prepare(self, places: Places) -> None:
        self.free = [
            key
            for key, one in self.operands.items()
            if key == "mask" or (not key.endswith("logs") and _in_rows(places.of(one)))
        ]
        super().prepare(places)
        self.blocks["room"] = math.prod(self.room) * self.dtype.itemsize

    def code(self, places: Places) -> str:
        names = ["to_query", "to_key", "to_value"] if self.backward else ["output", "logs"]
        lines = self.opening(places, names)
        lines.append(self.memory(places, "room", self.room, self.dtype))
        begin, end = ("0", str(math.prod(self.leading))) if self.alone else shared(math.prod(self.leading), 1)
        lines.append(f"for (long one = {begin}, end = {end}; one < end; one++) {{")
        inside = split([Loop(f"i{place}", size, 0) for place, size in enumerate(self.leading)], "one")
        rows: dict[str, int] = {}
        found = {**self.operands, **dict(zip(names, self.node.outputs, strict=False))}
        for name, one in found.items():
            place = places.of(one)
            if f"rows_of_{name}" in self.blocks:
                place = places.block(self, f"rows_of_{name}", place.shape, place.dtype)
            steps = [stride // place.dtype.itemsize for stride in place.strides]
            rows[name] = steps[-2] if place.shape[-2] > 1 else max(place.shape[-1], 1)
            missing = len(self.leading) - (len(steps) - 2)
            terms = [
                f"i{missing + at} * {step}L"
                for at, (step, size) in enumerate(zip(steps[:-2], place.shape[:-2], strict=True))
                if step and size > 1
            ]
            const = "" if name in names else "const "
            own = f"{const}{TYPES[str(place.dtype)]} *{name}_ = {' + '.join([name, *terms])};"
            inside.append(own)
        inside += self._head(places, rows)
        room = f"room + t * {self.room[1]}L"
        if self.backward:
            logs = "grad_logs_" if "grad_logs" in self.operands else "0"
            made = [f"{name}_, {rows[name]}" for name in names]
            given = (f"output_, {rows['output']}", f"grad_, {rows['grad']}", "logs_", logs)
            inside.append(call(f"attention_backward{self.bits}", "&h", *given, *made, room))
        else:
            inside.append(call(f"attention{self.bits}", "&h", f"output_, {rows['output']}", "logs_", room))
        return body([*lines, *indented(inside), "}"])

    def _head(self, places: Places, rows: dict[str, int]) -> list[str]:
        """The description of a head."""
        mask = "0, 0, 0, 0"
        if "mask" in self.operands:
            place = places.of(self.operands["mask"])
            down, across = (
                0 if size == 1 else stride // place.dtype.itemsize
                for stride, size in zip(place.strides[-2:], place.shape[-2:], strict=True)
            )
            mask = f"0, mask_, {down}, {across}" if place.dtype.kind == "b" else f"mask_, 0, {down}, {across}"
        sizes = f"{self.queries}, {self.keys}, {self.width}, {self.values}"
        scale = f"{float(self.given['scale']).hex()}{'f' if self.bits == 32 else ''}"
        steps = ", ".join(str(rows[name]) for name in ("query", "key", "value"))
        causal = int(self.given["is_causal"])
        values = f"{sizes}, {causal}, {scale}, query_, key_, value_, {steps}, {mask}"
        return [f"const head{self.bits} h = {{{values}}};"]


def _in_rows(place: Place) -> bool:
    """Whether the elements of each row follow each other, and rows do not overlap."""
    size = place.dtype.itemsize
    down, across = place.strides[-2:]
    apart = place.shape[-2] == 1 or down >= place.shape[-1] * size
    return (
        (place.shape[-1] == 1 or across == size)
        and apart
        and not any(stride % size for stride in place.strides)
    )


def attention(node: Node, threads: int) -> Kernel | None:
    """The part that computes attention or its gradients."""
    if node.operation == "ops.dot_product_attention":
        given = bound(node, _FORWARD)
    elif node.operation == "ops.dot_product_attention_backward":
        given = bound(node, _BACKWARD)
        if given["mask_wanted"]:
            return None
    else:
        return None
    arrays = {key: one for key, one in given.items() if isinstance(one, Value | Constant)}
    dtype = dtype_of(arrays["query"])
    mask = arrays.pop("mask", None)
    sizes = [shape_of(one) for one in arrays.values()]
    fits = (
        str(dtype) in FLOATS
        and all(dtype_of(one) == dtype for one in arrays.values())
        and (mask is None or dtype_of(mask) in (dtype, bool))
        and all(0 not in shape for shape in sizes)
        and isinstance(given["scale"], int | float)
    )
    outputs = node.outputs[: 3 if "grad" in given else 1]
    rows = all(one.shape[-1] == 1 or strides_of(one)[-1] == one.dtype.itemsize for one in outputs)
    return _Attention(node, given, threads) if fits and rows else None
