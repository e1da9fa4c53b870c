"""Graphs of every shape: shared nodes, diamonds, long chains, several roots, repeated and freed passes."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd


def leaf(*values: float) -> Tensor:
    return dl.tensor(values, dtype=dl.float64, requires_grad=True)


def test_one_operand_twice_gets_both_shares() -> None:
    x = leaf(1, 2, 3)
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [2, 4, 6])


def test_shared_node_passes_its_gradient_on_once_and_whole() -> None:
    x = leaf(0.5, -1.5)
    calls = []
    h = x.exp()
    h.register_hook(lambda g: calls.append(g.tolist()))
    (h * h + h.sin() - 2 * h).sum().backward()
    e = np.exp([0.5, -1.5])
    np.testing.assert_allclose(calls, [2 * e + np.cos(e) - 2])
    np.testing.assert_allclose(x.grad.numpy(), (2 * e + np.cos(e) - 2) * e)


def test_ten_thousand_diamonds_take_linear_time() -> None:
    x = leaf(1.0)
    visits = 0

    def count(gradient: Tensor) -> None:
        nonlocal visits
        visits += 1

    h = x
    for _ in range(10_000):
        h = (h * 0.5) + (h * 0.5)
        h.register_hook(count)
    h.backward()
    assert visits == 10_000
    assert x.grad.item() == 1.0


def test_ten_thousand_diamonds_take_linear_time_when_the_pass_is_recorded() -> None:
    x = leaf(1.0)
    h = x
    for _ in range(10_000):
        h = (h * 0.5) + (h * 0.5)
    [gradient] = autograd.grad(h, x, create_graph=True)
    assert gradient.item() == 1.0


def test_several_roots_add_up() -> None:
    x = leaf(2.0)
    y, z = x * 3, x * x
    autograd.backward([y, z], [dl.tensor([1.0], dtype=dl.float64), dl.tensor([10.0], dtype=dl.float64)])
    assert x.grad.item() == 3 + 10 * 4


def test_a_root_that_feeds_another_root_counts_twice() -> None:
    x = leaf(2.0)
    y = x * 3
    z = y * y
    autograd.backward([y, z])
    assert x.grad.item() == 3 + 2 * 6 * 3


def test_same_root_given_twice_counts_twice() -> None:
    x = leaf(2.0)
    y = x * 3
    autograd.backward([y, y])
    assert x.grad.item() == 6


def test_leaf_as_root_receives_the_start() -> None:
    x = leaf(2.0, 3.0)
    x.backward(dl.tensor([4.0, 5.0], dtype=dl.float64))
    assert x.grad.tolist() == [4, 5]


def test_backward_accumulates_over_graphs() -> None:
    x = leaf(1.0, 2.0)
    (x * 3).sum().backward()
    (x * x).sum().backward()
    assert x.grad.tolist() == [5, 7]


def test_retained_graph_can_be_used_again() -> None:
    x = leaf(3.0)
    y = x.exp() * x
    y.backward(retain_graph=True)
    first = x.grad.item()
    y.backward()
    assert x.grad.item() == 2 * first


def test_freed_graph_says_how_to_keep_it() -> None:
    x = leaf(3.0)
    y = x.exp()
    y.backward()
    with pytest.raises(RuntimeError, match=r"(?s)second time.*ExpBackward.*retain_graph=True"):
        y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        autograd.grad(y, x)


def test_graph_that_saved_nothing_can_be_used_again_as_in_pytorch() -> None:
    x = leaf(3.0)
    y = x + 1
    y.backward()
    y.backward()
    assert x.grad.item() == 2


def test_saved_arrays_go_as_soon_as_backward_has_used_them() -> None:
    x = leaf(1.0, 2.0)
    y = x.exp()
    node = y.grad_fn
    y.sum().backward()
    assert node.saved is None


def test_first_gradient_is_not_the_callers_array() -> None:
    x = leaf(1.0, 2.0)
    start = dl.tensor([1.0, 1.0], dtype=dl.float64)
    (x + 0).backward(start)
    x.grad.add_(5)
    assert start.tolist() == [1, 1]


def test_two_leaves_of_one_addition_do_not_share_their_gradient() -> None:
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    (x + y).sum().backward()
    x.grad.mul_(7)
    assert y.grad.tolist() == [1, 1]


def test_gradient_broadcast_by_a_sum_can_be_written() -> None:
    x = leaf(1.0, 2.0)
    x.sum().backward()
    x.grad[0] = 9.0
    assert x.grad.tolist() == [9, 1]


def test_saved_gradient_that_a_later_pass_adds_to_is_noticed() -> None:
    x, w = leaf(2.0), leaf(5.0)
    (x * 3).backward()
    y = w * x.grad
    (x * 3).backward()  # writes into x.grad, which y's node saved
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_integer_outputs_carry_no_gradient() -> None:
    x = leaf(3.0, 1.0)
    values, places = x.sort()
    assert values.requires_grad and not places.requires_grad


def test_result_of_no_grad_operands_is_a_leaf() -> None:
    y = dl.tensor([1.0]) * 2
    assert y.is_leaf and y.grad_fn is None and not y.requires_grad
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        y.backward()


def test_unused_output_of_several_counts_as_zero() -> None:
    x = leaf(3.0, 1.0, 2.0)
    first, _, third = x.unbind()
    (first * third).backward()
    assert x.grad.tolist() == [2, 0, 3]


def test_three_orders_of_the_derivative_of_a_power() -> None:
    x = leaf(2.0)
    y = x**4
    derivatives = []
    for _ in range(3):
        [y] = autograd.grad(y, x, create_graph=True)
        derivatives.append(y.item())
    assert derivatives == [32, 48, 48]


def test_backward_with_create_graph_leaves_a_gradient_that_can_be_differentiated() -> None:
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    assert x.grad.requires_grad
    [second] = autograd.grad(x.grad, x)
    assert second.item() == 12


def test_shape_of_the_start_must_fit() -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"\(3,\).*\(2,\)"):
        (x * 2).backward(dl.ones(3, dtype=dl.float64))
