"""Hooks on tensors, leaves and nodes: what they see, what they replace, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import autograd

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def both(program: Callable[[Any], Any]) -> Any:
    """The result of a program of the library, which must be the same in PyTorch."""
    ours, theirs = program(dl), program(torch)
    assert ours == theirs
    return ours


PASSES: dict[str, Callable[[Any, Any], Any]] = {
    "backward": lambda library, y: y.backward(),
    "retained": lambda library, y: y.backward(retain_graph=True),
    "recorded": lambda library, y: y.backward(create_graph=True),
}


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.filterwarnings("ignore:Using backward\\(\\) with create_graph=True:UserWarning")
class TestEveryPass:
    """Hooks run alike in every kind of pass."""

    def test_tensor_hooks_run_in_order_and_replace_the_gradient(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            y = x * 3
            y.register_hook(lambda g: seen.append(("first", g.tolist())))
            y.register_hook(lambda g: g * 10)
            y.register_hook(lambda g: seen.append(("third", g.tolist())))
            PASSES[name](library, (y * y).sum())
            return seen, x.grad.tolist()

        seen, _ = both(program)
        assert seen == [("first", [6, 12]), ("third", [60, 120])]

    def test_leaf_hooks_see_the_sum_once(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            x.register_hook(lambda g: seen.append(g.tolist()))
            x.register_hook(lambda g: -g)
            PASSES[name](library, (x * x + x * 3 + x).sum())
            return seen, x.grad.tolist()

        assert both(program) == ([[6, 8]], [-6, -8])

    def test_retained_gradient_is_what_tensor_hooks_made_of_it(self, name: str) -> None:
        def program(library: Any) -> Any:
            x = library.tensor([1.0, 2.0], requires_grad=True)
            y = x * 3
            y.retain_grad()
            y.register_hook(lambda g: g * 10)
            y.grad_fn.register_prehook(lambda gs: (gs[0] * 100,))
            PASSES[name](library, y.sum())
            return y.retains_grad, y.grad.tolist(), x.grad.tolist()

        assert both(program) == (True, [10, 10], [3000, 3000])

    def test_post_accumulate_hooks_see_the_whole_gradient(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            x.register_post_accumulate_grad_hook(lambda t: seen.append((t is x, t.grad.tolist())))
            PASSES[name](library, (x * x).sum())
            PASSES[name](library, (x * 2).sum())
            return seen

        assert both(program) == [(True, [2, 4]), (True, [4, 6])]

    def test_node_hooks_see_and_replace_what_goes_in_and_out(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            w = library.tensor([5.0, 7.0], requires_grad=True)
            y = x * w

            def before(grads: Any) -> Any:
                seen.append(("before", [g.tolist() for g in grads]))
                return (grads[0] * 2,)

            def after(ins: Any, outs: Any) -> Any:
                seen.append(("after", [g.tolist() for g in ins], [g.tolist() for g in outs]))
                return ins[0] + 1, ins[1]

            y.grad_fn.register_prehook(before)
            y.grad_fn.register_hook(after)
            PASSES[name](library, y.sum())
            return seen, x.grad.tolist(), w.grad.tolist()

        seen, x_grad, w_grad = both(program)
        assert seen == [("before", [[1, 1]]), ("after", [[10, 14], [2, 4]], [[2, 2]])]
        assert (x_grad, w_grad) == ([11, 15], [2, 4])

    def test_hooks_on_one_of_several_outputs_see_its_own_gradient(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
            first, second = x.unbind()
            first.register_hook(lambda g: seen.append(g.tolist()))
            first.register_hook(lambda g: g * 10)
            second.retain_grad()
            PASSES[name](library, (first * second).sum())
            return seen, second.grad.tolist(), x.grad.tolist()

        assert both(program) == ([[3, 4]], [1, 2], [[30, 40], [1, 2]])

    def test_node_of_several_outputs_has_one_set_of_hooks(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
            first, second = x.unbind()
            first.grad_fn.register_prehook(
                lambda gs: seen.append([None if g is None else g.tolist() for g in gs])
            )
            second.grad_fn.register_hook(lambda ins, outs: (ins[0] * 2,))
            PASSES[name](library, first.sum())
            return (
                first.grad_fn is second.grad_fn or first.grad_fn == second.grad_fn,
                len(seen),
                x.grad.tolist(),
            )

        assert both(program) == (True, 1, [[2, 2], [0, 0]])

    def test_hooks_on_the_node_that_accumulates(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            node = (x * 1).grad_fn.next_functions[0][0]
            node.register_prehook(lambda gs: (gs[0] * 5,))
            node.register_hook(
                lambda ins, outs: seen.append((ins, [g.tolist() for g in outs], x.grad.tolist()))
            )
            PASSES[name](library, (x * x).sum())
            return node.name().split("::")[-1], seen

        assert both(program) == ("AccumulateGrad", [((), [[10, 20]], [10, 20])])

    def test_removed_hooks_do_not_run(self, name: str) -> None:
        def program(library: Any) -> Any:
            seen: list[Any] = []
            x = library.tensor([1.0, 2.0], requires_grad=True)
            y = x * 3
            handles = [
                x.register_hook(lambda g: seen.append("leaf")),
                y.register_hook(lambda g: seen.append("tensor")),
                y.grad_fn.register_hook(lambda ins, outs: seen.append("node")),
                y.grad_fn.register_prehook(lambda outs: seen.append("before")),
                x.register_post_accumulate_grad_hook(lambda t: seen.append("accumulated")),
            ]
            for handle in handles:
                handle.remove()
                handle.remove()
            with x.register_hook(lambda g: seen.append("context")):
                pass
            PASSES[name](library, y.sum())
            return seen, x.grad.tolist()

        assert both(program) == ([], [3, 3])


def test_hooks_of_chosen_inputs_run_and_leaf_hooks_change_what_grad_returns() -> None:
    def program(library: Any) -> Any:
        seen: list[Any] = []
        x = library.tensor([1.0, 2.0], requires_grad=True)
        w = library.tensor([3.0, 4.0], requires_grad=True)
        x.register_hook(lambda g: g * 10)
        w.register_hook(lambda g: seen.append("w"))
        x.register_post_accumulate_grad_hook(lambda t: seen.append("accumulated"))
        y = (x * w).sum()
        [gradient] = library.autograd.grad(y, x, retain_graph=True)
        y.backward(inputs=[x])
        return seen, gradient.tolist(), x.grad.tolist()

    assert both(program) == (["accumulated"], [30, 40], [30, 40])


def test_retained_gradients_add_up_over_passes() -> None:
    def program(library: Any) -> Any:
        x = library.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        y.retain_grad()
        z = (y * y).sum()
        z.backward(retain_graph=True)
        z.backward()
        return y.grad.tolist()

    assert both(program) == [12, 24]


def test_inner_tensor_has_no_gradient_unless_it_is_retained() -> None:
    x = dl.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.sum().backward()
    assert y.grad is None and not y.has_grad and not y.retains_grad


def test_retain_grad_on_a_leaf_changes_nothing() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    x.retain_grad()
    (x * 2).backward()
    assert x.grad.item() == 2 and not x.retains_grad


def test_hook_under_create_graph_is_part_of_the_graph() -> None:
    def program(library: Any) -> Any:
        x = library.tensor([2.0], requires_grad=True)
        y = x * x
        y.register_hook(lambda g: g * x)
        [first] = library.autograd.grad(y, x, create_graph=True)
        [second] = library.autograd.grad(first, x)
        return first.item(), second.item()

    assert both(program) == (8, 8)


def test_hooks_added_by_a_hook_wait_for_the_next_pass() -> None:
    x = dl.tensor([1.0], requires_grad=True)
    seen: list[str] = []

    def first(gradient: Any) -> None:
        seen.append("first")
        x.register_hook(lambda g: seen.append("second"))

    handle = x.register_hook(first)
    (x * 2).backward()
    handle.remove()
    (x * 2).backward()
    assert seen == ["first", "second"]


def test_next_functions_lead_through_the_graph() -> None:
    x, w = dl.tensor([1.0], requires_grad=True), dl.tensor([2.0])
    y = (x.unbind()[0] * 2).sin() + w
    (sin, place), (constant, _) = y.grad_fn.next_functions
    assert (y.grad_fn.name(), sin.name(), place, constant) == ("AddBackward", "SinBackward", 0, None)
    [(multiply, _), *_] = sin.next_functions
    (unbind, number), *_ = multiply.next_functions
    assert unbind.name() == "UnstackBackward" and number == 0
    assert unbind.next_functions[0][0] is x._node


@pytest.mark.parametrize("method", ["register_hook", "register_post_accumulate_grad_hook"])
def test_hooks_need_a_tensor_that_requires_a_gradient(method: str) -> None:
    for library in (dl, torch):
        with pytest.raises(RuntimeError):
            getattr(library.ones(2), method)(print)
    with pytest.raises(RuntimeError, match="leaf"):
        (dl.ones(2, requires_grad=True) * 2).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="retain_grad"):
        dl.ones(2).retain_grad()


@pytest.mark.parametrize(("result", "error"), [(3.0, TypeError), ("shape", RuntimeError)])
def test_hook_must_return_a_gradient_that_fits(result: Any, error: type[Exception]) -> None:
    x = dl.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: dl.ones(3) if result == "shape" else result)
    with pytest.raises(error, match="hook"):
        y.sum().backward(retain_graph=True)
    assert not x.has_grad and y._node.grad is None


def test_hook_that_raises_stops_the_pass_and_leaves_nothing_behind() -> None:
    x = dl.ones(2, requires_grad=True)
    y = x.exp()
    handle = y.register_hook(lambda g: 1 / 0)
    z = (y * y).sum()
    with pytest.raises(ZeroDivisionError):
        z.backward(retain_graph=True)
    handle.remove()
    z.backward()
    assert x.grad.tolist() == pytest.approx([2 * dl.e**2] * 2, rel=1e-6)


def test_hook_may_run_a_backward_pass_of_its_own() -> None:
    x, w = dl.tensor([2.0], requires_grad=True), dl.tensor([3.0], requires_grad=True)
    y = x * x
    y.register_hook(lambda g: (w * w).backward())
    y.backward()
    assert x.grad.item() == 4 and w.grad.item() == 6


def test_optimizer_step_fused_into_backward() -> None:
    x = dl.tensor([1.0, 2.0], requires_grad=True)

    def step(leaf: Any) -> None:
        with dl.no_grad():
            leaf.sub_(leaf.grad, alpha=0.1)
        leaf.grad = None

    x.register_post_accumulate_grad_hook(step)
    (x * x).sum().backward()
    assert x.tolist() == pytest.approx([0.8, 1.6]) and not x.has_grad


def test_hooks_run_in_grad_of_a_recorded_gradient() -> None:
    x = dl.tensor([2.0], requires_grad=True)
    seen: list[float] = []
    [first] = autograd.grad(x**3, x, create_graph=True)
    first.register_hook(lambda g: seen.append(g.item()))
    first.backward()
    assert seen == [1.0] and x.grad.item() == 12
