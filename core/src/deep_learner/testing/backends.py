"""The contract of a backend."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from .. import backends
from ..device import Device
from ..plugins import registry
from ..tensor import Tensor
from .backend_parts.arrays import ArrayTests
from .backend_parts.kernels import KernelTests
from .backend_parts.seams import SeamTests
from .backend_parts.standard import StandardTests
from .backend_parts.steps import StepTests

__all__ = ["BackendContract"]


class BackendContract(StandardTests, ArrayTests, KernelTests, StepTests, SeamTests):
    """What every backend keeps to; a test file is a subclass that says which one, and on which device.

    Whatever the namespace has of the array standard is called with every keyword, on every device and with every
    dtype named here, and compared with closed forms or with NumPy: values, shape, dtype, device, and that arguments
    stay as they were. So are operators, indexing, and each kernel with the generic form of its operation. What the
    namespace lacks is no fault: it is listed, and refused by name when it is needed.

    Attributes
    ----------
    backend : str
        The name it is registered under.
    devices : sequence of str
        Devices of it that are present here.
    dtypes : sequence of str
        Dtypes it holds, by NumPy's names.
    tolerance : Mapping of str to float
        By dtype, the relative error that is accepted, where the library's differs from a few units in the last
        place.
    exempt : Mapping of str to str
        What may differ, and why: a function (``"sort"``) or some calls of it as messages show them, with ``*`` for
        any part (``"sort(*descending=True*)"``); likewise an operator's method (``"__floordiv__"``), a form of index
        (``"read slices(*-1*"``, ``"write masks"``), a copy (``"copy(reshape)"``), a kernel (``"kernel erfinv"``).
        Each is shown as a skip with its reason; one that is not needed is an error.
    samples : Mapping of str to sequence of tuple
        Arguments to try kernels with, by the operation's name, where the operation is not core's own: in the order
        of its parameters, with nested lists or NumPy arrays for arrays. Numbers with a point take the dtype under
        test.

    Examples
    --------
    >>> class TestAcme(BackendContract):
    ...     backend = "acme"
    ...     devices = ["acme:0", "acme:1"]
    ...     dtypes = ["float32", "int32"]
    ...     exempt = {"remainder": "the library has C's sign; kernels stand in for it"}
    """

    def test_it_is_registered_with_what_it_serves(self) -> None:
        entry = registry.entry("backends", self.backend)
        assert self.one is backends.get(entry.full_name), "it is made twice"
        assert self.one.name == self.backend, f"it calls itself {self.one.name!r}"
        said = entry.metadata.get("device_types", self.one.device_types)
        assert tuple(said) == tuple(self.one.device_types), (
            f"registered for {said}, serves {self.one.device_types}"
        )
        assert all(isinstance(kind, type) for kind in (*self.one.array_types, *self.one.scalar_types))

    def test_lists_and_numbers_become_its_arrays_on_each_device(self) -> None:
        for device in map(Device, self.devices):
            for data, shape in ((2.5, ()), ([1, 2, 3], (3,)), ([[True], [False]], (2, 1)), ([], (0,))):
                array = self.one.asarray(data, device=device)
                assert type(array) in self.one.array_types, f"{data} became {type(array)}"
                assert tuple(array.shape) == shape, f"{data} became of shape {array.shape}"
                meant, found = self.one.resolved(device), self.one.device_of(array)
                assert found == meant, f"asked for {device}: {found}"

    def test_every_dtype_is_kept(self) -> None:
        for name in self.dtypes:
            dtype = getattr(self.one.namespace, name)
            array = self.one.asarray([0, 1], dtype=dtype)
            assert array.dtype == dtype, f"{name} became {array.dtype}"

    def test_arrays_are_known_by_their_type(self) -> None:
        for kind in self.one.array_types:
            assert backends.for_type(kind) is self.one
        assert backends.for_array(self.one.asarray([1.0])) is self.one

    def test_its_devices_are_served_by_it(self) -> None:
        with backends.backend(self.backend):
            for device in self.devices:
                assert backends.for_device(device) is self.one

    def test_a_device_of_another_kind_is_refused(self) -> None:
        with pytest.raises(RuntimeError):
            self.one.native_device(Device("nonexistent"))

    def test_numpy_arrays_come_and_go_with_values_and_dtype(self) -> None:
        numpy = pytest.importorskip("numpy", reason="NumPy arrays are what is exchanged")
        for device in map(Device, self.devices):
            for name in self.dtypes:
                given = numpy.asarray([[0, 1, 2], [3, 4, 5]]).astype(name)
                array = self.one.from_numpy(given, device)
                assert self.one.device_of(array) == self.one.resolved(device)
                back = self.one.to_numpy(array)
                assert isinstance(back, numpy.ndarray)
                assert back.dtype == given.dtype, f"{given.dtype} came back as {back.dtype}"
                assert (back == given).all(), f"{given} came back as {back}"

    def test_arrays_move_between_its_devices(self) -> None:
        for source in map(Device, self.devices):
            for target in map(Device, self.devices):
                array = self.one.asarray([1.0, 2.0], device=source)
                moved = self.one.to_device(array, target)
                assert self.one.device_of(moved) == self.one.resolved(target)
                here = self.one.resolved(source) == self.one.resolved(target)
                assert moved is array or not here, "a move to where it is made a copy"
                self.one.synchronize(target)

    def test_views_have_the_storage_of_their_owner_and_others_have_not(self) -> None:
        array, other = (self.one.asarray([[1.0, 2.0], [3.0, 4.0]]) for _ in range(2))
        storage = self.one.storage(array)
        assert weakref.ref(storage)() is storage
        assert self.one.storage(array) is storage
        assert self.one.storage(other) is not storage

    def test_tensors_are_made_and_differentiated_on_each_device(self) -> None:
        for device in self.devices:
            with backends.backend(self.backend, device):
                x: Any = Tensor([1.0, 2.0, 3.0], dtype="float32", requires_grad=True)
                y: Any = Tensor([4.0, 5.0, 6.0], dtype="float32")
                z = (x * y + x - y) * 2.0
                z.backward()
                assert x.backend == self.backend
                assert x.device == z.device == x.grad.device == self.one.resolved(Device(device))
                assert z.tolist() == [2.0, 14.0, 30.0]
                assert x.grad.tolist() == [10.0, 12.0, 14.0]
