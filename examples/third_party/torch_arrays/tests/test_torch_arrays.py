"""The backend on the CPU, and on a GPU where PyTorch has one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import deep_learner as dl
from deep_learner import backends
from deep_learner.errors import OutOfMemoryError
from deep_learner.testing import BackendContract, assert_close, gradcheck, gradgradcheck

NO_NEGATIVE_STEPS = "PyTorch's arrays have no negative strides"
SUMS_OF_BYTES = "PyTorch sums and multiplies bytes as int64"


class TestTorch(BackendContract):
    backend = "torch"
    devices = ("cpu", "cuda:0") if torch.cuda.is_available() else ("cpu",)
    dtypes = (
        "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
    )  # fmt: skip
    exempt = {  # noqa: RUF012
        "read slices(*, -[12])*": NO_NEGATIVE_STEPS,
        "write slices(*, -[12])*": NO_NEGATIVE_STEPS,
        "write broadcast": NO_NEGATIVE_STEPS,
        "can_cast": "PyTorch lets every dtype be cast to a smaller one of its kind",
        "sum(uint8*)": SUMS_OF_BYTES,
        "prod(uint8*)": SUMS_OF_BYTES,
        "cumulative_sum(uint8*)": SUMS_OF_BYTES,
        "cumulative_prod(uint8*)": SUMS_OF_BYTES,
        "std(*correction=0.5*)": "array-api-compat hands PyTorch whole corrections alone",
        "unique_all": "PyTorch does not say where a value stands first",
    }
    samples = {  # noqa: RUF012
        "linear": [([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]], [[1.0, -2.0, 0.5], [3.0, 0.0, 1.0]], [0.25, -0.5])],
        "native_layer_norm": [
            ([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]], (3,), [1.0, 2.0, 0.5], [0.0, 1.0, -1.0], 1e-5)
        ],
        "softmax_cross_entropy": [
            ([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]], [2, 0]),
            ([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]], [2, -100], [1.0, 0.5, 2.0], -100, "sum"),
        ],
    }


@pytest.fixture(autouse=True)
def _on_torch():
    with dl.backend("torch"):
        yield


def test_arrays_are_tensors_that_record_nothing():
    x = dl.ones(2, requires_grad=True)
    z = (x * x).sum()
    z.backward()
    for tensor in (x, z, x.grad):
        array = backends.get("torch").asarray(tensor._array)
        assert type(array) is torch.Tensor and not array.requires_grad


def test_parameters_of_pytorch_become_arrays_that_share_memory():
    parameter = torch.nn.Parameter(torch.ones(2))
    tensor = dl.as_tensor(parameter)
    with torch.no_grad():
        parameter += 1
    assert tensor.tolist() == [2.0, 2.0] and not tensor.requires_grad


def test_numbers_are_read_in_double_precision():
    assert dl.tensor(0.1, dtype=dl.float64).item() == 0.1
    assert dl.tensor([0.1]).dtype is dl.float32


def test_bfloat16_is_shown_moved_and_computed():
    x = dl.tensor([1.5, 2.0], dtype=dl.bfloat16, requires_grad=True)
    (x * x).sum().backward()
    assert x.grad.dtype is dl.bfloat16 and x.grad.tolist() == [3.0, 4.0]
    assert "1.5" in str(x)
    array = x.detach().numpy()
    assert array.dtype.name == "bfloat16"
    assert dl.as_tensor(array).dtype is dl.bfloat16


@pytest.mark.parametrize("view", [lambda x: x[1:], lambda x: x.T, lambda x: x.reshape(4)[::2]])
def test_views_share_the_storage_that_a_write_stamps(view):
    x = dl.ones(2, 2)
    y = view(x)
    y += 1
    assert x._version == y._version == 1 and x.sum().item() > 4


@pytest.mark.parametrize("made", [np.arange(3)[::-1], np.broadcast_to(np.ones(1), (3,))])
def test_numpy_arrays_that_pytorch_cannot_share_are_copied(made):
    assert dl.as_tensor(made).tolist() == made.tolist()


def test_a_network_has_the_gradients_that_pytorch_computes():
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Linear(8, 3)
    )
    ours = dl.nn.Sequential(dl.nn.Linear(4, 8), dl.nn.LayerNorm(8), dl.nn.GELU(), dl.nn.Linear(8, 3))
    ours.load_state_dict({name: dl.tensor(value) for name, value in theirs.state_dict().items()})
    inputs, targets = torch.randn(5, 4), torch.tensor([0, 2, -100, 1, 2])
    torch.nn.functional.cross_entropy(theirs(inputs), targets).backward()
    dl.nn.functional.cross_entropy(ours(dl.tensor(inputs)), dl.tensor(targets)).backward()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_close(mine.grad, dl.tensor(other.grad), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "function",
    [
        dl.erf,
        dl.sigmoid,
        dl.nn.functional.gelu,
        lambda x: dl.softmax(x, 1),
        lambda x: dl.log_softmax(x, 0),
        lambda x: dl.nn.functional.layer_norm(x, (3,)),
        lambda x: dl.nn.functional.linear(x, x, x[:, 0]),
        lambda x: dl.nn.functional.cross_entropy(x, dl.tensor([2, 0])),
        lambda x: dl.scatter_add(x, 1, dl.tensor([[0, 0], [2, 1]]), x),
        lambda x: dl.index_add(x, 0, dl.tensor([1, 1]), x, alpha=2),
    ],
)
def test_what_kernels_compute_has_first_and_second_derivatives(function):
    x = dl.tensor([[0.3, -1.2, 0.7], [2.0, 0.1, -0.4]], dtype=dl.float64, requires_grad=True)
    assert gradcheck(function, x) and gradgradcheck(function, x)


def test_memory_that_is_not_there_is_an_out_of_memory_error():
    with pytest.raises(OutOfMemoryError, match="the backend 'torch' is out of memory"):
        dl.zeros(1).expand(2**50) + 1
