"""Any backend runs compiled steps; NumPy's are functions of calls that write into planned memory."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.compiler import Draw, Node, Plan, Value, passes
from deep_learner_numpy.compiler.buffers import laid_out

FLOAT = np.dtype("float32")


def regression() -> Any:
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.GELU(), nn.Dropout(0.2), nn.Linear(4, 2))
    optimizer = dl.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y = dl.randn(5, 3), dl.randn(5, 2)

    def step() -> Any:
        optimizer.zero_grad()
        loss = (model(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        return loss

    return step


@pytest.mark.parametrize("backend", ["numpy", "strict"])
def test_every_backend_runs_compiled_steps(backend: str) -> None:
    with dl.backend(backend):
        eager, compiled = regression(), dl.compile(regression(), fullgraph=True)
        losses: list[list[float]] = []
        for step in (eager, compiled):
            dl.manual_seed(1)
            losses.append([step().item() for _ in range(4)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert compiled.traces == 2


def value(number: int, *shape: int) -> Value:
    strides = tuple(4 * int(np.prod(shape[place + 1 :])) for place in range(len(shape)))
    return Value(number, shape, FLOAT, strides)


def chain(length: int, size: int) -> Plan:
    """x + x, doubled again and again."""
    values = [value(number, size) for number in range(length + 1)]
    nodes = [Node("add", (one, one), {}, (two,)) for one, two in itertools.pairwise(values)]
    return Plan(nodes, values[:1], [], values[-1:])


def test_a_chain_needs_one_buffer() -> None:
    layout = laid_out(chain(20, 10_000))
    assert layout.nbytes < 2 * 40_000
    assert len(layout.places) == 19  # what is returned lies elsewhere


def test_results_that_are_needed_at_once_lie_apart() -> None:
    plan = chain(6, 10_000)
    values = [node.outputs[0] for node in plan.nodes]
    result = value(99, 10_000)
    plan.nodes.append(Node("add", (values[0], values[3]), {}, (result,)))
    plan.results = [result]
    layout = laid_out(plan)
    for between in values[1:4]:
        assert not np.shares_memory(layout.places[values[0]], layout.places[between])


def test_an_input_is_written_to_once_its_old_value_is_not_needed() -> None:
    x, y, doubled, changed, late = (value(number, 8) for number in range(5))
    nodes = [Node("add", (x, x), {}, (doubled,)), Node("multiply", (doubled, y), {}, (changed,))]
    assert laid_out(Plan(nodes, [x, y], [(x, changed)], [])).direct == {changed: x}
    nodes.append(Node("add", (x, y), {}, (late,)))
    assert laid_out(Plan(nodes, [x, y], [(x, changed)], [late])).direct == {}


def test_what_nobody_needs_is_left_out_but_draws_stay() -> None:
    x, unused, drawn, wanted = (value(number, 2) for number in range(4))
    nodes = [
        Node("sin", (x,), {}, (unused,)),
        Node(Draw(lambda: None), (), {}, (drawn,)),
        Node("cos", (x,), {}, (wanted,)),
    ]
    assert passes.without_dead(nodes, [wanted]) == nodes[1:]


def test_the_same_is_computed_once() -> None:
    x, one, other, total = (value(number, 2) for number in range(4))
    nodes = [
        Node("sin", (x,), {}, (one,)),
        Node("sin", (x,), {}, (other,)),
        Node("add", (one, other), {}, (total,)),
    ]
    plan = passes.optimised(Plan(nodes, [x], [], [total]))
    assert [node.operation for node in plan.nodes] == ["sin", "add"]
    assert plan.nodes[1].args == (one, one)


def test_zero_and_minus_zero_are_not_the_same() -> None:
    x, one, other, total = (value(number, 2) for number in range(4))
    nodes = [
        Node("copysign", (x, 0.0), {}, (one,)),
        Node("copysign", (x, -0.0), {}, (other,)),
        Node("add", (one, other), {}, (total,)),
    ]
    assert len(passes.optimised(Plan(nodes, [x], [], [total])).nodes) == 3
