"""Tensors from and for elsewhere: PyTorch's on the GPU, and batches in page-locked memory."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.utils.data import DataLoader, TensorDataset


@pytest.mark.hardware
def test_memory_is_shared_with_pytorch(device: dl.Device) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the other library")
    if not torch.cuda.is_available():
        pytest.skip("the PyTorch installed here has no CUDA")
    theirs = torch.arange(4.0, device=f"cuda:{device.index}")
    ours = dl.from_dlpack(theirs)
    assert (ours.device, ours.tolist()) == (device, [0.0, 1.0, 2.0, 3.0])
    ours += 1
    dl.cuda.synchronize()
    assert theirs.tolist() == [1.0, 2.0, 3.0, 4.0]
    back = torch.from_dlpack(ours)
    back.mul_(2)
    torch.cuda.synchronize()
    assert ours.tolist() == [2.0, 4.0, 6.0, 8.0]


def test_a_loader_pins_its_batches(device: dl.Device) -> None:
    inputs, targets = dl.arange(12.0).reshape(6, 2), dl.arange(6)
    loader = DataLoader(TensorDataset(inputs, targets), batch_size=4, pin_memory=True)
    batches = list(loader)
    assert all(part.is_pinned() for batch in batches for part in batch)
    moved = [[part.to(device, non_blocking=True) for part in batch] for batch in batches]
    dl.cuda.synchronize()
    assert dl.cat([batch[0] for batch in moved]).tolist() == inputs.tolist()
    assert dl.cat([batch[1] for batch in moved]).tolist() == targets.tolist()
    assert not inputs.is_pinned()


def test_a_tensor_is_pinned_on_demand(device: dl.Device) -> None:
    pinned = dl.arange(5.0).pin_memory()
    assert pinned.is_pinned()
    assert pinned.device == "cpu"
    assert pinned.to(device, non_blocking=True).cpu().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
