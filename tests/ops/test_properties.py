"""What holds for every operation, on every namespace: checked for each row of the case table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.ops.registry import OPERATIONS
from tests.ops.case import Case, all_cases

NUMPY = (
    ("numpy", "numpy read-only") if find_spec("deep_learner_numpy") else ()
)  # core is tested without it, too
GPU = ("cuda:0",) if dl.cuda.is_available() else ()
PLACES = (*NUMPY, "strict", "strict:1", *GPU)
HOME = PLACES[0]  # what the others are compared with
CASES = [pytest.param(case, id=case.op) for case in all_cases()]
DIFFERENTIABLE = [pytest.param(case, id=case.op) for case in all_cases() if case.differentiable]


def device_of(place: str) -> str | None:
    """The device that a place names; None for NumPy's."""
    return None if place.startswith("numpy") else place


def tensor_at(place: str, array: np.ndarray, requires_grad: bool) -> dl.Tensor:
    """A tensor of ``array`` in a namespace."""
    if place.startswith("numpy"):
        array = array.copy()
        array.flags.writeable = "read-only" not in place
        made = dl.from_numpy(array)
    else:
        made = dl.tensor(array, device=place)
    return made.requires_grad_(requires_grad)


def carried(value: Any, place: str, inputs: list[dl.Tensor] | None) -> Any:
    """Arguments with Tensors in place of arrays; those that may require a gradient are added to ``inputs``."""
    if isinstance(value, np.ndarray):
        wanted = inputs is not None and value.dtype.kind in "fc"
        made = tensor_at(place, value, wanted)
        if inputs is not None and wanted:
            inputs.append(made)
        return made
    if isinstance(value, list | tuple) and any(isinstance(item, np.ndarray) for item in value):
        return type(value)(carried(item, place, inputs) for item in value)
    return value


def skip_without_kernel(case: Case, place: str) -> None:
    """Leave out an operation that nothing can compute there."""
    if case.kernel_only and case.op not in backends.for_device(dl.device(device_of(place) or "cpu")).kernels:
        pytest.skip(f"{case.op} needs a kernel, which the backend of {place} lacks")


def run(case: Case, call: Any, place: str, inputs: list[dl.Tensor] | None = None) -> Any:
    """The operation's value for a call."""
    args, kwargs = call
    made = [carried(value, place, inputs) for value in args]
    named = {name: carried(value, place, inputs) for name, value in kwargs.items()}
    return OPERATIONS[case.op](*made, **named)


def leaves(out: Any) -> list[Any]:
    """A result as a flat list."""
    return [leaf for item in out for leaf in leaves(item)] if isinstance(out, tuple | list) else [out]


def floating(out: Any) -> list[dl.Tensor]:
    """The differentiable outputs."""
    return [leaf for leaf in leaves(out) if leaf.requires_grad]


def weights(out: dl.Tensor, seed: int) -> np.ndarray:
    """Fixed numbers to weigh an output's elements with."""
    generator = np.random.default_rng(seed)
    values = generator.uniform(0.5, 1.5, tuple(out.shape))
    if out.is_complex():
        values = values + 1j * generator.uniform(0.5, 1.5, tuple(out.shape))
    return np.asarray(values).astype(out.dtype.name)


def converted(call: Any, dtype: str) -> Any:
    """A call with its floating arrays in another dtype."""
    args, kwargs = call

    def convert(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return np.asarray(value.astype(dtype))
        if isinstance(value, list):
            return [convert(item) for item in value]
        return value

    return tuple(map(convert, args)), {name: convert(value) for name, value in kwargs.items()}


def arrays(call: Any) -> list[np.ndarray]:
    """The arrays of a call."""
    args, kwargs = call
    flat = leaves([value if isinstance(value, list) else [value] for value in (*args, *kwargs.values())])
    return [value for value in flat if isinstance(value, np.ndarray)]


def gradients(
    case: Case, call: Any, place: str, create_graph: bool = False
) -> tuple[list[dl.Tensor], list[dl.Tensor]]:
    """Inputs (then the starting gradients, if they are recorded), and the inputs' gradients."""
    inputs: list[dl.Tensor] = []
    outs = floating(run(case, call, place, inputs))
    if not outs:
        return inputs, []
    starts = [dl.tensor(weights(out, i), device=device_of(place)) for i, out in enumerate(outs)]
    if create_graph:
        starts = [start.requires_grad_() for start in starts]
    found = dl.autograd.grad(outs, inputs, starts, create_graph=create_graph, materialize_grads=True)
    return inputs + (starts if create_graph else []), list(found)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", CASES)
def test_forward_agrees_with_the_reference(case: Case, place: str) -> None:
    skip_without_kernel(case, place)
    if case.reference is None:
        pytest.skip("random or uninitialised values have no reference")
    for call in case.calls():
        kept = [array.copy() for array in arrays(call)]
        with np.errstate(all="ignore"):
            expected = leaves(case.reference(*call[0], **call[1]))
        got = leaves(run(case, call, place))
        assert len(got) == len(expected)
        for mine, theirs in zip(got, expected, strict=True):
            theirs = np.asarray(theirs)
            assert tuple(mine.shape) == theirs.shape
            assert mine.device == (device_of(place) or "cpu")
            np.testing.assert_allclose(mine.numpy(), theirs, rtol=1e-10, atol=1e-12)
        for before, after in zip(kept, arrays(call), strict=True):
            np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("case", CASES)
def test_float32_stays_float32(case: Case) -> None:
    skip_without_kernel(case, HOME)
    if "float32" not in case.dtypes:
        pytest.skip("the case's reference is exact in float64 alone")
    for call in case.calls():
        wide = leaves(run(case, call, HOME))
        inputs: list[dl.Tensor] = []
        out = run(case, converted(call, "float32"), HOME, inputs if case.differentiable else None)
        for mine, theirs in zip(leaves(out), wide, strict=True):
            if theirs.dtype is dl.float64 and any(a.dtype.kind == "f" for a in arrays(call)):
                assert mine.dtype is dl.float32
        outs = floating(out)
        if outs:
            starts = [dl.tensor(weights(o, i)) for i, o in enumerate(outs)]
            found = dl.autograd.grad(outs, inputs, starts, materialize_grads=True)
            for x, g in zip(inputs, found, strict=True):
                assert g.dtype is x.dtype
                assert g.shape == x.shape


@contextmanager
def composite(operation: Any) -> Iterator[list[bool]]:
    """Take an operation's rules away, so that its forward is traced.

    A primitive's forward is the operation itself (``xp.tanh(x)``): there is nothing to trace. It keeps its rules, and
    the list that is yielded gets an entry.
    """
    rules, push, forward = operation.rules, operation.push, operation.forward
    primitive: list[bool] = []
    depth = [0]

    def traced(*args: Any, **kwargs: Any) -> Any:
        if depth[0]:
            operation.rules, operation.push = rules, push
            primitive.append(True)
        depth[0] += 1
        try:
            return forward(*args, **kwargs)
        finally:
            depth[0] -= 1

    operation.rules, operation.push, operation.forward = [], None, traced
    operation.implementations.clear()
    try:
        yield primitive
    finally:
        operation.rules, operation.push, operation.forward = rules, push, forward
        operation.implementations.clear()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("case", DIFFERENTIABLE)
def test_rules_agree_with_the_composite_derivative(case: Case, place: str) -> None:
    """On every namespace; the reference is the derivative traced through the operation's own forward on HOME."""
    skip_without_kernel(case, place)
    operation = OPERATIONS[case.op].operation
    for call in case.calls():
        inputs, by_rule = gradients(case, call, place)
        for x, g in zip(inputs, by_rule, strict=False):
            assert g.shape == x.shape
            assert g.dtype is x.dtype
            assert g.device == x.device
        if case.kernel_only:
            continue  # there is no forward to trace
        with composite(operation) as primitive:
            _, traced = gradients(case, call, HOME)
        if primitive:
            continue
        traced = traced or [dl.zeros_like(g) for g in by_rule]  # nothing was traced: constant
        for mine, theirs in zip(by_rule, traced, strict=True):
            np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-9, atol=1e-11)


def weighted_sum(outs: list[dl.Tensor], seed: int) -> float:
    """The sum of all elements with fixed weights: a scalar whose gradient :func:`gradients` computes."""
    total = 0.0
    for i, out in enumerate(outs):
        values = out.numpy(force=True)
        total += float(np.sum(values * weights(out, seed + i).conj()).real)
    return total


def moved(call: Any, directions: list[np.ndarray], step: float) -> Any:
    """A call with its floating arrays moved along given directions."""
    remaining = list(directions)

    def move(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            return np.asarray(value + step * remaining.pop(0))
        if isinstance(value, list):
            return [move(item) for item in value]
        return value

    args, kwargs = call
    return tuple(map(move, args)), {name: move(value) for name, value in kwargs.items()}


def directions_of(call: Any) -> list[np.ndarray]:
    generator = np.random.default_rng(7)
    made = []
    for array in arrays(call):
        if array.dtype.kind in "fc":
            values = generator.uniform(-1, 1, array.shape)
            if array.dtype.kind == "c":
                values = values + 1j * generator.uniform(-1, 1, array.shape)
            made.append(values)
    return made


def dot(xs: list[Any], ys: list[np.ndarray]) -> float:
    return float(sum(np.sum(np.conj(x) * y).real for x, y in zip(xs, ys, strict=True)))


def close(analytical: float, numerical: float) -> bool:
    return abs(analytical - numerical) <= 1e-6 + 2e-6 * abs(numerical)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("case", DIFFERENTIABLE)
def test_gradients_agree_with_finite_differences(case: Case) -> None:
    skip_without_kernel(case, "numpy")
    step = 1e-6
    for call in case.calls():
        _, found = gradients(case, call, "numpy")
        if not found:
            continue
        directions = directions_of(call)
        up, down = (
            weighted_sum(floating(run(case, moved(call, directions, s), "numpy", [])), 0)
            for s in (step, -step)
        )
        analytical = dot([g.numpy() for g in found], directions)
        assert close(analytical, (up - down) / (2 * step)), (call, analytical, (up - down) / (2 * step))


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.op) for case in all_cases() if case.differentiable and case.gradgrad]
)
def test_second_derivatives_agree_with_finite_differences(case: Case) -> None:
    skip_without_kernel(case, "numpy")
    step = 1e-6
    for call in case.calls():
        inputs, first = gradients(case, call, "numpy", create_graph=True)
        outs = [g for g in first if g.requires_grad]
        if not outs:
            continue
        where = [i for i, g in enumerate(first) if g.requires_grad]
        operands = inputs[: len(first)]
        starts = [dl.tensor(weights(out, 50 + i)) for i, out in enumerate(outs)]
        second = dl.autograd.grad(outs, operands, starts, materialize_grads=True)
        directions = directions_of(call)

        def value(s: float, call: Any = call, directions: Any = directions, where: Any = where) -> float:
            _, found = gradients(case, moved(call, directions, s), "numpy")
            return weighted_sum([found[i] for i in where], 50)

        numerical = (value(step) - value(-step)) / (2 * step)
        analytical = dot([g.numpy(force=True) for g in second], directions)
        assert close(analytical, numerical), (call, analytical, numerical)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("place", ["strict", "strict:1", *GPU])
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.op) for case in all_cases() if case.differentiable and case.gradgrad]
)
def test_recorded_backward_runs_on_other_arrays(case: Case, place: str) -> None:
    skip_without_kernel(case, place)
    for call in case.calls():
        _, here = gradients(case, call, place, create_graph=True)
        _, there = gradients(case, call, "numpy")
        for mine, theirs in zip(here, there, strict=True):
            np.testing.assert_allclose(mine.numpy(force=True), theirs.numpy(), rtol=1e-9, atol=1e-11)


def test_every_operation_of_core_has_a_case() -> None:
    tried = {case.op for case in all_cases()}
    core = {name for name, function in OPERATIONS.items() if function.__module__.startswith("deep_learner.")}
    assert sorted(core - tried - {"view_scatter", "astype", "clone"}) == []
