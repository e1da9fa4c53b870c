"""The results of a compiled step are in the graph: backward() outside of it runs a compiled backward pass."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.compiler.array import TracedArray
from tests.compiler.programs import PROGRAMS, Program, made, mlp

F = nn.functional


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), rtol=2e-4, atol=2e-5)


def leaf(*shape: int, seed: int = 0) -> Any:
    dl.manual_seed(seed)
    return dl.randn(*shape).requires_grad_()


def trained(program: Program, forward: Callable[..., Any], steps: int = 5) -> list[float]:
    """The losses of a training whose loss, backward pass and optimizer's step are outside of ``forward``."""
    losses: list[float] = []
    dl.manual_seed(1)
    inputs, targets = program.arguments
    for _ in range(steps):
        program.optimizer.zero_grad()
        loss = F.cross_entropy(forward(inputs), targets)
        loss.backward()
        program.optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_training_is_the_same(program: Callable[[], Program]) -> None:
    eager, compiled = made(program), made(program)
    forward = dl.compile(compiled.model, fullgraph=True)
    assert trained(compiled, forward) == pytest.approx(trained(eager, eager.model), rel=1e-5)
    for mine, theirs in zip(compiled.model.parameters(), eager.model.parameters(), strict=True):
        close(mine, theirs)
        close(mine.grad, theirs.grad)
    for mine, theirs in zip(compiled.model.buffers(), eager.model.buffers(), strict=True):
        close(mine, theirs)
    assert forward.traces == 1


def test_strict_arrays_are_differentiated_outside_too() -> None:
    with dl.backend("strict"):
        eager, compiled = made(mlp), made(mlp)
        forward = dl.compile(compiled.model, fullgraph=True)
        assert trained(compiled, forward) == pytest.approx(trained(eager, eager.model), rel=1e-5)


def several(x: Any, y: Any) -> tuple[Any, ...]:
    """Results that depend on both, on one, and on neither; the second has infinite slopes where x is zero."""
    total = x * y + x.sum()
    return total.tanh(), x.sqrt() * 2, y.detach() + 1, y.mean() + total.sum()


USES: tuple[Callable[[tuple[Any, ...]], Any], ...] = (
    lambda r: r[0].sum(),
    lambda r: r[3],
    lambda r: (r[0] * r[0]).sum() + r[3] * 2,
    lambda r: r[1].sum(),
    lambda r: (r[0].double() * 3).sum(),
    lambda r: r[0][0] + r[0][1] + r[3],
)


@pytest.mark.parametrize("use", range(len(USES)))
def test_what_is_not_used_gets_no_gradient(use: int) -> None:
    """As in an eager pass zero is not multiplied by infinity."""
    x, y = dl.tensor([0.0, 1.0, 4.0], requires_grad=True), leaf(3)
    compiled = dl.compile(several, fullgraph=True)
    for _ in range(3):
        found: list[list[Any]] = []
        for step in (several, compiled):
            x.grad = y.grad = None
            USES[use](step(x, y)).backward()
            found.append([one.grad.tolist() if one.has_grad else None for one in (x, y)])
        for theirs, mine in zip(*found, strict=True):
            assert mine == pytest.approx(theirs, rel=1e-4) if theirs is not None else mine is None
    assert compiled.traces == 1


def test_the_step_stands_between_eager_parts_and_other_compiled_ones() -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 2)
    x = leaf(4, 3)
    one, other = dl.compile(lambda h: h.exp() * 0.1 + h), dl.compile(second)

    def gradients(middle: Callable[[Any], Any], last: Callable[[Any], Any]) -> list[Any]:
        for parameter in (x, *first.parameters(), *second.parameters()):
            parameter.grad = None
        h = first(x)
        (last(middle(h)).square().mean() + h.mean()).backward()
        return [parameter.grad.clone() for parameter in (x, *first.parameters(), *second.parameters())]

    expected = gradients(one.step, second)
    for _ in range(3):
        for mine, theirs in zip(gradients(one, other), expected, strict=True):
            close(mine, theirs)
    assert one.traces == other.traces == 1


def test_two_calls_before_one_backward() -> None:
    weight = leaf(3)
    compiled = dl.compile(lambda x: (weight * x).sin() * weight, fullgraph=True)
    x, y = dl.tensor([1.0, 2.0, 3.0]), dl.tensor([-1.0, 0.5, 2.0])
    compiled(x)
    found: list[Any] = []
    for step in (compiled.step, compiled):
        weight.grad = None
        (step(x) * step(y)).sum().backward()
        found.append(weight.grad.tolist())
    assert found[1] == pytest.approx(found[0], rel=1e-6)


def test_graphs_are_kept_and_freed_as_in_eager_passes() -> None:
    weight = leaf(3)
    compiled = dl.compile(lambda: (weight * weight).exp(), fullgraph=True)
    compiled()
    result = compiled().sum()
    result.backward(retain_graph=True)
    once = weight.grad.clone()
    result.backward()
    close(weight.grad, once * 2)
    with pytest.raises(RuntimeError, match="second time"):
        result.backward()


def test_a_result_that_is_dropped_drops_what_it_kept() -> None:
    weight = leaf(100)
    compiled = dl.compile(lambda: weight.exp().sin().sum(), fullgraph=True)
    compiled()
    result = compiled()
    node = result._node.source
    kept = [weakref.ref(array) for array in node.saved if array is not weight._array]
    assert kept
    del result, node
    assert [one() for one in kept] == [None] * len(kept)


def test_what_was_kept_and_then_overwritten_is_noticed() -> None:
    weight, x = leaf(3), dl.ones(3)
    compiled = dl.compile(lambda x: (weight * x).sum(), fullgraph=True)
    for _ in range(2):
        result = compiled(x)
        x.add_(1.0)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            result.backward()
    compiled = dl.compile(lambda x: (weight + x).sum(), fullgraph=True)
    for _ in range(2):
        result = compiled(x)
        x.add_(1.0)
        result.backward()


def test_hooks_on_results_and_leaves_are_called() -> None:
    weight = leaf(3)
    compiled = dl.compile(lambda: weight * 3.0, fullgraph=True)
    compiled()
    seen: list[Any] = []
    weight.register_post_accumulate_grad_hook(lambda one: seen.append(one.grad.tolist()))
    weight.register_hook(lambda g: g + 1.0)
    for _ in range(2):
        weight.grad = None
        result = compiled()
        result.retain_grad()
        result.register_hook(lambda g: g * 2.0)
        result.sum().backward()
        assert result.grad.tolist() == [2.0] * 3
    assert seen == [[7.0] * 3] * 2
    assert compiled.traces == 1


def test_hooks_on_leaves_are_called_by_a_backward_within_the_step() -> None:
    weight = leaf(3)
    compiled = dl.compile(lambda: (weight * 3.0).sum().backward())
    compiled()
    weight.grad = None
    weight.register_hook(lambda g: g + 1.0)
    with pytest.warns(UserWarning, match="hook"):
        compiled()
    assert weight.grad.tolist() == [4.0] * 3
    weight.grad = None
    compiled()
    assert weight.grad.tolist() == [4.0] * 3


def test_gradients_of_chosen_inputs() -> None:
    x, y = leaf(3), leaf(3, seed=1)
    compiled = dl.compile(lambda: (x * y).sin() + y, fullgraph=True)
    compiled()
    for inputs in ([x], [y], [x, y]):
        mine = dl.autograd.grad(compiled().sum(), inputs)
        theirs = dl.autograd.grad(compiled.step().sum(), inputs)
        for one, other in zip(mine, theirs, strict=True):
            close(one, other)
    assert not x.has_grad


def energy(x: Any) -> Any:
    return (F.gelu(x * x + 1).sum(-1) + dl.logsumexp(x, -1)).sum() * x.detach().abs().max()


TRANSFORMS: dict[str, Callable[[Callable[[Any], Any], Any], Any]] = {
    "grad": lambda f, x: dl.func.grad(f)(x),
    "jacrev": lambda f, x: dl.func.jacrev(lambda y: dl.stack([f(y), f(y * 2)]))(x),
    "vmap": lambda f, x: dl.func.vmap(dl.func.grad(f))(x),
    "rows": lambda f, x: dl.autograd.functional.jacobian(f, x, vectorize=True),
    "grad of grad": lambda f, x: dl.func.grad(lambda y: dl.func.grad(f)(y).square().sum())(x),
    "hessian": lambda f, x: dl.func.hessian(f)(x),
    "jvp": lambda f, x: dl.func.jvp(f, (x,), (x + 1,))[1],
    "functional": lambda f, x: dl.autograd.functional.hessian(f, x),
}


@pytest.mark.parametrize("way", TRANSFORMS)
def test_transforms_and_higher_derivatives(way: str) -> None:
    x = leaf(2, 3).detach().double()
    compiled = dl.compile(energy, fullgraph=True)
    for _ in range(2):
        compiled(x)
    expected = TRANSFORMS[way](energy, x)
    for _ in range(2):
        np.testing.assert_allclose(TRANSFORMS[way](compiled, x).numpy(), expected.numpy(), rtol=1e-9)


def test_a_penalty_on_the_gradient() -> None:
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    compiled = dl.compile(lambda x: (model(x), x.detach() * 2), fullgraph=True)
    x = leaf(4, 3)

    def penalised(run: Callable[[Any], Any]) -> list[Any]:
        model.zero_grad()
        (slope,) = dl.autograd.grad(run(x)[0].sum(), [x], create_graph=True)
        slope.square().sum().backward()
        return [parameter.grad.clone() for parameter in model.parameters() if parameter.has_grad]

    expected = penalised(compiled.step)
    for found in (penalised(compiled), penalised(compiled), penalised(compiled)):
        for mine, theirs in zip(found, expected, strict=True):
            close(mine, theirs)


def test_a_second_derivative_of_what_is_no_more_is_refused() -> None:
    x, shift, scales = leaf(3), dl.ones(3), [2.0]
    compiled = dl.compile(lambda: (x * x * scales[0] + shift).sum(), fullgraph=True)
    drawing = dl.compile(lambda: (x.exp() + dl.rand(3)).sum(), fullgraph=True)
    writing = dl.compile(lambda: (x.exp() + shift.add_(1.0)).sum(), fullgraph=True)

    def refused(step: Callable[[], Any], change: Callable[[], Any], reason: str) -> None:
        for _ in range(2):
            result = step()
        change()
        with pytest.raises(RuntimeError, match=rf"{reason}.*without compile"):
            dl.autograd.grad(result, [x], create_graph=True)

    refused(compiled, lambda: shift.add_(1.0), "overwritten")
    refused(compiled, lambda: scales.__setitem__(0, 3.0), "has changed")
    refused(drawing, lambda: None, "draws random numbers")
    refused(writing, lambda: None, "changes tensors")

    def penalty() -> Any:
        (slope,) = dl.autograd.grad((x * x * x + dl.rand(3)).sum(), [x], create_graph=True)
        return slope.square().sum()

    within = dl.compile(penalty, fullgraph=True)
    for _ in range(2):
        (mine,) = dl.autograd.grad(within(), [x])
        close(mine, 36 * x.detach() ** 3)


def test_parameters_that_are_frozen_and_thawed() -> None:
    model = nn.Linear(2, 2)
    compiled = dl.compile(model, fullgraph=True)
    x = dl.randn(3, 2)
    for frozen in (False, True, False):
        model.weight.requires_grad_(not frozen)
        model.zero_grad()
        compiled(x).square().sum().backward()
        assert model.weight.has_grad is not frozen
        assert model.bias.has_grad
    with dl.no_grad():
        assert not compiled(x).requires_grad


def test_a_state_that_carries_its_graph_from_step_to_step() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            dl.manual_seed(0)
            self.weight = nn.Parameter(dl.randn(3))
            self.state = dl.zeros(3)

        def forward(self, x: Any) -> Any:
            self.state = (self.state * self.weight + x).tanh()
            return self.state.sum()

    eager, cell = Cell(), Cell()
    compiled = dl.compile(cell, fullgraph=True)
    for model, run in ((eager, eager), (cell, compiled)):
        for _ in range(3):
            sum(run(dl.full((3,), float(k))) for k in range(4)).backward()
            model.state = model.state.detach()
    close(cell.weight.grad, eager.weight.grad)
    assert compiled.traces == 2  # the first state requires no gradient


def test_a_hook_or_a_checkpoint_within_runs_as_it_is() -> None:
    weight = leaf(3)

    def hooked() -> Any:
        y = weight * 2
        y.register_hook(lambda g: g * 3)
        return y.sum()

    def checkpointed() -> Any:
        return dl.autograd.checkpoint(lambda w: (w * w).exp(), weight, preserve_rng_state=False).sum()

    for step, word in ((hooked, "hook"), (checkpointed, "checkpoint")):
        expected = dl.autograd.grad(step(), [weight])[0]
        compiled = dl.compile(step)
        with pytest.warns(UserWarning, match=word):
            first = compiled()
        for result in (first, compiled()):
            close(dl.autograd.grad(result, [weight])[0], expected)


def test_a_view_that_is_returned_and_written_to() -> None:
    weight = leaf(2, 3)

    def step() -> Any:
        return (weight * 2).reshape(6)[1:]

    compiled = dl.compile(step, fullgraph=True)
    found: list[Any] = []
    for run in (step, compiled, compiled):
        weight.grad = None
        result = run()
        result.mul_(3.0)
        result.sum().backward()
        found.append(weight.grad.tolist())
    assert found[0] == found[1] == found[2]


def test_a_result_and_its_view_stay_together() -> None:
    weight = leaf(2)

    def step() -> Any:
        y = weight * 2
        return y, y[:1], y

    compiled = dl.compile(step)
    with pytest.warns(UserWarning, match="view"):
        compiled()
    for run in (step, compiled):
        weight.grad = None
        whole, part, again = run()
        part.mul_(5.0)
        assert whole is again
        whole.sum().backward()
        assert weight.grad.tolist() == [10.0, 2.0]


def test_a_function_of_the_users_own() -> None:
    class Through(dl.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.scale = x.abs().max()
            return x.round()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.scale

    weight = leaf(4)
    compiled = dl.compile(lambda: (Through.apply(weight * 3) * weight).sum(), fullgraph=True)
    (expected,) = dl.autograd.grad(compiled.step(), [weight])
    for _ in range(3):
        close(dl.autograd.grad(compiled(), [weight])[0], expected)


def test_an_error_in_the_backward_pass_names_the_line_of_the_forward_pass() -> None:
    class Fails(dl.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, table: Any, places: Any) -> Any:
            ctx.save_for_backward(table, places)
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            table, places = ctx.saved_tensors
            return g * table[places].sum(), None, None

    weight, table = leaf(2), dl.ones(3)

    def step(places: Any) -> Any:
        return Fails.apply(weight, table, places)

    compiled = dl.compile(step, fullgraph=True)
    compiled(dl.tensor([0, 1]))
    compiled(dl.tensor([0, 1])).sum().backward()
    with pytest.raises(IndexError) as caught:
        compiled(dl.tensor([0, 7])).sum().backward()
    assert f"{__file__}:{Fails.forward.__code__.co_firstlineno + 3}" in "".join(caught.value.__notes__)


def test_no_traced_array_is_left_behind() -> None:
    weight = leaf(3)
    holder: dict[str, Any] = {"last": None}

    def step(x: Any) -> Any:
        holder["last"] = (weight * x).exp()
        return holder["last"].sum(), x[1:]

    compiled = dl.compile(step, fullgraph=True)
    results = [compiled(dl.ones(3)) for _ in range(2)]
    for result, _ in results:
        result.backward()
    gc.collect()
    assert not [one for one in gc.get_objects() if issubclass(type(one), TracedArray)]
    assert all(isinstance(one._array, np.ndarray) for one in (weight, weight.grad, holder["last"]))


def test_threads_differentiate_the_results_of_one_step() -> None:
    import threading

    compiled = dl.compile(lambda x: (x.exp() * x).sum(), fullgraph=True)
    inputs = [dl.full((20,), one / 8).requires_grad_() for one in range(8)]

    def work(x: Any) -> None:
        for _ in range(20):
            x.grad = None
            compiled(x).backward()

    threads = [threading.Thread(target=work, args=(x,)) for x in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for x in inputs:
        close(x.grad, (x.exp() * (x + 1)).detach())
