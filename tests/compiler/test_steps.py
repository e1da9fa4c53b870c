"""A compiled step does what the step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.compiler.programs import PROGRAMS, Program, made, mlp


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), rtol=2e-4, atol=2e-5)


def same_state(one: Program, other: Program) -> None:
    for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
        close(mine, theirs)
        close(mine.grad, theirs.grad)
    for mine, theirs in zip(one.model.buffers(), other.model.buffers(), strict=True):
        close(mine, theirs)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_training_is_the_same(program: Callable[[], Program]) -> None:
    eager, compiled = made(program), made(program)
    step = dl.compile(compiled.step, fullgraph=True)
    losses: list[list[float]] = []
    for run, arguments in ((eager.step, eager.arguments), (step, compiled.arguments)):
        dl.manual_seed(1)
        losses.append([run(*arguments).item() for _ in range(5)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    same_state(eager, compiled)
    assert step.traces == 2  # at first there are no gradients


def test_parameters_gradients_and_states_stay_the_same_objects() -> None:
    program = made(mlp)
    step = dl.compile(program.step, fullgraph=True)
    weight = program.model[0].weight
    view, array = weight.detach()[0], weight._array
    for _ in range(4):
        step(*program.arguments)
    assert weight._array is array
    assert view.tolist() == weight[0].tolist()


def test_what_a_step_returned_is_not_overwritten() -> None:
    program = made(mlp)
    step = dl.compile(program.step, fullgraph=True)
    losses = [step(*program.arguments) for _ in range(4)]
    assert len({loss.item() for loss in losses}) == 4
    gradient = program.model[0].weight.grad
    before = gradient.tolist()
    step(*program.arguments)
    assert gradient.tolist() == before


def test_gradients_accumulate() -> None:
    model = nn.Linear(3, 2)
    plain = nn.Linear(3, 2)
    plain.load_state_dict(model.state_dict())
    x = dl.randn(4, 3)

    def passes(model: Any) -> Callable[[], Any]:
        return lambda: model(x).square().sum().backward()

    step = dl.compile(passes(model), fullgraph=True)
    for _ in range(4):
        step()
        passes(plain)()
    close(model.weight.grad, plain.weight.grad)


def test_results_have_the_form_that_the_step_gives_them() -> None:
    @dl.compile(fullgraph=True)
    def step(x: Any, *, scale: float) -> Any:
        return {"scaled": (x * scale, None), "name": "step", "input": x}

    x = dl.ones(2)
    for _ in range(3):
        made = step(x, scale=3.0)
        assert made["scaled"][0].tolist() == [3.0, 3.0]
        assert made["scaled"][1] is None
        assert made["name"] == "step"
        assert made["input"] is x


def test_known_results_are_new_each_time() -> None:
    step = dl.compile(lambda x: dl.zeros(2), fullgraph=True)
    x = dl.ones(1)
    step(x)
    step(x).add_(1.0)
    assert step(x).tolist() == [0.0, 0.0]


def test_random_numbers_are_drawn_anew_from_the_same_stream() -> None:
    def draws(x: Any) -> Any:
        coins = dl.bernoulli(dl.full((3,), 0.5))
        return x + dl.rand(3), dl.randn_like(x), x.clone().uniform_(1, 2), coins, dl.randperm(4)

    step = dl.compile(draws, fullgraph=True)
    x = dl.zeros(3)
    found: list[Any] = []
    for run in (draws, step):
        dl.manual_seed(2)
        found.append([[one.tolist() for one in run(x)] for _ in range(3)])
    assert found[0] == found[1]
    assert found[1][1] != found[1][2]


def test_writing_to_a_view_and_to_a_slice_is_seen() -> None:
    def writes(x: Any, y: Any) -> Any:
        x[0] = y
        x.t()[1].mul_(2.0)
        return x.sum()

    step = dl.compile(writes, fullgraph=True)
    expected, x = dl.ones(2, 2), dl.ones(2, 2)
    for value in (3.0, 4.0, 5.0):
        y = dl.full((2,), value)
        assert writes(expected, y).item() == step(x, y).item()
        assert x.tolist() == expected.tolist()


def test_a_compiled_step_calls_another() -> None:
    inner = dl.compile(lambda x: x * 2, fullgraph=True)
    outer = dl.compile(lambda x: inner(x) + 1, fullgraph=True)
    for _ in range(3):
        assert outer(dl.ones(2)).tolist() == [3.0, 3.0]


def test_a_module_is_compiled() -> None:
    model = nn.Linear(3, 2)
    compiled = dl.compile(model)
    with dl.no_grad():
        for count in (1, 1, 2, 2):
            x = dl.randn(count, 3)
            close(compiled(x), model(x))


@pytest.mark.parametrize("dtype", ["float64", "float16", "complex64", "int64"])
def test_other_dtypes(dtype: str) -> None:
    def computes(x: Any) -> Any:
        return (
            (x * x + 2 * x).sum(),
            x.T @ x,
            x.mean(dtype=x.dtype if x.is_floating_point() else dl.complex64),
        )

    step = dl.compile(computes, fullgraph=True)
    x = dl.arange(6).reshape(2, 3).to(getattr(dl, dtype))
    for _ in range(2):
        for mine, theirs in zip(step(x), computes(x), strict=True):
            assert mine.dtype is theirs.dtype
            assert mine.tolist() == theirs.tolist()


def test_equal_results_are_separate() -> None:
    step = dl.compile(lambda x: (x * 2, x * 2, (x * 2)[:1]), fullgraph=True)
    x = dl.ones(2)
    for _ in range(3):
        one, other, part = step(x)
        one.add_(1.0)
        part.add_(2.0)
        assert (one.tolist(), other.tolist(), part.tolist()) == ([3.0, 3.0], [2.0, 2.0], [4.0])


def test_tensors_change_places() -> None:
    def exchange(x: Any, y: Any, z: Any) -> None:
        kept = x.clone()
        x.copy_(y)
        y.copy_(z)
        z.copy_(kept)

    step = dl.compile(exchange, fullgraph=True)
    x, y, z = dl.full((2,), 1.0), dl.full((2,), 2.0), dl.full((2,), 3.0)
    for expected in ([2, 3, 1], [3, 1, 2], [1, 2, 3]):
        step(x, y, z)
        assert [x[0].item(), y[0].item(), z[0].item()] == expected


@pytest.mark.parametrize("shown", [lambda x: x, lambda x: x.flip(0), lambda x: x[1:]])
def test_memories_change_places(shown: Callable[[Any], Any]) -> None:
    def step(x: Any, y: Any) -> None:
        old = shown(x).clone()
        shown(x).copy_(shown(y))
        shown(y).copy_(old)

    compiled = dl.compile(step, fullgraph=True)
    one, other = (dl.Tensor([1.0, 2.0, 3.0]), dl.Tensor([4.0, 5.0, 6.0])), (dl.ones(3), dl.zeros(3))
    for pair in (one, other):
        for _ in range(3):
            expected = [tensor.clone() for tensor in pair]
            step(*expected)
            compiled(*pair)
            for mine, theirs in zip(pair, expected, strict=True):
                close(mine, theirs)


def test_a_state_that_is_replaced_is_read_where_it_was_put() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.state = dl.zeros(2)

        def forward(self, x: Any) -> Any:
            self.state = (self.state * 0.5 + x).detach()
            return self.state + 1

    eager, compiled = Cell(), Cell()
    step = dl.compile(compiled, fullgraph=True)
    for value in range(12):
        x = dl.full((2,), float(value))
        assert step(x).tolist() == eager(x).tolist()
        before = compiled.state
        assert before.tolist() == eager.state.tolist()
    assert step.traces == 1


def test_activations_in_place() -> None:
    model = nn.Sequential(
        nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Dropout(0.5, inplace=True), nn.Linear(4, 2)
    )
    x, y = dl.randn(5, 3), dl.randn(5, 2)

    def gradients(run: Callable[..., Any] = model) -> list[Any]:
        model.zero_grad()
        nn.functional.mse_loss(run(x), y).backward()
        return [parameter.grad.clone() for parameter in model.parameters()]

    found: list[list[Any]] = []
    forward, whole = dl.compile(model, fullgraph=True), dl.compile(gradients, fullgraph=True)
    for run in (gradients, lambda: gradients(forward), whole):
        dl.manual_seed(1)
        found.append([one for _ in range(3) for one in run()])
    for eager, outside, within in zip(*found, strict=True):
        close(outside, eager)
        close(within, eager)
