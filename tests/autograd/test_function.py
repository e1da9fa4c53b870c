"""``Function``: operations written by hand keep PyTorch's contract."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import autograd

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

LIBRARIES = {
    "here": (dl, SimpleNamespace(Function=autograd.Function, once=autograd.once_differentiable)),
    "torch": (
        torch,
        SimpleNamespace(Function=torch.autograd.Function, once=torch.autograd.function.once_differentiable),
    ),
}


def both(program: Callable[[Any, Any], Any]) -> Any:
    """The result of a program of the library and its Function, which must be the same in PyTorch."""
    ours, theirs = (program(*library) for library in LIBRARIES.values())
    assert ours == theirs
    return ours


def test_saved_tensors_options_and_needs_input_grad() -> None:
    def program(library: Any, f: Any) -> Any:
        seen: list[Any] = []

        class Scaled(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any, factor: float, w: Any) -> Any:
                ctx.save_for_backward(x, w)
                ctx.factor = factor
                assert not (x * w).requires_grad
                return x * w * factor

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                _, w = ctx.saved_tensors
                seen.append(ctx.needs_input_grad)
                return g * w * ctx.factor, None, None

        x = library.tensor([1.0, 2.0], requires_grad=True)
        y = Scaled.apply(x, 3.0, library.tensor([5.0, 7.0]))
        y.sum().backward()
        return y.tolist(), x.grad.tolist(), seen, y.grad_fn.name()

    y, gradient, seen, name = both(program)
    assert (y, gradient, seen, name) == ([15, 42], [15, 21], [(True, False, False)], "ScaledBackward")


def test_context_set_up_beside_a_forward_without_it() -> None:
    def program(library: Any, f: Any) -> Any:
        class Cube(f.Function):
            @staticmethod
            def forward(x: Any) -> Any:
                return x**3

            @staticmethod
            def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
                ctx.save_for_backward(inputs[0], output)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                x, out = ctx.saved_tensors
                return g * 3 * out / x

        x = library.tensor([2.0], requires_grad=True)
        [first] = library.autograd.grad(Cube.apply(x), x, create_graph=True)
        [second] = library.autograd.grad(first, x, create_graph=True)
        [third] = library.autograd.grad(second, x, retain_graph=True)
        second.backward()
        return first.item(), second.item(), third.item(), x.grad.item()

    assert both(program) == (12, 12, 6, 6)


def test_second_derivative_runs_through_saved_inputs_and_outputs() -> None:
    def program(library: Any, f: Any) -> Any:
        class Exp(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                out = x.exp()
                ctx.save_for_backward(out)
                return out

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * ctx.saved_tensors[0]

        x = library.tensor([0.5], dtype=library.float64, requires_grad=True)
        y, found = Exp.apply(x * 2), []
        for _ in range(3):
            [y] = library.autograd.grad(y, x, create_graph=True)
            found.append(round(y.item(), 10))
        return found

    assert both(program) == [round(np.e * 2**i, 10) for i in (1, 2, 3)]


def test_several_outputs_and_ones_that_no_gradient_reached() -> None:
    def program(library: Any, f: Any, materialize: bool = True) -> Any:
        seen: list[Any] = []

        class Split(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.set_materialize_grads(materialize)
                positive = x > 0
                ctx.mark_non_differentiable(positive)
                return x * 2, x * 3, positive, "word"

            @staticmethod
            def backward(ctx: Any, a: Any, b: Any, c: Any, word: Any) -> Any:
                seen.append([None if g is None else g.tolist() for g in (a, b, c, word)])
                return a * 2 if b is None else a * 2 + b * 3

        x = library.tensor([1.0, -2.0], requires_grad=True)
        first, second, positive, word = Split.apply(x)
        assert second.requires_grad and not positive.requires_grad and word == "word"
        first.sum().backward()
        return seen, x.grad.tolist(), positive.tolist()

    assert both(program) == ([[[1, 1], [0, 0], [False, False], None]], [2, 2], [True, False])
    assert both(lambda *library: program(*library, materialize=False)) == (
        [[[1, 1], None, None, None]], [2, 2], [True, False]
    )  # fmt: skip


def test_input_written_in_place_is_marked_and_returned() -> None:
    def program(library: Any, f: Any) -> Any:
        class ExpInPlace(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                x.exp_()
                ctx.mark_dirty(x)
                ctx.save_for_backward(x)
                return x

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * ctx.saved_tensors[0]

        x = library.tensor([0.0, 1.0], requires_grad=True)
        h = x * 2
        version = h._version
        out = ExpInPlace.apply(h)
        assert h._version > version
        same = out is h
        (h * library.tensor([1.0, 0.5])).sum().backward()
        with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
            ExpInPlace.apply(x)
        return same, [round(g, 4) for g in x.grad.tolist()]

    assert both(program) == (True, [2, round(float(np.e**2), 4)])


def test_marked_write_is_noticed_though_no_operation_made_it() -> None:
    class Overwrite(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.detach().numpy()[...] = 7
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 0

    h = dl.tensor([2.0], requires_grad=True) * 1
    before = h.sin()
    Overwrite.apply(h)
    assert h.tolist() == [7] and h._version == 1
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*Overwrite\(\)"):
        before.backward()


def test_stale_saved_tensor_is_caught() -> None:
    def program(library: Any, f: Any) -> Any:
        class Double(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * ctx.saved_tensors[0]

        x = library.tensor([1.0], requires_grad=True)
        h = x * 1
        y = Double.apply(h)
        h.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.backward()

    both(program)


def test_saved_tensors_are_freed_with_the_graph() -> None:
    def program(library: Any, f: Any) -> Any:
        class Double(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * ctx.saved_tensors[0]

        x = library.tensor([3.0], requires_grad=True)
        y = Double.apply(x)
        y.backward(retain_graph=True)
        y.backward()
        assert x.grad.item() == 6
        with pytest.raises(RuntimeError, match="retain_graph=True"):
            y.backward()
        with pytest.raises(RuntimeError, match="freed"):
            _ = y.grad_fn.saved_tensors

    both(program)


@pytest.mark.parametrize(
    ("returned", "error", "words"),
    [
        (lambda g: (g, g), RuntimeError, "incorrect number of gradients .expected 1, got 2"),
        (lambda g: (), RuntimeError, "incorrect number of gradients .expected 1, got 0"),
        (lambda g: "word", (TypeError, RuntimeError), "got str|Received: str"),
        (lambda g: g[:1].expand(2, 3).clone(), RuntimeError, "invalid gradient.*got"),
    ],
)
def test_wrong_gradients_are_refused(returned: Any, error: Any, words: str) -> None:
    def program(library: Any, f: Any) -> Any:
        class Wrong(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return returned(g)

        x = library.ones(2, requires_grad=True)
        with pytest.raises(error, match=words) as caught:
            Wrong.apply(x).sum().backward()
        assert "WrongBackward" in str(caught.value) or library is torch

    both(program)


def test_surplus_none_is_forgiven() -> None:
    def program(library: Any, f: Any) -> Any:
        class Double(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2, None, None

        x = library.ones(2, requires_grad=True)
        Double.apply(x).sum().backward()
        return x.grad.tolist()

    assert both(program) == [2, 2]


def test_gradient_is_brought_to_the_operands_shape_and_dtype() -> None:
    def program(library: Any, f: Any) -> Any:
        seen: list[str] = []

        class Add(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any, y: Any) -> Any:
                return x + y

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g.double(), g.double()

        x, y = library.ones(2, 3, requires_grad=True), library.ones(3, requires_grad=True)
        h = y * 1
        h.register_hook(lambda g: seen.append(str(g.dtype).split(".")[-1]))
        Add.apply(x, h).sum().backward()
        return seen, y.grad.tolist(), str(x.grad.dtype).split(".")[-1]

    assert both(program) == (["float32"], [2, 2, 2], "float32")


def test_once_differentiable_refuses_only_the_second_derivative() -> None:
    def program(library: Any, f: Any) -> Any:
        class Once(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            @f.once
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2

        x = library.tensor([3.0], requires_grad=True)
        [first] = library.autograd.grad(Once.apply(x * x), x, create_graph=True)
        y = Once.apply(x) ** 2
        [through] = library.autograd.grad(y, x, create_graph=True)
        with pytest.raises(RuntimeError, match="once_differentiable"):
            through.backward()
        return first.item(), through.item()

    assert both(program) == (12, 24)


def test_function_without_backward_can_be_called_but_not_differentiated() -> None:
    def program(library: Any, f: Any) -> Any:
        class Forward(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

        y = Forward.apply(library.ones(2, requires_grad=True))
        with pytest.raises(NotImplementedError, match="backward"):
            y.sum().backward()
        return y.tolist()

    assert both(program) == [2, 2]


def test_nothing_is_recorded_under_no_grad_or_without_need() -> None:
    def program(library: Any, f: Any) -> Any:
        class Double(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2

        with library.no_grad():
            first = Double.apply(library.ones(2, requires_grad=True))
        return first.requires_grad, Double.apply(library.ones(2)).requires_grad

    assert both(program) == (False, False)


def test_function_that_returns_its_input_gives_a_new_tensor() -> None:
    def program(library: Any, f: Any) -> Any:
        class Reverse(f.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return -g

        x = library.ones(2, requires_grad=True)
        y = Reverse.apply(x)
        y.sum().backward()
        return y is x, x.is_leaf, x.grad.tolist()

    assert both(program) == (False, True, [-1, -1])


def test_gradients_of_a_function_of_strict_arrays_stay_there() -> None:
    class Square(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x, x + 1

        @staticmethod
        def backward(ctx: Any, g: Any, unused: Any) -> Any:
            assert g.device == unused.device == "strict:1" and unused.tolist() == [0, 0]
            return g * 2 * ctx.saved_tensors[0]

    x = dl.tensor([2.0, 3.0], device="strict:1", requires_grad=True)
    Square.apply(x)[0].sum().backward()
    assert x.grad.device == "strict:1" and x.grad.tolist() == [4, 6]


def test_functions_nest() -> None:
    class Inner(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    class Outer(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            with dl.enable_grad():
                ctx.inside = x.detach().requires_grad_()
                ctx.out = Inner.apply(ctx.inside)
            return ctx.out.detach()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return autograd.grad(ctx.out, ctx.inside, g)[0] * 10

    x = dl.ones(2, requires_grad=True)
    Outer.apply(x).sum().backward()
    assert x.grad.tolist() == [20, 20]
