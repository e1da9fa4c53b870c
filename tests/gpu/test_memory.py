"""Figures about a GPU's memory, and what happens when there is not enough."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import cuda

MEBIBYTE = 2**20


def test_figures_follow_what_tensors_hold(device: dl.Device) -> None:
    gc.collect()
    before = cuda.memory_allocated(device)
    x = dl.zeros(MEBIBYTE, dtype=dl.float32, device=device)
    assert cuda.memory_allocated(device) == before + 4 * MEBIBYTE
    assert cuda.memory_reserved(device) >= cuda.memory_allocated(device)
    del x
    assert cuda.memory_allocated(device) == before


def test_the_device_has_its_free_and_its_whole_memory(device: dl.Device) -> None:
    free, total = cuda.mem_get_info(device)
    assert 0 < free <= total
    assert total == cuda.get_device_properties(device).total_memory


def test_emptying_the_cache_gives_memory_back(device: dl.Device) -> None:
    x = dl.zeros(16 * MEBIBYTE, device=device)
    held = cuda.memory_reserved(device)
    del x
    gc.collect()
    cuda.empty_cache()
    assert cuda.memory_reserved(device) <= held - 64 * MEBIBYTE


def test_the_peak_is_remembered(device: dl.Device) -> None:
    cuda.reset_peak_memory_stats(device)
    before = cuda.max_memory_allocated(device)
    x = dl.zeros(4 * MEBIBYTE, device=device)
    del x
    assert cuda.max_memory_allocated(device) >= before + 16 * MEBIBYTE
    cuda.reset_peak_memory_stats(device)
    assert cuda.max_memory_allocated(device) == cuda.memory_allocated(device)


def test_a_training_step_leaves_no_memory_behind(device: dl.Device) -> None:
    """Reference counting alone frees a graph: the garbage collector is off."""
    model = dl.nn.Sequential(dl.nn.Linear(64, 64), dl.nn.ReLU(), dl.nn.Linear(64, 1)).to(device)
    optimizer = dl.optim.Adam(model.parameters())
    inputs = dl.randn(256, 64).to(device)

    def step() -> None:
        optimizer.zero_grad()
        model(inputs).square().mean().backward()
        optimizer.step()

    step()
    held = []
    gc.disable()
    try:
        for _ in range(5):
            step()
            held.append(cuda.memory_allocated(device))
    finally:
        gc.enable()
    assert len(set(held)) == 1


@pytest.mark.parametrize("make", [dl.zeros, dl.ones, dl.empty], ids=["zeros", "ones", "empty"])
def test_too_much_is_refused_with_figures_and_the_process_goes_on(device: dl.Device, make: Any) -> None:
    total = cuda.mem_get_info(device)[1]
    with pytest.raises(dl.OutOfMemoryError, match=r"[0-9.]+ GiB") as raised:
        make(2 * total // 4, dtype=dl.float32, device=device)
    assert isinstance(raised.value, RuntimeError)
    assert raised.type is cuda.OutOfMemoryError
    assert (dl.ones(3, device=device) + 1).tolist() == [2.0, 2.0, 2.0]


@pytest.fixture
def column(device: dl.Device) -> Iterator[dl.Tensor]:
    """A column whose outer sum with itself does not fit beside what is held."""
    column = dl.ones(12_000, 1, device=device)
    gc.collect()
    cuda.empty_cache()
    held = dl.empty((cuda.mem_get_info(device)[0] - 128 * MEBIBYTE) // 4, device=device)
    yield column
    del held
    cuda.empty_cache()


def test_an_operation_runs_out_of_memory_in_the_same_way(column: dl.Tensor) -> None:
    with pytest.raises(dl.OutOfMemoryError, match=r"[0-9.]+ GiB"):
        column + column.T
    assert (column + 1)[0].tolist() == [2.0]


def test_a_backward_runs_out_of_memory_in_the_same_way(column: dl.Tensor) -> None:
    class Sum(dl.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: dl.Tensor) -> dl.Tensor:
            return x.sum()

        @staticmethod
        def backward(ctx: Any, g: dl.Tensor) -> dl.Tensor:
            return (g * column + column.T)[:, :1]

    leaf = column.clone().requires_grad_()
    total = Sum.apply(leaf)
    with pytest.raises(dl.OutOfMemoryError, match=r"[0-9.]+ GiB"):
        total.backward()
    leaf.sum().backward()
    assert leaf.grad[0].tolist() == [1.0]
