"""NumPy as a backend."""

from __future__ import annotations

import subprocess
import sys
import weakref

import pytest

from deep_learner import backends
from deep_learner.device import Device
from deep_learner.testing.isolation import PluginDistribution, isolated

np = pytest.importorskip("numpy", reason="the NumPy backend is not installed")
pytest.importorskip("deep_learner_numpy", reason="the NumPy backend is not installed")


@pytest.fixture
def numpy():
    with isolated(PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})):
        yield backends.get("numpy")


def test_it_is_the_default(numpy):
    assert backends.current() is numpy
    assert numpy.namespace.concat is np.concat


def test_its_scalars_are_known_as_its_arrays(numpy):
    for kind in "?bBhHiIlLqQefdFD":
        assert backends.for_array(np.zeros((), kind)[()]) is numpy


def test_subclasses_of_its_arrays_are_its_arrays(numpy):
    special = type("Special", (np.ndarray,), {})
    assert backends.for_array(np.ones(2).view(special)) is numpy


def test_views_share_the_storage_of_their_owner(numpy):
    owner = np.arange(12.0).reshape(3, 4).copy()
    view = owner[1:].T[::2]
    assert numpy.storage(view) is owner
    assert numpy.storage(owner.copy()) is not owner
    assert weakref.ref(numpy.storage(view))() is owner


def test_memory_from_elsewhere_has_a_storage_too(numpy):
    array = np.frombuffer(bytearray(16), dtype="f8")
    assert numpy.storage(array[1:]) is numpy.storage(array)


def test_arrays_are_shared_unless_a_copy_is_asked_for(numpy):
    array = np.ones(3)
    assert numpy.asarray(array) is array
    assert numpy.from_numpy(array) is array
    assert numpy.to_numpy(array) is array
    assert not np.shares_memory(numpy.asarray(array, copy=True), array)
    with pytest.raises(ValueError, match="copy"):
        numpy.asarray([1, 2], copy=False)


@pytest.mark.parametrize("data", ["text", ["a", "b"], [None], object()])
def test_what_is_no_number_is_refused(numpy, data):
    with pytest.raises(TypeError, match="numbers and booleans"):
        numpy.asarray(data)


def test_a_ragged_list_is_refused(numpy):
    with pytest.raises(ValueError, match="inhomogeneous"):
        numpy.asarray([[1, 2], [3]])


@pytest.mark.parametrize("device", ["cuda", "cpu:1"])
def test_other_devices_are_refused(numpy, device):
    array = np.ones(3)
    with pytest.raises(RuntimeError, match="has no Device"):
        numpy.asarray(array, device=Device(device))
    with pytest.raises(RuntimeError, match="has no Device"):
        numpy.to_device(array, Device(device))


def test_the_first_processor_is_the_processor(numpy):
    array = np.ones(3)
    assert numpy.to_device(array, Device("cpu:0")) is array
    assert numpy.device_of(array) is Device.CPU


def test_an_old_numpy_is_unavailable_with_the_cure(numpy, monkeypatch):
    monkeypatch.setattr(np, "__version__", "2.0.2")
    assert numpy.unavailable() == "NumPy 2.0.2 is too old; pip install 'numpy>=2.1'"


def test_finding_it_imports_no_array_library():
    program = (
        "import sys; from deep_learner import plugins; plugins.registry.names('backends');"
        "import deep_learner_numpy.hooks; "
        "sys.exit(', '.join({'numpy', 'scipy', 'torch', 'array_api_compat'} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
