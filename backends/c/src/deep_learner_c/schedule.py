"""What of a plan is written in C, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deep_learner.compiler import Draw, Node, Plan, Value, fused
from deep_learner_c import expressions
from deep_learner_c.attention import attention
from deep_learner_c.convolution import convolution, convolution_weight
from deep_learner_c.copies import copying
from deep_learner_c.indexing import added, taken
from deep_learner_c.losses import cross_entropy
from deep_learner_c.nest import Nest
from deep_learner_c.part import Part, Place
from deep_learner_c.pooling import max_pool
from deep_learner_c.products import product
from deep_learner_c.recurrent import recurrent
from deep_learner_c.views import NUMBER, strides_of, view_of

__all__ = ["scheduled"]

WRITERS: tuple[Callable[[Node, int], Part | None], ...] = (
    product, copying, cross_entropy, attention, taken, added, convolution, convolution_weight, max_pool,
    recurrent,
)  # fmt: skip
"""Each gives the part that computes a node, if it can be written in C."""


def scheduled(plan: Plan, threads: int) -> list[Part | Node]:
    """Parts in C, and nodes that Python calls or that are views, with as few changes from C to Python as can be.

    A view that would be a copy as C lays out its source is no longer an alias of it.
    """
    parts: list[Part | Node] = []
    views: set[Node] = set()
    places = {value: _place(value, value.strides or ()) for value in plan.inputs}
    for one in fused(plan, expressions.takes, expressions.ELEMENTWISE):
        part: Part | Node = one if isinstance(one, Node) else Nest(one, threads)
        if isinstance(one, Node):
            view = view_of(one, places[one.args[0]]) if _shows_value(one) else None
            if view is not None:
                places[one.outputs[0]] = view
                views.add(one)
            else:
                if str(one.operation) in ("reshape", "ops.reshape"):
                    one.outputs[0].alias = None
                part = next((made for write in WRITERS if (made := write(one, threads)) is not None), one)
        for node in part.nodes if isinstance(part, Part) else [part]:
            for value in node.outputs:
                places.setdefault(value, _place(value, strides_of(value)))
        parts.append(part)
    return _ordered(parts, views)


def _place(value: Value, strides: Sequence[int]) -> Place:
    return Place(0, 0, tuple(strides), value.shape, value.dtype or NUMBER)


def _shows_value(node: Node) -> bool:
    return bool(node.args) and isinstance(node.args[0], Value) and len([*node.inputs()]) == 1


def _ordered(parts: Sequence[Part | Node], views: set[Node]) -> list[Part | Node]:
    """The parts in an order in which C is left as rarely as can be."""
    home: dict[Value, int] = {}
    waits: list[set[int]] = []
    draw: int | None = None
    for number, part in enumerate(parts):
        reads = part.reads if isinstance(part, Part) else part.inputs()
        waits.append({home[value] for value in reads if value in home})
        if isinstance(part, Node) and isinstance(part.operation, Draw):
            waits[-1] |= set() if draw is None else {draw}
            draw = number
        for node in part.nodes if isinstance(part, Part) else [part]:
            home.update(dict.fromkeys(node.outputs, number))
    ordered: list[Part | Node] = []
    left = dict.fromkeys(range(len(parts)))
    done: set[int] = set()
    in_python = False
    while left:
        before = len(left)
        for number in [*left]:
            part = parts[number]
            if waits[number] <= done and in_python == (isinstance(part, Node) and part not in views):
                ordered.append(parts[number])
                done.add(number)
                del left[number]
        if len(left) == before or in_python:
            in_python = not in_python
    return ordered
