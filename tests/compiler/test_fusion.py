"""Groups of nodes that one loop nest computes give what the nodes give, and nobody waits for what comes later."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.compiler import (
    Constant,
    Draw,
    Graph,
    Group,
    Node,
    Plan,
    Value,
    called_by,
    fused,
    passes,
    replaced,
)
from deep_learner.compiler.group import operands
from deep_learner_numpy.compiler.executor import NumpyExecutor
from tests.compiler.programs import PROGRAMS, Program, made

NUMPY = dl.backends.get("numpy")


def plan_of(program: Callable[..., Any], *shapes: tuple[int, ...], dtype: str = "float32") -> Plan:
    """The plan of a function of a note-taking function and values."""
    graph = Graph()
    inputs = [graph.value(np.zeros(shape, dtype)) for shape in shapes]
    plan = Plan(graph.nodes, inputs, [], [])

    def note(operation: Any, *args: Any, **kwargs: Any) -> Value:
        def given(one: Any) -> Any:
            return np.ones(one.shape, one.dtype) if isinstance(one, Value) else one

        node = Node(operation, args, kwargs, ())
        function = (lambda: np.zeros(())) if isinstance(operation, Draw) else called_by(node, NUMPY)
        result = np.asarray(function(*replaced(args, given), **kwargs))
        source = next(iter(node.inputs()), None)
        node.outputs = (graph.value(result, source if operation in ("reshape", "permute_dims") else None),)
        graph.nodes.append(node)
        return node.outputs[0]

    results = program(note, *inputs)
    plan.results = list(results) if isinstance(results, tuple) else [results]
    return plan


def computed(plan: Plan, parts: list[Node | Group], inputs: list[Any]) -> list[Any]:
    """The kept values of a plan; what a group computes is computed on arrays in the shape of its domain."""
    values = dict(zip(plan.inputs, inputs, strict=True))

    def given(one: Any) -> Any:
        return values[one] if isinstance(one, Value) else one.array if isinstance(one, Constant) else one

    for part in parts:
        if isinstance(part, Node):
            args, kwargs = (
                replaced(part.args, given),
                {key: replaced(one, given) for key, one in part.kwargs.items()},
            )
            results = called_by(part, NUMPY)(*args, **kwargs)
            values.update(zip(part.outputs, results if part.several else (results,), strict=True))
            continue
        assert set(part.reads) <= values.keys(), "a group reads what is not there yet"
        within: dict[Value, Any] = {}
        for node in part.nodes:
            result = nest(part, node, given, within)
            axes = part.made[node.outputs[0]]
            assert node.outputs[0] not in part.reductions or not set(
                part.reductions[node.outputs[0]]
            ) & part.varies(axes)
            within[node.outputs[0]] = result
        for value in part.outputs:
            values[value] = stored(part, value, within[value])
    return [values[value] for value in plan.kept()]


def nest(group: Group, node: Node, given: Callable[[Any], Any], within: dict[Value, Any]) -> Any:
    """What a node gives at every position of a group's domain; a reduction the same along what it reduces."""
    arrays: list[Any] = []
    for one, axes in zip(operands(node), group.read[node], strict=True):
        if one in within:
            assert group.made[one] == axes
            assert one not in group.reductions or group.is_inner(one), "a sum over rows is read within"
            arrays.append(within[one])
        else:
            array = np.asarray(given(one))
            strides = group.strides(axes, array.strides)
            arrays.append(np.lib.stride_tricks.as_strided(array, group.domain, strides))
    output = node.outputs[0]
    if output in group.reductions:
        reduced = getattr(np, node.operation)(*arrays, axis=group.reductions[output], keepdims=True)
        return np.broadcast_to(reduced, group.domain)
    if node.operation in ("reshape", "ops.reshape", "squeeze", "expand_dims", "broadcast_to"):
        return arrays[0]
    rest = iter(arrays)
    args = [next(rest) if isinstance(one, Value | Constant) else one for one in node.args]
    kwargs = {
        key: next(rest) if isinstance(one, Value | Constant) else one for key, one in node.kwargs.items()
    }
    return np.asarray(called_by(node, NUMPY)(*args, **kwargs))


def stored(group: Group, value: Value, whole: Any) -> Any:
    """An array in a value's shape, of what is at each position."""
    kept = group.varies(group.made[value])
    whole = np.broadcast_to(whole, group.domain)
    part = whole[tuple(slice(None) if one in kept else 0 for one in range(len(group.domain)))]
    order = [one for axis in group.made[value] for one in axis]
    part = part.transpose([sorted(kept).index(one) for one in order])
    return part.reshape(value.shape) if value.dtype is not None else float(part.reshape(()))


def groups(plan: Plan) -> list[Group]:
    return [part for part in fused(plan) if isinstance(part, Group)]


def layer_norm(note: Any, x: Any, weight: Any, g: Any) -> Any:
    """Forward and backward."""
    centred = note("subtract", x, note("mean", x, axis=-1, keepdims=True))
    scale = note("sqrt", note("add", note("mean", note("square", centred), axis=-1, keepdims=True), 0.1))
    normal = note("divide", centred, scale)
    slope = note("multiply", g, weight)
    along = note("mean", note("multiply", slope, normal), axis=-1, keepdims=True)
    back = note("subtract", note("subtract", slope, note("mean", slope, axis=-1, keepdims=True)), along)
    weights = note("sum", note("multiply", g, normal), axis=(0, 1))
    return note("multiply", normal, weight), note("divide", back, scale), weights


def cross_entropy(note: Any, x: Any, picked: Any) -> Any:
    shifted = note("subtract", x, note("max", x, axis=1, keepdims=True))
    total = note("log", note("sum", note("exp", shifted), axis=1, keepdims=True))
    rows = note("sum", note("multiply", note("subtract", shifted, total), picked), axis=1)
    return note("negative", note("divide", note("sum", rows), 6.0)), note(
        "exp", note("subtract", shifted, total)
    )


def batch_norm(note: Any, x: Any) -> Any:
    centred = note("subtract", x, note("mean", x, axis=(0, 2, 3), keepdims=True))
    return note("multiply", centred, note("sum", note("square", centred), axis=(0, 2, 3), keepdims=True))


def reshaping(note: Any, x: Any, bias: Any) -> Any:
    """A bias is added to (3, 8, 16), and its gradient is that of (24, 16)."""
    y = note("multiply", note("add", x, bias), 2.0)
    flat = note("reshape", y, (24, 16))
    return flat, note("sum", flat, axis=0)


ALONE = {  # a program, its shapes, and how many nodes are left outside of the only group
    "layer norm": (layer_norm, [(3, 8, 16), (16,), (3, 8, 16)], 0),
    "cross-entropy": (cross_entropy, [(6, 9), (6, 9)], 2),  # that end with the mean over rows
    "batch norm": (batch_norm, [(4, 3, 5, 5)], 0),
    "sums across a reshape": (reshaping, [(3, 8, 16), (16,)], 0),
}


@pytest.mark.parametrize("name", ALONE)
def test_one_nest_computes_a_normalisation_and_its_gradients(name: str) -> None:
    program, shapes, others = ALONE[name]
    plan = plan_of(program, *shapes)
    parts = fused(plan)
    assert len(parts[0].nodes) == len(plan.nodes) - others
    random = np.random.default_rng(0)
    inputs = [random.standard_normal(shape, "float32") for shape in shapes]
    for result, expected in zip(
        computed(plan, parts, inputs), computed(plan, plan.nodes, inputs), strict=True
    ):
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("program", PROGRAMS)
def test_groups_of_training_steps_give_what_the_nodes_give(
    program: Callable[[], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []
    emit = NumpyExecutor.emit
    monkeypatch.setattr(NumpyExecutor, "emit", lambda self, plan: plans.append(plan) or emit(self, plan))
    step = made(program)
    compiled = dl.compile(step.step, fullgraph=True, executor="numpy")
    for _ in range(3):  # twice for the traces, which become functions when they are run again
        compiled(*step.arguments)
    plan = plans[-1]
    parts = fused(plan)
    nodes = [node for part in parts for node in (part.nodes if isinstance(part, Group) else [part])]
    assert sorted(map(id, nodes)) == sorted(map(id, plan.nodes))
    assert len(parts) < len(nodes)
    random = np.random.default_rng(0)
    inputs = [
        0.5 if one.dtype is None
        else random.integers(0, 5, one.shape, one.dtype) if one.dtype.kind == "i"
        else random.random(one.shape).astype(one.dtype)
        for one in plan.inputs
    ]  # fmt: skip
    state = dl.get_rng_state()
    expected = computed(plan, plan.nodes, inputs)
    dl.set_rng_state(state)
    for result, wanted in zip(computed(plan, parts, inputs), expected, strict=True):
        np.testing.assert_allclose(result, wanted, rtol=1e-3, atol=1e-4)


def test_a_sum_along_one_axis_is_not_taken_for_one_along_another() -> None:
    plan = plan_of(lambda note, x: note("subtract", x, note("sum", x, axis=1)), (4, 4))
    x = np.arange(16, dtype="float32").reshape(4, 4)
    np.testing.assert_array_equal(computed(plan, fused(plan), [x])[0], x - x.sum(1))
    assert len(groups(plan)) == 2


def test_shapes_that_cross_each_other_are_not_mixed() -> None:
    def summed(note: Any, x: Any) -> Any:
        y = note("negative", x)
        return note("sum", y, axis=0), note("sum", note("reshape", y, (6, 4)), axis=0)

    assert len(groups(plan_of(summed, (4, 6)))) == 2


def test_what_another_node_lies_between_is_not_one_group() -> None:
    def program(note: Any, x: Any) -> Any:
        y = note("exp", x)
        product = note("matmul", y, y)
        return note("add", note("multiply", product, 2.0), y)

    parts = fused(plan_of(program, (5, 5)))
    assert [len(part.nodes) if isinstance(part, Group) else part.operation for part in parts] == [
        1,
        "matmul",
        2,
    ]


def test_what_is_needed_late_is_computed_late() -> None:
    """One nest for the whole of an update of which a part needs no gradient."""

    def program(note: Any, p: Any, g: Any) -> Any:
        decayed = note("multiply", p, 0.9)
        gradient = note("matmul", g, g)
        return note("subtract", decayed, note("multiply", gradient, 0.1))

    parts = fused(plan_of(program, (5, 5), (5, 5)))
    assert [getattr(part, "operation", "group") for part in parts] == ["matmul", "group"]


def test_a_mean_over_few_long_rows_is_not_read_in_the_same_nest() -> None:
    """Its rows could not be shared out among threads."""
    (long, _) = groups(
        plan_of(lambda note, x: note("divide", x, note("sum", x, axis=1, keepdims=True)), (2, 20_000))
    )
    assert not long.rows or long.reductions
    assert len(groups(plan_of(lambda note, x: note("divide", x, note("sum", x)), (2, 20)))) == 1


def test_draws_keep_their_order() -> None:
    draws = [Draw(lambda: None) for _ in range(4)]

    def program(note: Any, x: Any) -> Any:
        return tuple(note("multiply", x, note(draw)) for draw in draws)

    found = [part.operation for part in fused(plan_of(program, (3,))) if isinstance(part, Node)]
    assert found == draws


def test_stages_count_the_passes_over_the_columns() -> None:
    plan = plan_of(layer_norm, *ALONE["layer norm"][1])
    (group,) = groups(plan)
    stages = group.stages()
    assert [stages[node] for node in plan.nodes[:5]] == [0, 1, 1, 1, 2]
    assert group.domain == (3, 8, 16)
    assert group.columns == (2,)


def test_a_long_program_of_scalars_is_one_group_and_soon_found() -> None:
    def program(note: Any, x: Any) -> Any:
        values = [x]
        for one, other in itertools.product(range(40), range(40)):
            values.append(note("add", values[-1 - one % len(values)], values[-1 - other % len(values)]))
        return values[-1]

    plan = passes.optimised(plan_of(program, ()))
    (group,) = fused(plan)
    assert isinstance(group, Group)
    assert (group.domain, group.columns, group.reads) == ((), (), plan.inputs)
