"""The contract of a backend catches planted faults; tests/backends shows that it accepts sound ones."""

from __future__ import annotations

import pytest

from deep_learner.device import Device
from deep_learner.plugins import hookimpl
from deep_learner.testing import BackendContract
from deep_learner.testing.isolation import PluginDistribution, isolated

numpy = pytest.importorskip("deep_learner_numpy.backend", reason="core alone is being tested")
np = numpy.np


class Misnamed(numpy.NumpyBackend):
    name = "another"


class OtherDevices(numpy.NumpyBackend):
    device_types = ("gpu",)


class Widening(numpy.NumpyBackend):
    def asarray(self, data, *, dtype=None, device=None, copy=None):
        return np.asarray(data, dtype="float64")


class Obliging(numpy.NumpyBackend):
    def native_device(self, device):
        return None


class Elsewhere(numpy.NumpyBackend):
    def device_of(self, array):
        return Device("gpu")


class Rounding(numpy.NumpyBackend):
    def to_numpy(self, array):
        return np.zeros_like(array)


class Copying(numpy.NumpyBackend):
    def to_device(self, array, device):
        return array.copy()


class OneStorage(numpy.NumpyBackend):
    def storage(self, array):
        return type(self)


class Vague(numpy.NumpyBackend):
    def memory(self, device=None):
        return {"peak": "much"}


class InventedKernel(numpy.NumpyBackend):
    kernels = {"no_such_operation": np.tanh}  # noqa: RUF012


class OddKernel(numpy.NumpyBackend):
    kernels = {"tanh": lambda x, y: x}  # noqa: RUF012


FAULTS = {
    Misnamed: "test_it_is_registered_with_what_it_serves",
    OtherDevices: "test_it_is_registered_with_what_it_serves",
    Widening: "test_every_dtype_is_kept",
    Obliging: "test_a_device_of_another_kind_is_refused",
    Elsewhere: "test_lists_and_numbers_become_its_arrays_on_each_device",
    Rounding: "test_numpy_arrays_come_and_go_with_values_and_dtype",
    Copying: "test_arrays_move_between_its_devices",
    OneStorage: "test_views_have_the_storage_of_their_owner_and_others_have_not",
    Vague: "test_figures_about_memory_are_bytes_by_name",
    InventedKernel: "test_each_kernel_replaces_an_operation_and_takes_its_arguments",
    OddKernel: "test_each_kernel_replaces_an_operation_and_takes_its_arguments",
}


class Planted(BackendContract):
    backend = "planted"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault):
    class Backends:
        @hookimpl
        def register_backends(self, register):
            register("planted", fault, device_types=("cpu",))

    if fault is not Misnamed:
        fault.name = "planted"
    acme = PluginDistribution("acme", {"acme": Backends()})
    with isolated(acme), pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(Planted(), FAULTS[fault])()
