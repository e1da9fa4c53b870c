"""Wrong values are found by the GPU, noted, and told when the host next waits for it."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

F = dl.nn.functional


@pytest.fixture
def table(gpu):
    return dl.tensor(np.arange(12.0, dtype="float32").reshape(4, 3), device="cuda")


def index(*values: int) -> dl.Tensor:
    return dl.tensor(list(values), device="cuda")


WRONG = {
    "embedding": (
        lambda table: F.embedding(index(1, 4), table),
        "index 4 is out of bounds for dimension 0 with size 4",
    ),
    "index_select": (lambda table: table.index_select(1, index(-1)), "index -1 .* dimension 1 with size 3"),
    "gather": (
        lambda table: table.gather(1, dl.tensor([[0], [3]], device="cuda")),
        "index 3 .* dimension 1 with size 3",
    ),
    "getitem": (lambda table: table[index(-5)], "index -5 .* dimension 0 with size 4"),
    "getitem of two": (lambda table: table[index(0), index(3)], "index 3 .* dimension 1 with size 3"),
    "index_add": (
        lambda table: table.index_add(0, index(7), table[:1]),
        "index 7 .* dimension 0 with size 4",
    ),
    "index_copy": (
        lambda table: table.index_copy(0, index(9), table[:1]),
        "index 9 .* dimension 0 with size 4",
    ),
    "scatter": (
        lambda table: table.scatter(0, dl.tensor([[5]], device="cuda"), table[:1, :1]),
        "index 5 .* dimension 0 with size 4",
    ),
    "cross_entropy": (
        lambda table: F.cross_entropy(table, index(0, 1, 2, 3)),
        "index 3 .* dimension 1 with size 3",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_position_that_is_none_is_told_when_values_are_read(table, name):
    call, message = WRONG[name]
    result = call(table)
    with pytest.raises(IndexError, match=message):
        result.tolist()


def test_it_is_told_once(table):
    result = F.embedding(index(4), table)
    with pytest.raises(IndexError):
        result.tolist()
    assert result.tolist() == [[0.0, 1.0, 2.0]]  # a position that exists stood in for it


def test_the_first_of_several_is_told(gpu, table):
    F.embedding(index(4), table)
    F.embedding(index(5), table)
    with pytest.raises(IndexError, match="index 4"):
        gpu.synchronize()
    gpu.synchronize()


def test_synchronizing_a_stream_or_an_event_tells_it(gpu, table):
    for wait in (lambda: gpu.accelerator.current_stream().synchronize(), _wait_for_event(gpu)):
        F.embedding(index(4), table)
        with pytest.raises(IndexError, match="index 4"):
            wait()


def _wait_for_event(gpu):
    def wait() -> None:
        gpu.accelerator.current_stream().record_event().synchronize()

    return wait


def test_right_positions_are_told_nothing_of(gpu, table):
    F.embedding(index(0, 3), table)
    assert table[index(-4, 3)].tolist() == [[0.0, 1.0, 2.0], [9.0, 10.0, 11.0]]
    gpu.synchronize()


def test_a_dimension_without_elements_is_refused_at_once(gpu):
    empty = dl.zeros((0, 3), device="cuda")
    with pytest.raises(IndexError, match="index 0 is out of bounds for dimension 0 with size 0"):
        F.embedding(index(0), empty)


@pytest.mark.parametrize("wrong", [-0.1, 1.5, float("nan")])
def test_a_probability_that_is_none_is_told_when_the_loss_is_read(gpu, wrong):
    loss = F.binary_cross_entropy(
        dl.tensor([0.5, wrong], device="cuda"), dl.tensor([1.0, 0.0], device="cuda")
    )
    with pytest.raises(RuntimeError, match="all elements of input should be between 0 and 1"):
        loss.tolist()


def test_the_host_does_not_wait_for_a_lookup_or_a_loss(gpu, machine, table):
    weight = table.clone().requires_grad_()
    where, targets = index(1, 0, 2), index(0, 1, 2)
    before = machine.synchronizations
    loss = F.cross_entropy(F.embedding(where, weight) @ table.T[:, :3], targets)
    (loss + F.binary_cross_entropy(dl.sigmoid(table), dl.sigmoid(table))).backward()
    table[where], table.gather(0, dl.zeros((1, 3), dtype=dl.int64, device="cuda"))
    assert machine.synchronizations == before
