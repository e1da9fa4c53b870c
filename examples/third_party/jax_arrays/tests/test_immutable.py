"""In-place operations on arrays that never change: what shares memory in PyTorch sees the write here, too."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

import deep_learner as dl
from deep_learner import backends


@pytest.fixture(autouse=True)
def _on_jax():
    with dl.backend("jax"):
        yield


def grid():
    return dl.arange(6.0).reshape(2, 3).clone()


def test_a_write_makes_a_new_array_and_leaves_the_old():
    before = jnp.zeros(3)
    after = backends.get("jax").write(before, 1, 5.0)
    assert before.tolist() == [0, 0, 0] and after.tolist() == [0, 5, 0]


WRITES = {
    "x[0] += 1": (lambda x: x[0].add_(1), [[1, 2, 3], [3, 4, 5]]),
    "x[:, 1] = 9": (lambda x: x.__setitem__((slice(None), 1), 9), [[0, 9, 2], [3, 9, 5]]),
    "x[x > 3] = 0": (lambda x: x.__setitem__(x > 3, 0), [[0, 1, 2], [3, 0, 0]]),
    "x.T[2]": (lambda x: x.T[2].zero_(), [[0, 1, 0], [3, 4, 0]]),
    "x.view(-1)[::2]": (lambda x: x.view(-1)[::2].fill_(7), [[7, 1, 7], [3, 7, 5]]),
    "x.diagonal()": (lambda x: x.diagonal().copy_(dl.tensor([8.0, 8.0])), [[8, 1, 2], [3, 8, 5]]),
    "x.unbind()[1]": (lambda x: x.unbind()[1].mul_(2), [[0, 1, 2], [6, 8, 10]]),
    "x.chunk(3, dim=1)[2]": (lambda x: x.chunk(3, dim=1)[2].fill_(1), [[0, 1, 1], [3, 4, 1]]),
    "x.detach()": (lambda x: x.detach().zero_(), [[0, 0, 0], [0, 0, 0]]),
    "x.data[1]": (lambda x: x.data[1].fill_(2), [[0, 1, 2], [2, 2, 2]]),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_a_view_reaches_its_base_and_its_other_views(name):
    write, expected = WRITES[name]
    x = grid()
    second_row, flat = x[1], x.view(6)
    write(x)
    assert x.tolist() == expected
    assert second_row.tolist() == expected[1] and flat.tolist() == [*expected[0], *expected[1]]


def test_a_write_to_the_base_reaches_its_views_and_no_copy():
    x = grid()
    corner, copy = x.T[:2, 1], x.clone()
    x.neg_()
    assert corner.tolist() == [-3, -4] and copy.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_write_through_a_view_is_differentiated():
    a, b = dl.tensor([1.0, 2.0], requires_grad=True), dl.tensor(3.0, requires_grad=True)
    x = a * 2
    x[0].mul_(b)
    (x * x).sum().backward()  # (2 a0 b)² + (2 a1)²
    assert x.tolist() == [6, 4]
    assert a.grad.tolist() == [8 * 9, 8 * 2] and b.grad.item() == 8 * 3


def test_saved_values_outlive_a_write():
    a = dl.tensor([2.0, 3.0], requires_grad=True)
    x = a * 1
    y = (x * x).sum()
    x.zero_()
    y.backward()
    assert a.grad.tolist() == [4, 6]


def test_what_shows_a_parameter_shows_its_next_step():
    parameter = dl.nn.Parameter(dl.ones(2))
    shown, part = parameter.detach(), parameter.data[0]
    optimizer = dl.optim.SGD([parameter], lr=0.5, momentum=0.9)
    (parameter * parameter).sum().backward()
    optimizer.step()
    assert parameter.tolist() == shown.tolist() == [0, 0] and part.item() == 0


def test_initial_values_and_buffers_are_written():
    class Counting(dl.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = dl.nn.Parameter(dl.empty(2, 2))
            self.register_buffer("mean", dl.zeros(2))
            dl.nn.init.eye_(self.weight)

        def forward(self, input):
            self.mean.mul_(0.5).add_(input.mean(0), alpha=0.5)
            return input @ self.weight

    module = Counting()
    buffer = module.state_dict()["mean"]
    assert module(dl.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[1, 2], [3, 4]]
    assert module.mean.tolist() == buffer.tolist() == [1, 1.5]
    module.load_state_dict({"weight": dl.ones(2, 2), "mean": dl.ones(2)})
    assert module.weight.tolist() == [[1, 1], [1, 1]] and buffer.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (lambda x: x[:1].expand(4, 3).add_(1), "single memory location"),
        (lambda x: x.T.reshape(6).add_(1), "view or a copy"),
        (lambda x: (x * 1j).real.add_(1), "real and the imaginary part"),
    ],
)
def test_what_cannot_be_done_faithfully_is_refused(write, reason):
    with pytest.raises(RuntimeError, match=reason):
        write(grid())
