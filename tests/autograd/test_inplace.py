"""In-place operations: what they write, what they do to graphs, and what they refuse."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import Tensor, no_grad

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

LEAF = "a leaf Variable that requires grad"
STALE = "one of the variables needed for gradient computation has been modified by an inplace operation"


def leaf(*values: float) -> Tensor:
    return dl.tensor(values, dtype=dl.float64, requires_grad=True)


WRITES = {
    "add_": lambda x, v: x.add_(v),
    "add_ alpha": lambda x, v: x.add_(v, alpha=3),
    "sub_": lambda x, v: x.sub_(v),
    "mul_": lambda x, v: x.mul_(v),
    "div_": lambda x, v: x.div_(v),
    "pow_": lambda x, v: x.pow_(2),
    "exp_": lambda x, v: x.exp_(),
    "sin_": lambda x, v: x.sin_(),
    "sigmoid_": lambda x, v: x.sigmoid_(),
    "clamp_": lambda x, v: x.clamp_(0.0, 1.5),
    "copy_": lambda x, v: x.copy_(v),
    "copy_ broadcast": lambda x, v: x.copy_(v[0]),
    "zero_": lambda x, v: x.zero_(),
    "fill_": lambda x, v: x.fill_(7.0),
    "fill_ tensor": lambda x, v: x.fill_(v[1]),
    "masked_fill_": lambda x, v: x.masked_fill_(x > 1, 5.0),
    "+=": lambda x, v: operator.iadd(x, v),
    "-=": lambda x, v: operator.isub(x, v),
    "*=": lambda x, v: operator.imul(x, v),
    "/=": lambda x, v: operator.itruediv(x, v),
    "**=": lambda x, v: operator.ipow(x, 2),
    "x[i] = v": lambda x, v: x.__setitem__(1, v[0]),
    "x[slice] = v": lambda x, v: x.__setitem__(slice(1, None), v[:2]),
    "x[::2] = number": lambda x, v: x.__setitem__(slice(None, None, 2), 4.0),
    "x[mask] = number": lambda x, v: x.__setitem__(x > 1, 0.5),
    "x[mask] = v": lambda x, v: x.__setitem__(v > 0, v[:2]),
    "x[list] = v": lambda x, v: x.__setitem__([0, 2], v[1:]),
    "x[...] = v": lambda x, v: x.__setitem__(..., v),
}


@pytest.mark.parametrize("name", WRITES)
def test_values_and_gradients_are_pytorchs(name: str) -> None:
    results = []
    for library in (dl, torch):
        a = library.tensor([0.5, 1.5, 2.5], dtype=library.float64, requires_grad=True)
        b = library.tensor([1.25, -2.0, 3.0], dtype=library.float64, requires_grad=True)
        x = a * 1.0
        WRITES[name](x, b)
        (x * library.tensor([1.0, 10.0, 100.0], dtype=library.float64)).sum().backward()
        zeros = torch.zeros(3, dtype=torch.float64)
        grads = [zeros if t.grad is None else t.grad for t in (a, b)]
        results.append([t.detach().numpy().tolist() for t in (x, *grads)])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-12)


@pytest.mark.parametrize("name", WRITES)
def test_leaf_that_requires_grad_is_written_only_under_no_grad(name: str) -> None:
    x, v = leaf(0.5, 1.5, 2.5), dl.tensor([1.25, -2.0, 3.0], dtype=dl.float64)
    with pytest.raises(RuntimeError, match=LEAF):
        WRITES[name](x, v)
    assert x.tolist() == [0.5, 1.5, 2.5] and x._version == 0
    twin = torch.tensor([0.5, 1.5, 2.5], dtype=torch.float64, requires_grad=True)
    with no_grad(), torch.no_grad():
        WRITES[name](x, v)
        WRITES[name](twin, torch.tensor(v.tolist(), dtype=torch.float64))
    np.testing.assert_allclose(x.detach().numpy(), twin.detach().numpy())
    assert x.is_leaf and x.requires_grad


@pytest.mark.parametrize("name", WRITES)
def test_each_write_raises_the_version_by_one(name: str) -> None:
    x, v = dl.tensor([0.5, 1.5, 2.5], dtype=dl.float64), dl.tensor([1.25, -2.0, 3.0], dtype=dl.float64)
    WRITES[name](x, v)
    assert x._version == 1
    WRITES[name](x, v)
    assert x._version == 2 and v._version == 0


@pytest.mark.parametrize("name", WRITES)
def test_memory_stays_the_same(name: str) -> None:
    values = np.array([0.5, 1.5, 2.5])
    x = dl.from_numpy(values)
    WRITES[name](x, dl.tensor([1.25, -2.0, 3.0], dtype=dl.float64))
    np.testing.assert_array_equal(x.numpy(), values)
    assert np.shares_memory(x.numpy(), values)


def test_in_place_methods_return_the_tensor_itself() -> None:
    x = dl.ones(2)
    assert x.add_(1) is x and x.mul_(2) is x and x.zero_() is x and x.copy_(dl.ones(2)) is x
    before = x
    x += 1
    assert x is before


def test_stale_saved_operand_names_both_operations() -> None:
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    h = w + 0
    y = x * h
    h.add_(1)
    with pytest.raises(RuntimeError, match=rf"(?s){STALE}.*MultiplyBackward.*add_.*version 1"):
        y.sum().backward()


def test_stale_saved_output_is_caught() -> None:
    y = leaf(1.0, 2.0).exp()
    z = y.sum()
    y.mul_(2)
    with pytest.raises(RuntimeError, match=rf"(?s){STALE}.*ExpBackward.*its output.*mul_"):
        z.backward()


def test_stale_value_is_caught_in_recorded_passes_too() -> None:
    x = leaf(1.0, 2.0)
    h = x + 0
    y = h.sin()
    h[0] = 5.0
    with pytest.raises(RuntimeError, match=STALE):
        dl.autograd.grad(y.sum(), x, create_graph=True)


def test_leaf_written_under_no_grad_after_use_is_caught() -> None:
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = (x * w).sum()
    with no_grad():
        w.add_(1)
    with pytest.raises(RuntimeError, match=STALE):
        y.backward()


def test_write_before_use_is_no_reason_to_refuse() -> None:
    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with no_grad():
        w.add_(1)
    (x * w).sum().backward()
    assert x.grad.tolist() == [4, 5]


def test_write_that_touches_nothing_saved_is_no_reason_to_refuse() -> None:
    x = leaf(1.0, 2.0)
    y = x + 1
    z = y * 3
    y.mul_(100)
    z.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_write_through_detach_is_noticed() -> None:
    x = leaf(1.0, 2.0)
    h = x + 0
    y = h * h
    h.detach().zero_()
    assert h.tolist() == [0, 0]
    with pytest.raises(RuntimeError, match=STALE):
        y.sum().backward()


def test_data_shares_memory_and_leaves_the_graph_alone() -> None:
    x = leaf(1.0, 2.0)
    x.data.mul_(10)
    assert x.tolist() == [10, 20] and x.is_leaf and x.requires_grad
    x.data = dl.tensor([5.0, 6.0, 7.0], dtype=dl.float64)
    (x * x).sum().backward()
    assert x.grad.tolist() == [10, 12, 14]


def test_write_inside_no_grad_does_not_change_the_graph() -> None:
    x = leaf(1.0, 2.0)
    y = x * 3
    node = y._node
    with no_grad():
        y.mul_(10)
    assert y._node is node and y.tolist() == [30, 60]
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_writing_something_differentiable_makes_a_constant_part_of_the_graph() -> None:
    w = leaf(2.0)
    x = dl.zeros(3, dtype=dl.float64)
    x[1] = w[0] * 5
    assert not x.is_leaf and x.requires_grad
    x.sum().backward()
    assert w.grad.item() == 5


def test_constant_written_everywhere_leaves_a_gradient_of_zero() -> None:
    for library in (dl, torch):
        w = library.tensor([2.0], requires_grad=True)
        x = w * 3
        x.zero_()
        assert x.requires_grad
        x.backward()
        assert w.grad.item() == 0


def test_constant_copied_into_a_tensor_leaves_a_gradient_of_zero() -> None:
    for library in (dl, torch):
        w = library.tensor([2.0, 3.0], requires_grad=True)
        x = w * 3
        x.copy_(library.tensor(1.0))
        x[:1].copy_(library.tensor([5.0]))
        assert x.requires_grad and x.tolist() == [5, 1]
        x.sum().backward()
        assert w.grad.tolist() == [0, 0]


def test_single_number_is_written_under_a_mask() -> None:
    for library in (dl, torch):
        w = library.tensor(0.6, requires_grad=True)
        x = w * w
        x[x > 0] = 0.25
        (x * x).sin().backward()
        assert x.item() == 0.25 and w.grad.item() == 0


def test_value_may_have_more_dimensions_of_one_than_its_place() -> None:
    for library in (dl, torch):
        w = library.tensor([[[5.0]]], requires_grad=True)
        x = library.ones(3)
        x[0] = w
        x[1:] = w.detach()
        assert x.tolist() == [5, 5, 5]
        x.sum().backward()
        assert w.grad.tolist() == [[[1]]]


def test_overlapping_regions_are_read_before_they_are_written() -> None:
    x = dl.arange(5.0)
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3]


def test_tensor_may_be_written_with_itself_and_its_own_views() -> None:
    x = leaf(2.0, 3.0)
    y = x * 1
    y.mul_(y).add_(y[0])
    assert y.tolist() == [8, 13]
    y.sum().backward()
    assert x.grad.tolist() == [3 * 4, 6]


@pytest.mark.parametrize("name", ["add_", "mul_", "copy_", "+="])
def test_target_is_never_broadcast(name: str) -> None:
    x = dl.ones(2, dtype=dl.float64)
    with pytest.raises(RuntimeError) as ours:
        WRITES[name](x, dl.ones(3, 2, dtype=dl.float64))
    with pytest.raises(RuntimeError):
        WRITES[name](torch.ones(2, dtype=torch.float64), torch.ones(3, 2, dtype=torch.float64))
    assert "(2,)" in str(ours.value) and "(3, 2)" in str(ours.value)


@pytest.mark.parametrize(
    ("target", "value"),
    [("int64", 1.5), ("int32", "float32"), ("bool", "int64"), ("float64", "complex128"), ("bool", 2)],
)
def test_result_of_a_higher_kind_does_not_fit(target: str, value: object) -> None:
    messages = []
    for library in (dl, torch):
        x = library.ones(2, dtype=getattr(library, target))
        other = library.ones(2, dtype=getattr(library, value)) if isinstance(value, str) else value
        with pytest.raises(RuntimeError, match="can't be cast to the desired output type") as caught:
            x.mul_(other)
        messages.append(caught.value)
    assert target in str(messages[0])


@pytest.mark.parametrize(
    ("target", "value"), [("float32", "float64"), ("int8", "int64"), ("uint8", "int32"), ("float32", "int64")]
)
def test_result_is_cast_to_the_targets_dtype(target: str, value: str) -> None:
    for library in (dl, torch):
        x = library.ones(2, dtype=getattr(library, target))
        x.mul_(library.tensor([3, 4], dtype=getattr(library, value)))
        assert x.dtype is getattr(library, target) and x.tolist() == [3, 4]


def test_read_only_memory_is_refused_with_a_cure() -> None:
    values = np.ones(3)
    values.flags.writeable = False
    x = dl.from_numpy(values)
    with pytest.raises(RuntimeError, match=r"add_\(\).*read-only.*clone"):
        x.add_(1)


def test_expanded_memory_is_refused_with_a_cure() -> None:
    x = dl.ones(1).expand(3)
    with pytest.raises(RuntimeError, match="clone"):
        x.add_(1)
    with pytest.raises(RuntimeError, match="clone"):
        torch.ones(1).expand(3).add_(1)


def test_retained_gradient_follows_the_tensor() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    y.retain_grad()
    y.mul_(3)
    y.sum().backward()
    assert y.retains_grad and y.grad.tolist() == [1, 1] and x.grad.tolist() == [3, 3]


def test_hook_set_before_a_write_sees_the_gradient_of_the_old_value() -> None:
    results = []
    for library in (dl, torch):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        y = x * 1
        seen = []
        y.register_hook(lambda g, seen=seen: seen.append(g.tolist()))
        y.mul_(3)
        y.sum().backward()
        results.append(seen)
    assert results[0] == results[1] == [[3, 3]]


def test_in_place_chain_can_be_differentiated_twice() -> None:
    x = leaf(0.5)
    y = x * 1
    y.sin_().mul_(y).add_(x)
    [first] = dl.autograd.grad(y, x, create_graph=True)
    [second] = dl.autograd.grad(first, x)
    assert first.item() == pytest.approx(np.sin(1.0) + 1)
    assert second.item() == pytest.approx(2 * np.cos(1.0))


def test_copy_converts_dtype_and_device() -> None:
    x = dl.zeros(2)
    x.copy_(dl.tensor([1, 2]).to("strict:1"))
    assert x.dtype is dl.float32 and x.tolist() == [1, 2] and x.device == "cpu"


def test_strict_arrays_are_written_in_place_too() -> None:
    x = dl.ones(3).to("strict:1")
    view = x[1:]
    view.mul_(4)
    assert x.tolist() == [1, 4, 4] and x._version == 1


def test_a_copy_in_order_does_not_write_to_what_it_was_made_of():
    x = dl.arange(6.0).reshape(2, 3)
    for other in (x.T, x[:, ::2], x.flip(0).T, x[:, 1]):
        made = other.contiguous()
        assert made.is_contiguous() and made.tolist() == other.tolist()
        made.add_(100.0)
    assert x.flatten().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert x.contiguous() is x
    leaf = dl.ones(2, 3, requires_grad=True)
    (leaf.T.contiguous() * dl.arange(6.0).reshape(3, 2)).sum().backward()
    assert leaf.grad.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]


def test_a_tensor_becomes_its_own_view_in_inference_mode_too():
    with dl.inference_mode():
        x = dl.arange(6.0).reshape(2, 3)
        assert x.t_().shape == (3, 2) and x.unsqueeze_(0).squeeze_(0).shape == (3, 2)


def test_one_part_of_a_complex_tensor_is_not_written_while_recording():
    z = dl.tensor([1 + 2j, 3 + 4j], requires_grad=True)
    w = z * 1
    with pytest.raises(RuntimeError, match="real or the imaginary part of a tensor"):
        w.real.mul_(2)
    assert w.tolist() == [1 + 2j, 3 + 4j]
    with dl.no_grad():
        z.real.mul_(2)
    assert z.tolist() == [2 + 2j, 6 + 4j]
