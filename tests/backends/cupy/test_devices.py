"""Arrays on one GPU and on several: made there, moved, and told apart from those of the host."""

from __future__ import annotations

import multiprocessing
import os
import weakref

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.device import Device

cupy = pytest.importorskip("cupy", reason="needs CuPy")
pytestmark = pytest.mark.usefixtures("gpu")


def test_the_current_device_is_meant_unless_one_is_named(gpu):
    assert gpu.resolved(Device("cuda")) is Device("cuda:0")
    assert gpu.device_of(gpu.asarray([1.0])) is Device("cuda:0")
    assert gpu.native_device(Device("cuda")) is None


def test_a_device_that_is_not_there_is_refused_with_those_that_are(gpu):
    with pytest.raises(
        RuntimeError, match=r"CUDA error: invalid device ordinal: there is no Device.CUDA:99; CUDA sees"
    ):
        gpu.asarray([1.0], device=Device("cuda:99"))
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        gpu.accelerator.use(99)
    with pytest.raises(RuntimeError, match="has no Device"):
        gpu.asarray([1.0], device=Device("cpu"))


@pytest.mark.parametrize("data", ["text", ["a", "b"], [None], object()])
def test_what_is_no_number_is_refused(gpu, data):
    with pytest.raises(TypeError, match="numbers and booleans"):
        gpu.asarray(data)


def test_data_of_the_host_needs_a_copy(gpu):
    with pytest.raises(ValueError, match="without a copy"):
        gpu.asarray([1, 2], copy=False)
    array = gpu.asarray([1, 2])
    assert gpu.asarray(array, copy=False) is array
    assert gpu.asarray(array, copy=True) is not array
    with pytest.raises(ValueError, match="needs a copy"):
        gpu.asarray(array, dtype="float32", copy=False)


class Interface:
    """An array of another library, by the protocol of arrays in CUDA's memory."""

    def __init__(self, array):
        self.array = array
        self.__cuda_array_interface__ = array.__cuda_array_interface__


def test_arrays_of_other_libraries_share_their_memory(gpu):
    array = gpu.asarray([1.0, 2.0, 3.0])
    for other in (gpu.asarray(Interface(array)), cupy.from_dlpack(array)):
        other[0] = 7.0
        assert gpu.to_numpy(array).tolist()[0] == 7.0
        array[0] = 1.0


def test_views_have_the_storage_of_their_owner(gpu):
    owner = gpu.asarray(np.arange(12.0).reshape(3, 4))
    for view in (
        owner[1:],
        owner.T[::2],
        owner.reshape(-1)[3:],
        owner[1:][:, 2:],
        cupy.broadcast_to(owner, (2, 3, 4)),
    ):
        assert gpu.storage(view) is gpu.storage(owner)
    assert gpu.storage(owner.copy()) is not gpu.storage(owner)
    assert weakref.ref(gpu.storage(owner[1:]))() is owner


def test_figures_of_memory_are_those_that_users_look_for(gpu):
    before = gpu.memory()
    array = gpu.asarray(np.zeros(1 << 16))
    after = gpu.memory(Device("cuda:0"))
    assert set(after) == {"free", "total", "allocated", "reserved"}
    assert after["allocated"] - before["allocated"] >= array.nbytes
    assert after["free"] <= after["total"]
    assert after["reserved"] >= after["allocated"]


def test_details_name_the_library_the_gpu_and_both_versions(gpu):
    details = gpu.details()
    assert details["library"] == f"CuPy {cupy.__version__}"
    assert details["GPU 0"].endswith("GiB free")
    assert {"driver", "runtime"} <= set(details)


def test_without_memory_the_error_gives_the_figures(gpu):
    with pytest.raises(
        dl.OutOfMemoryError, match=r"out of memory \(.*GiB free.*\): Out of memory allocating"
    ):
        dl.zeros((1 << 45,), device="cuda")


def test_pinned_memory_is_known_and_copied_as_it_lies(gpu):
    plain = np.arange(6, dtype="float32").reshape(2, 3)
    pinned = gpu.pinned(plain)
    assert gpu.is_pinned(pinned)
    assert not gpu.is_pinned(plain)
    assert isinstance(pinned, np.ndarray)
    assert gpu.to_numpy(gpu.from_numpy(pinned)).tolist() == plain.tolist()
    assert gpu.to_numpy(gpu.from_numpy(pinned[:, 1:])).tolist() == plain[:, 1:].tolist()


def test_copies_to_the_gpu_are_not_waited_for(gpu, machine):
    before = machine.synchronizations
    gpu.from_numpy(np.ones(5))
    gpu.from_numpy(gpu.pinned(np.ones(5)))
    gpu.asarray([1.0, 2.0])
    assert machine.synchronizations == before


def test_the_peak_is_recorded_from_when_it_is_asked_for(gpu):
    accelerator = gpu.accelerator
    accelerator.reset_peak(0)
    start = accelerator.peak(0)
    gpu.asarray(np.zeros(1 << 15))
    assert accelerator.peak(0) - start >= 8 << 15


def test_properties_are_those_of_the_gpu(gpu):
    properties = gpu.accelerator.properties(0)
    assert properties.major * 10 + properties.minor == int(cupy.cuda.Device(0).compute_capability)
    assert properties.total_memory > 0
    assert properties.multi_processor_count > 0


def test_bfloat16_is_a_real_floating_type(gpu):
    namespace = gpu.namespace
    if not hasattr(namespace, "bfloat16"):
        pytest.skip("CuPy before version 14 has no bfloat16")
    assert namespace.isdtype(namespace.bfloat16, "real floating")
    assert namespace.isdtype(namespace.bfloat16, ("bool", "numeric"))
    assert not namespace.isdtype(namespace.bfloat16, "integral")
    assert float(namespace.finfo(namespace.bfloat16).eps) == 2**-7
    x = dl.tensor([1.0, 2.0], device="cuda").to(dl.bfloat16).requires_grad_()
    (x * 3).sum().backward()
    assert x.grad.dtype is dl.bfloat16
    assert x.grad.to(dl.float32).tolist() == [3.0, 3.0]


def test_arrays_move_between_gpus(two):
    array = two.asarray(np.arange(6.0).reshape(2, 3).T, device=Device("cuda:1"))
    assert two.device_of(array) == "cuda:1"
    there = two.to_device(array, Device("cuda:0"))
    assert two.device_of(there) == "cuda:0"
    assert two.to_numpy(there).tolist() == two.to_numpy(array).tolist()
    assert two.to_device(array, Device("cuda:1")) is array


def test_work_is_done_where_its_arrays_are(two):
    x = dl.tensor([[1.0, 2.0]], device="cuda:1", requires_grad=True)
    layer = dl.nn.Linear(2, 3).to("cuda:1")
    out = dl.nn.functional.gelu(layer(x)).softmax(-1)[0, 1]
    out.backward()
    assert out.device == x.grad.device == layer.weight.grad.device == "cuda:1"
    optimizer = dl.optim.Adam(layer.parameters())
    optimizer.step()
    assert layer.weight.device == optimizer.state[layer.weight]["exp_avg"].device == "cuda:1"


def test_the_users_current_device_is_respected(two):
    with cupy.cuda.Device(1):
        assert dl.zeros((2,), device="cuda").device == "cuda:1"
        assert two.resolved(Device("cuda")) == "cuda:1"
    assert dl.zeros((2,), device="cuda").device == "cuda:0"


def _in_a_fork(queue) -> None:
    from deep_learner import backends

    told = []
    for attempt in (
        lambda: backends.get("cupy").asarray([1.0]),
        lambda: backends.get("cupy").synchronize(),
        lambda: dl.tensor([1.0]).to("cuda"),
    ):
        try:
            attempt()
        except RuntimeError as error:
            told.append(str(error))
    queue.put((told, (dl.tensor([1.0]) * 2).tolist()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_is_told_at_once_and_the_host_still_works_there(gpu):
    gpu.asarray([1.0])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_a_fork, args=(queue,))
    child.start()
    told, doubled = queue.get(timeout=60)
    child.join()
    assert len(told) == 3
    assert all(
        "Cannot re-initialize CUDA in forked subprocess" in text and "'spawn'" in text for text in told
    )
    assert doubled == [2.0]
