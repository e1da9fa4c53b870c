"""Which GPU is meant, and what is said of one that is not there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import deep_learner as dl
from deep_learner import cuda
from tests.gpu.conftest import simulated


def test_the_plain_name_means_the_current_device(device: dl.Device) -> None:
    x = dl.ones(2, device="cuda")
    assert x.device == dl.Device("cuda", cuda.current_device()) == device
    assert (x + dl.ones(2, device=device)).device == device


def test_an_index_too_high_is_refused(device: dl.Device) -> None:
    count = cuda.device_count()
    with pytest.raises(RuntimeError, match=rf"invalid device ordinal[\s\S]*{count}"):
        dl.ones(2, device=f"cuda:{count}")
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        dl.ones(2).to(f"cuda:{count}")
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        cuda.set_device(count)


def test_a_device_says_what_it_is(device: dl.Device) -> None:
    properties = cuda.get_device_properties(device)
    assert cuda.get_device_name(device) == properties.name != ""
    assert cuda.get_device_capability(device) == (properties.major, properties.minor)
    assert properties.multi_processor_count > 0


def test_tensors_of_cpu_and_gpu_do_not_mix(device: dl.Device) -> None:
    with pytest.raises(RuntimeError, match=r"same device[\s\S]*\.to\("):
        dl.ones(2, device=device) + dl.ones(2)


def test_each_of_several_computes_its_own(several: list[dl.Device]) -> None:
    for device in several:
        x = dl.full((3,), 2.0, device=device, requires_grad=True)
        (x * x).sum().backward()
        assert x.grad.device == device
        assert x.grad.tolist() == [4.0] * 3
    assert cuda.current_device() == several[0].index


def test_a_device_is_current_within_its_block(several: list[dl.Device]) -> None:
    with cuda.device(several[1]):
        assert dl.ones(1, device="cuda").device == several[1]
    assert dl.ones(1, device="cuda").device == several[0]


def test_gradients_cross_from_one_to_another(several: list[dl.Device]) -> None:
    x = dl.tensor([1.0, 2.0], device=several[0], requires_grad=True)
    (x.to(several[1]) * dl.tensor([3.0, 4.0], device=several[1])).sum().backward()
    assert x.grad.device == several[0]
    assert x.grad.tolist() == [3.0, 4.0]


def test_tensors_of_two_do_not_mix(several: list[dl.Device]) -> None:
    with pytest.raises(RuntimeError, match=r"same device[\s\S]*\.to\("):
        dl.ones(2, device=several[0]) + dl.ones(2, device=several[1])


FORK = """
import os, sys
import deep_learner as dl
dl.ones(1, device="cuda")
child = os.fork()
if child == 0:
    assert (dl.ones(1) + 1).item() == 2.0
    try:
        dl.ones(1, device="cuda") + 1
    except RuntimeError as error:
        os._exit(0 if "spawn" in str(error) else 3)
    os._exit(4)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.hardware
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_process_is_told_to_be_spawned(device: dl.Device) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_simulated_device_says_that_it_is_one(device: dl.Device) -> None:
    assert ("simulated" in cuda.get_device_name(device).lower()) == simulated()
