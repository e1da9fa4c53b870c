"""Which CUDA devices there are, what they are, and which of them is the current one."""

from __future__ import annotations

from types import TracebackType
from typing import Any, TypeAlias

from .. import backends
from ..backends import Accelerator, Backend, DeviceProperties
from ..device import Device
from ..errors import BackendUnavailableError

CudaDevice: TypeAlias = "Device | str | int | None"

_CUDA = Device("cuda")


def serving() -> Backend:
    """The backend that serves CUDA devices.

    Raises
    ------
    BackendUnavailableError
        If none that works here does; the message says why, and what to install.
    """
    return backends.for_device(_CUDA)


def accelerator() -> Accelerator:
    """What the backend that serves CUDA devices says of them.

    Raises
    ------
    BackendUnavailableError
        As :func:`serving`.
    RuntimeError
        If that backend brings no streams, events and graphs.
    """
    backend = serving()
    if backend.accelerator is None:
        raise RuntimeError(
            f"the backend {backend.name!r} serves {_CUDA!r}, but has no streams, events and graphs; "
            "choose another one, as in deep_learner.backend('cupy')"
        )
    return backend.accelerator


def index_of(device: CudaDevice) -> int:
    """The index that is meant: the current device's, where none is named.

    Raises
    ------
    ValueError
        If the device is of another type.
    RuntimeError
        If there is no device of that index.
    """
    there = accelerator()
    if device is None:
        return there.current()
    if isinstance(device, int):
        index = device
    else:
        named = Device(device)
        if named.type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {named.type}")
        if named.index is None:
            return there.current()
        index = named.index
    if not 0 <= index < there.count():
        raise RuntimeError(
            f"CUDA error: invalid device ordinal. Received: {index}; there are {there.count()} devices, counted from 0"
        )
    return index


def is_available() -> bool:
    """Whether a backend serves CUDA devices and has one; never raises."""
    return device_count() > 0


def device_count() -> int:
    """The number of CUDA devices; 0 where none can be used."""
    try:
        return accelerator().count()
    except (BackendUnavailableError, RuntimeError):
        return 0


def init() -> None:
    """Look for the devices now; otherwise that is done when they are first needed. Raises as `current_device`."""
    accelerator()


def is_initialized() -> bool:
    """Whether CUDA devices can be used from here on without anything to be set up."""
    return is_available()


def current_device() -> int:
    """The index of the current device.

    Raises
    ------
    RuntimeError
        If there is none; the message says why.
    """
    return accelerator().current()


def set_device(device: CudaDevice) -> None:
    """Make a device the current one, for this thread; a negative index changes nothing.

    Raises
    ------
    ValueError, RuntimeError
        If the device is of another type, or there is none of that index.
    """
    if not (isinstance(device, int) and device < 0):
        accelerator().use(index_of(device))


class device:  # PyTorch's name
    """Makes a device the current one within a ``with`` block; None or a negative index changes nothing.

    Parameters
    ----------
    device : Device, str or int, optional

    Raises
    ------
    ValueError, RuntimeError
        As `set_device`, on entering.
    """

    def __init__(self, device: CudaDevice) -> None:
        self.idx = device
        self.prev_idx = -1

    def __enter__(self) -> None:
        unchanged = self.idx is None or (isinstance(self.idx, int) and self.idx < 0)
        if not unchanged:
            before = accelerator().current()
            set_device(self.idx)
            self.prev_idx = before

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        set_device(self.prev_idx)
        self.prev_idx = -1


def synchronize(device: CudaDevice = None) -> None:
    """Wait until a device (the current one by default) has done all it was given.

    Raises
    ------
    RuntimeError
        If there is none, or something that it did has failed.
    """
    serving().synchronize(Device("cuda", index_of(device)))


def get_device_properties(device: CudaDevice = None) -> DeviceProperties:
    """Name, compute capability, memory in bytes and number of processors of a device. Raises as `synchronize`."""
    return accelerator().properties(index_of(device))


def get_device_name(device: CudaDevice = None) -> str:
    """The name of a device. Raises as `synchronize`."""
    return get_device_properties(device).name


def get_device_capability(device: CudaDevice = None) -> tuple[int, int]:
    """The compute capability of a device, as (major, minor). Raises as `synchronize`."""
    properties = get_device_properties(device)
    return properties.major, properties.minor


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether bfloat16 tensors can be made on the current device; without emulation, computed by its hardware."""
    if not is_available():
        return False
    namespace: Any = serving().namespace
    return hasattr(namespace, "bfloat16") and (including_emulation or get_device_capability()[0] >= 8)
