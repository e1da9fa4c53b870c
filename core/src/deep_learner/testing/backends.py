"""The contract of a backend."""

from __future__ import annotations

import contextlib
import inspect
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from .. import backends
from ..device import Device
from ..errors import PluginError
from ..ops import registry as operations
from ..plugins import registry
from ..tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..backends import Backend

__all__ = ["BackendContract"]


def load_operations() -> None:
    """Import what installed plugins registered as functions, layers' among them: operations exist from then on."""
    for category in ("functions", "operations"):
        for entry in registry.entries(category):
            with contextlib.suppress(PluginError):  # a broken plugin is no fault of the backend
                registry.get(category, entry.full_name)


class BackendContract:
    """What every backend keeps to; a test file is a subclass that says which one, and on which device.

    Attributes
    ----------
    backend : str
        The name it is registered under.
    devices : sequence of str
        Devices of it that are present here.
    dtypes : sequence of str
        Dtypes it holds; only arithmetic of `float32` is asked for.

    Examples
    --------
    >>> class TestAcme(BackendContract):
    ...     backend = "acme"
    ...     devices = ["acme:0", "acme:1"]
    ...     dtypes = ["float32", "int32"]
    """

    backend: ClassVar[str]
    devices: ClassVar[Sequence[str]] = ("cpu",)
    dtypes: ClassVar[Sequence[str]] = ("bool", "int32", "int64", "float32", "float64")

    @property
    def one(self) -> Backend:
        """The backend."""
        return backends.get(self.backend)

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
                assert self.one.device_of(array) == device, f"asked for {device}: {self.one.device_of(array)}"

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
                assert self.one.device_of(array) == device
                back = self.one.to_numpy(array)
                assert isinstance(back, numpy.ndarray)
                assert back.dtype == given.dtype, f"{given.dtype} came back as {back.dtype}"
                assert (back == given).all(), f"{given} came back as {back}"

    def test_arrays_move_between_its_devices(self) -> None:
        for source in map(Device, self.devices):
            for target in map(Device, self.devices):
                array = self.one.asarray([1.0, 2.0], device=source)
                moved = self.one.to_device(array, target)
                assert self.one.device_of(moved) == target
                assert moved is array or source != target, "a move to where it is made a copy"
                self.one.synchronize(target)

    def test_views_have_the_storage_of_their_owner_and_others_have_not(self) -> None:
        array, other = (self.one.asarray([[1.0, 2.0], [3.0, 4.0]]) for _ in range(2))
        storage = self.one.storage(array)
        assert weakref.ref(storage)() is storage
        assert self.one.storage(array) is storage
        assert self.one.storage(other) is not storage

    def test_figures_about_memory_are_bytes_by_name(self) -> None:
        for device in map(Device, self.devices):
            figures = self.one.memory(device)
            assert all(isinstance(name, str) and isinstance(size, int) for name, size in figures.items())

    def test_each_kernel_replaces_an_operation_and_takes_its_arguments(self) -> None:
        load_operations()
        for name, kernel in self.one.kernels.items():
            function: Any = operations.find(name)
            assert function is not None, f"there is no operation {name!r}"
            operation = function.operation
            try:
                signature = inspect.signature(kernel)
            except ValueError:  # a function compiled without a signature
                continue
            by_position = operation.parameters[: operation.positional]
            last = max(operation.operands, default=-1) + 1
            try:  # the engine gives what it can by position, other operations give options by name
                signature.bind(*by_position, **dict.fromkeys(operation.keywords))
                signature.bind(*operation.parameters[:last], **dict.fromkeys(operation.parameters[last:]))
            except TypeError as error:
                raise AssertionError(
                    f"the kernel {name}{signature} does not take {operation.parameters}: {error}"
                ) from None

    def test_tensors_are_made_and_differentiated_on_each_device(self) -> None:
        for device in self.devices:
            with backends.backend(self.backend, device):
                x: Any = Tensor([1.0, 2.0, 3.0], dtype="float32", requires_grad=True)
                y: Any = Tensor([4.0, 5.0, 6.0], dtype="float32")
                z = (x * y + x - y) * 2.0
                z.backward()
                assert x.backend == self.backend
                assert x.device == z.device == x.grad.device == device
                assert z.tolist() == [2.0, 14.0, 30.0]
                assert x.grad.tolist() == [10.0, 12.0, 14.0]
