"""``autograd.grad`` and ``backward(inputs=...)``: chosen inputs, unused ones, starts, and errors on the way."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd, op
from deep_learner.ops import registry


def leaf(*values: float) -> Tensor:
    return dl.tensor(values, dtype=dl.float64, requires_grad=True)


def test_grad_touches_no_grad_attribute() -> None:
    x, w = leaf(2.0), leaf(3.0)
    [gradient] = autograd.grad(x * w, [x])
    assert gradient.tolist() == [3]
    assert not x.has_grad and not w.has_grad


def test_gradient_of_a_tensor_that_is_no_leaf() -> None:
    x = leaf(2.0)
    h = x * x
    y = h.exp()
    by_h, by_x = autograd.grad(y, [h, x])
    assert by_h.item() == pytest.approx(y.item())
    assert by_x.item() == pytest.approx(4 * y.item())


def test_gradient_with_respect_to_the_output_itself_is_the_start() -> None:
    y = leaf(2.0) * 3
    [gradient] = autograd.grad(y, y, dl.tensor([7.0], dtype=dl.float64))
    assert gradient.item() == 7


def test_unused_input_is_an_error_unless_it_is_allowed() -> None:
    x, w = leaf(2.0), leaf(3.0, 4.0)
    y = x * 2
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        autograd.grad(y, [x, w], retain_graph=True)
    assert autograd.grad(y, [x, w], retain_graph=True, allow_unused=True)[1] is None
    zeros = autograd.grad(y, [x, w], materialize_grads=True)[1]
    assert zeros.tolist() == [0, 0] and zeros.dtype is dl.float64


def test_gradient_made_of_zeros_for_an_integer_input_is_floating() -> None:
    x, w = leaf(2.0), Tensor([1, 2], requires_grad=True)
    zeros = autograd.grad(x * 2, [w], materialize_grads=True)[0]
    assert zeros.dtype is dl.float32 and zeros.tolist() == [0, 0]


def test_grad_outputs_weigh_each_output() -> None:
    x = leaf(1.0, 2.0)
    weights = dl.tensor([10.0, 100.0], dtype=dl.float64)
    [gradient] = autograd.grad([x * 2, (x * x).sum()], [x], [weights, None])
    assert gradient.tolist() == [20 + 2, 200 + 4]


def test_differentiating_the_start_gives_the_linear_map_back() -> None:
    x, v = leaf(2.0, 3.0), leaf(1.0, 1.0)
    [product] = autograd.grad(x * x, x, v, create_graph=True)
    [again] = autograd.grad(product.sum(), v)
    assert again.tolist() == [4, 6]


def test_backward_gathers_only_in_the_inputs_named() -> None:
    x, w = leaf(2.0), leaf(3.0)
    (x * w).backward(inputs=[w])
    assert w.grad.item() == 2 and not x.has_grad
    with pytest.raises(RuntimeError, match="must not be empty"):
        (x * w).backward(inputs=[])


def test_backward_with_an_inner_tensor_as_input_fills_its_gradient() -> None:
    x = leaf(2.0)
    h = x * 3
    h.retain_grad()
    (h * h).backward(inputs=[h, x])
    assert h.grad.item() == 12 and x.grad.item() == 36


def test_backward_stops_at_inputs_and_leaves_the_rest_of_the_graph_usable() -> None:
    x = leaf(2.0)
    h = x.exp()
    (h * h).backward(inputs=[h])
    h.backward()
    assert x.grad.item() == pytest.approx(h.item())


def test_input_that_requires_no_gradient_is_refused() -> None:
    with pytest.raises(RuntimeError, match="does not require grad"):
        autograd.grad(leaf(1.0) * 2, dl.tensor([1.0]))


def test_numbers_of_outputs_and_starts_must_agree() -> None:
    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="2 tensors and 1 gradients"):
        autograd.backward([x * 2, x * 3], [dl.ones(1, dtype=dl.float64)])


def test_second_gradient_mixes_what_the_first_one_saved() -> None:
    x, w = leaf(2.0), leaf(5.0)
    [first] = autograd.grad(x * x * w, x, create_graph=True)
    by_x, by_w = autograd.grad(first, [x, w])
    assert by_x.item() == 10 and by_w.item() == 4


@pytest.fixture
def fragile() -> object:
    @op(name="fails_once")
    def fails_once(xp, input: Array) -> Array:  # noqa: F821
        return input + 0

    @fails_once.vjp("input")
    def _(xp, g):
        if failing:
            raise ValueError("planted")
        return g

    failing = [True]
    yield fails_once, failing
    del registry.OPERATIONS["fails_once"]


def test_backward_that_raises_leaves_nothing_behind_and_can_be_repeated(fragile) -> None:
    fails_once, failing = fragile
    x, w = leaf(2.0), leaf(3.0)
    y = fails_once(x * w) + x.exp() * w.sin()
    with pytest.raises(ValueError, match="planted") as caught:
        y.backward(retain_graph=True)
    assert "FailsOnceBackward" in caught.value.__notes__[0]
    waiting, seen = [y._node], set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            assert node.grad is None
            seen.add(node)
            waiting.extend(node.edges)
    assert not x.has_grad and not w.has_grad
    failing.clear()
    y.backward()
    expected = autograd.grad(x * w + x.exp() * w.sin(), [x, w])
    assert [x.grad.item(), w.grad.item()] == [g.item() for g in expected]


def test_a_backward_from_nothing_does_nothing():
    dl.autograd.backward([])
