"""Checkpoints: the plain program's gradients, from memory that was really dropped."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd
from deep_learner.autograd import checkpoint
from deep_learner.nn import functional as F


def leaf(*values: float) -> Tensor:
    return dl.tensor(values, dtype=dl.float64, requires_grad=True)


class Part:
    """A function that counts its runs, with a parameter in its closure."""

    def __init__(self) -> None:
        self.weight = leaf(0.5, -1.0, 2.0)
        self.runs = 0

    def __call__(self, x: Tensor) -> Tensor:
        self.runs += 1
        return ((x * self.weight).sin() * x).exp()


def test_gradients_are_those_of_the_plain_program() -> None:
    part, x = Part(), leaf(1.0, 2.0, 3.0)
    part(x).sum().backward()
    plain = [x.grad.tolist(), part.weight.grad.tolist()]
    x.grad = part.weight.grad = None
    part.runs = 0
    y = checkpoint(part, x)
    assert part.runs == 1
    y.sum().backward()
    assert part.runs == 2
    assert [x.grad.tolist(), part.weight.grad.tolist()] == plain


def test_parameters_get_gradients_though_no_argument_needs_one() -> None:
    part = Part()
    checkpoint(part, dl.ones(3, dtype=dl.float64)).sum().backward()
    assert part.weight.has_grad


def test_what_the_part_saved_is_dropped() -> None:
    held: list[Any] = []

    def part(x: Tensor) -> Tensor:
        h = x.exp()
        held.append(weakref.ref(h._array))
        return h.sin() * 2

    x = leaf(1.0, 2.0)
    plain = part(x)
    assert held.pop()() is not None
    y = checkpoint(part, x)
    assert held.pop()() is None
    y.sum().backward()
    assert held.pop()() is None
    del plain


def test_recomputed_values_are_freed_by_the_pass() -> None:
    held: list[Any] = []

    def part(x: Tensor) -> Tensor:
        h = x.exp()
        held.append(weakref.ref(h._array))
        return h.sin()

    y = checkpoint(part, leaf(1.0, 2.0))
    y.sum().backward()
    assert [reference() for reference in held] == [None, None]
    with pytest.raises(RuntimeError, match="second time"):
        y.sum().backward()


def test_retained_graph_is_recomputed_once() -> None:
    part, x = Part(), leaf(1.0, 2.0, 3.0)
    y = checkpoint(part, x).sum()
    y.backward(retain_graph=True)
    first = x.grad.tolist()
    y.backward()
    assert part.runs == 2
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.asarray(first))


def test_higher_derivatives_are_those_of_the_plain_program() -> None:
    part, x = Part(), leaf(1.0, 0.5, -0.25)
    found = []
    for y in (part(x), checkpoint(part, x)):
        [first] = autograd.grad(y.sum(), x, create_graph=True)
        second = autograd.grad((first * first).sum(), [x, part.weight])
        found.append([first.tolist(), *[g.tolist() for g in second]])
    assert found[0] == found[1]


def test_checkpoints_nest() -> None:
    part, x = Part(), leaf(1.0, 0.5, -0.25)

    def outer(x: Tensor) -> Tensor:
        return checkpoint(part, checkpoint(part, x).log1p()).sqrt() + x

    def plain(x: Tensor) -> Tensor:
        return part(part(x).log1p()).sqrt() + x

    results = []
    for y in (plain(x), checkpoint(outer, x), checkpoint(lambda x: checkpoint(outer, x), x)):
        y.sum().backward()
        results.append([x.grad.tolist(), part.weight.grad.tolist()])
        x.grad = part.weight.grad = None
    assert results[0] == results[1] == results[2]


def test_chain_of_checkpoints() -> None:
    x = leaf(0.5)
    y = x
    for _ in range(50):
        y = checkpoint(dl.sin, y)
    y.backward()
    z = x.detach().requires_grad_()
    w = z
    for _ in range(50):
        w = w.sin()
    w.backward()
    assert x.grad.item() == z.grad.item()


@pytest.mark.needs("deep_learner_layers")
def test_second_run_draws_the_random_numbers_of_the_first() -> None:
    dl.manual_seed(3)
    x = dl.ones(1000, requires_grad=True)
    y = checkpoint(lambda x: F.dropout(x * x, 0.5), x)
    after = dl.rand(3).tolist()
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy() * 2)
    dl.manual_seed(3)
    F.dropout(dl.ones(1000), 0.5)
    assert dl.rand(3).tolist() == after


@pytest.mark.needs("deep_learner_layers")
def test_backward_leaves_the_random_stream_alone() -> None:
    x = dl.ones(10, requires_grad=True)
    y = checkpoint(lambda x: F.dropout(x * x, 0.5), x)
    state = dl.get_rng_state()
    y.sum().backward()
    assert (dl.get_rng_state() == state).all()


@pytest.mark.needs("deep_learner_layers")
def test_random_state_need_not_be_kept() -> None:
    dl.manual_seed(3)
    x = dl.ones(1000, requires_grad=True)
    y = checkpoint(lambda x: F.dropout(x * x, 0.5), x, preserve_rng_state=False)
    y.sum().backward()
    assert (x.grad.numpy() != y.detach().numpy() * 2).any()


def test_function_that_does_something_else_the_second_time_is_told() -> None:
    calls: list[int] = []

    def other_operation(x: Tensor) -> Tensor:
        calls.append(1)
        return x.sin() if len(calls) == 1 else x.exp()

    y = checkpoint(other_operation, leaf(1.0))
    with pytest.raises(RuntimeError, match=r"(?s)checkpoint.*SinBackward.*ExpBackward"):
        y.backward()


def test_function_that_makes_another_shape_the_second_time_is_told() -> None:
    calls: list[int] = []

    def other_shape(x: Tensor) -> Tensor:
        calls.append(1)
        return x[: len(calls)].sin().sum()

    y = checkpoint(other_shape, leaf(1.0, 2.0, 3.0))
    with pytest.raises(RuntimeError, match="checkpoint"):
        y.backward()


def test_argument_overwritten_in_between_is_told() -> None:
    x = leaf(1.0, 2.0)
    h = x * 2
    y = checkpoint(dl.sin, h)
    h.mul_(3)
    with pytest.raises(RuntimeError, match=r"checkpoint.*modified by an inplace operation, mul_\(\)"):
        y.sum().backward()


def test_in_place_operations_inside() -> None:
    def part(x: Tensor) -> Tensor:
        h = dl.zeros(3, dtype=dl.float64)
        h[0] = x[0] * 2
        h[1:].add_(x)
        return h.sin().mul_(h.exp())

    x = leaf(1.0, 2.0)
    results = []
    for y in (part(x), checkpoint(part, x)):
        y.sum().backward()
        results.append(x.grad.tolist())
        x.grad = None
    assert results[0] == results[1]


def test_stale_value_inside_is_caught() -> None:
    def part(x: Tensor) -> Tensor:
        h = x.exp()
        y = h.sin()
        h.add_(1)
        return y

    y = checkpoint(part, leaf(1.0))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_on_what_comes_out_and_inside(create_graph: bool) -> None:
    seen: list[Any] = []

    def part(x: Tensor) -> Tensor:
        h = x.exp()
        h.register_hook(lambda g: seen.append("inside"))
        return h.sin()

    x = leaf(0.0)
    y = checkpoint(part, x)
    y.register_hook(lambda g: g * 10)
    y.grad_fn.register_hook(lambda ins, outs: seen.append("node"))
    y.retain_grad()
    y.backward(create_graph=create_graph)
    assert seen == ["node", "inside"]
    assert y.grad.item() == 10 and x.grad.item() == pytest.approx(10 * np.cos(1))


def test_several_outputs_structures_and_named_arguments() -> None:
    def part(x: Tensor, *, scale: Tensor, word: str) -> dict[str, Any]:
        first, second = (x * scale).unbind()
        return {"product": [first.exp(), second.sin()], "input": x, "word": word}

    x, scale = leaf(0.5, 1.5), leaf(2.0, 3.0)
    results = []
    for out in (part(x, scale=scale, word="w"), checkpoint(part, x, scale=scale, word="w")):
        assert out["input"] is x and out["word"] == "w"
        (out["product"][0] + out["product"][1]).backward()
        results.append([x.grad.tolist(), scale.grad.tolist()])
        x.grad = scale.grad = None
    assert results[0] == results[1]


def test_custom_functions_inside() -> None:
    class Square(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * 2 * ctx.saved_tensors[0]

    def part(x: Tensor) -> Tensor:
        return Square.apply(x.exp()).sin()

    x = leaf(0.3)
    results = []
    for y in (part(x), checkpoint(part, x)):
        [first] = autograd.grad(y, x, create_graph=True)
        [second] = autograd.grad(first, x)
        results.append([first.item(), second.item()])
    assert results[0] == results[1]


def test_under_no_grad_the_function_is_just_called() -> None:
    part = Part()
    with dl.no_grad():
        assert not checkpoint(part, leaf(1.0, 2.0, 3.0)).requires_grad


def test_result_cut_from_the_graph_needs_no_second_run() -> None:
    part, x = Part(), leaf(1.0, 2.0, 3.0)
    y = checkpoint(lambda x: part(x).detach(), x)
    (x * y).sum().backward()
    assert part.runs == 1
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())
