"""Devices: how they are written, printed and compared."""

from __future__ import annotations

import copy
import pickle

import pytest

from deep_learner.device import Device


@pytest.mark.parametrize(
    ("device", "type", "index", "text"),
    [
        (Device("cpu"), "cpu", None, "Device.CPU"),
        (Device("cuda"), "cuda", None, "Device.CUDA"),
        (Device("cuda:1"), "cuda", 1, "Device.CUDA:1"),
        (Device("cuda", 1), "cuda", 1, "Device.CUDA:1"),
        (Device(Device("cuda"), 0), "cuda", 0, "Device.CUDA:0"),
        (Device("cuda:01"), "cuda", 1, "Device.CUDA:1"),
        (Device.CPU, "cpu", None, "Device.CPU"),
        (Device.CUDA, "cuda", None, "Device.CUDA"),
        (Device.STRICT_2, "strict_2", None, "Device.STRICT_2"),
    ],
)
def test_a_device_has_a_type_an_index_and_prints_in_capitals(device, type, index, text):
    assert (device.type, device.index, str(device), repr(device)) == (type, index, text, text)


def test_equal_devices_are_one_object():
    assert Device("cuda:1") is Device("cuda", 1) is Device(Device("cuda:1"))
    assert Device("cuda:01") is Device("cuda:1")


def test_a_device_equals_its_text_and_no_other():
    assert Device("cuda:1") == "cuda:1"
    assert Device("cpu") != "cuda"
    assert Device("cuda") != Device("cuda:0")
    assert Device("cpu") != 0
    assert {Device("cuda:1"): 5}["cuda:1"] == 5


@pytest.mark.parametrize(
    "text", ["", "two words", "cuda:", "cuda:x", "cuda:-1", ":1", "CUDA", "cuda:1:2", "0"]
)
def test_text_that_is_no_device_is_refused(text):
    with pytest.raises(RuntimeError, match="invalid device"):
        Device(text)


def test_an_index_given_twice_is_refused():
    with pytest.raises(RuntimeError, match="cuda:1:2"):
        Device("cuda:1", 2)


def test_a_number_is_one_of_the_accelerators():
    assert Device(1) is Device("cuda:1") and Device(0) is Device("cuda", 0)


@pytest.mark.parametrize("value", [None, True, b"cpu"])
def test_anything_but_text_is_refused(value):
    with pytest.raises(TypeError, match="given as text"):
        Device(value)


def test_an_attribute_that_is_no_device_is_missing():
    with pytest.raises(AttributeError, match="capitals"):
        _ = Device.cpu_count


def test_a_device_does_not_change():
    with pytest.raises(AttributeError, match="does not change"):
        Device("cpu").index = 1


def test_copies_and_pickles_are_the_same_object():
    device = Device("cuda:3")
    assert copy.deepcopy(device) is device
    assert pickle.loads(pickle.dumps(device)) is device
