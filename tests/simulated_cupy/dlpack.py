"""Exchange by DLPack: the capsule of NumPy with the device changed to the simulated GPU, and back."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy

from tests.simulated_cupy import calls, capture
from tests.simulated_cupy.arrays import ndarray
from tests.simulated_cupy.memory import MemoryPointer, UnownedMemory

CPU, CUDA = 1, 2  # DLDeviceType
VERSIONED_OFFSET = (
    32  # of the tensor in DLManagedTensorVersioned: version, context, deleter and flags come first
)

_name = ctypes.pythonapi.PyCapsule_GetName
_name.restype, _name.argtypes = ctypes.c_char_p, [ctypes.py_object]
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Tensor(ctypes.Structure):
    """The head of DLTensor."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
    )


def tensor_of(capsule: Any) -> Tensor:
    """The tensor in a capsule, to read and to change."""
    name = _name(capsule)
    offset = VERSIONED_OFFSET if name == b"dltensor_versioned" else 0
    return Tensor.from_address(_pointer(capsule, name) + offset)


BFLOAT = 4  # DLDataTypeCode


def exported(array: ndarray, max_version: Any, dl_device: Any, copy: bool | None) -> Any:
    """The capsule of an array; on the host where that is asked for."""
    if dl_device is not None and tuple(dl_device) == (CPU, 0):
        if copy is False:
            raise ValueError("GPU memory cannot be exported to CPU without copy")
        return _capsule(array.get(), max_version)
    if dl_device is not None and tuple(dl_device) != array.__dlpack_device__():
        raise BufferError(f"The array is on {array.__dlpack_device__()}, not on {tuple(dl_device)}")
    capsule = _capsule(array.copy()._host if copy else array._host, max_version)
    tensor = tensor_of(capsule)
    tensor.device_type, tensor.device_id = array.__dlpack_device__()
    return capsule


def _capsule(host: numpy.ndarray, max_version: Any) -> Any:
    brain = host.dtype.name == "bfloat16"
    capsule = (host.view(numpy.uint16) if brain else host).__dlpack__(max_version=max_version)
    if brain:
        tensor_of(capsule).code = BFLOAT
    return capsule


class _OnTheHost:
    """What NumPy imports: the same capsule, said to be on the host."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return (CPU, 0)


def imported(array: Any, *, device: Any = None, copy: bool | None = None) -> ndarray:
    """`cupy.from_dlpack`: arrays of GPUs share their memory, arrays of the host are copied."""
    from tests.simulated_cupy.creation import from_host

    kind, index = array.__dlpack_device__()
    if kind not in (CPU, CUDA):
        raise BufferError(f"CuPy cannot take an array of the DLPack device {kind}")
    stream = {} if kind == CPU else {"stream": capture.current_stream().handle or 1}
    try:
        capsule = array.__dlpack__(max_version=(1, 0), **stream)
    except TypeError:
        capsule = array.__dlpack__(**stream)
    tensor = tensor_of(capsule)
    brain = tensor.code == BFLOAT
    tensor.device_type, tensor.device_id = CPU, 0
    if brain:
        tensor.code = 1
    host = numpy.from_dlpack(_OnTheHost(capsule))
    if brain:
        import ml_dtypes

        host = host.view(ml_dtypes.bfloat16)
    if kind == CPU:
        if copy is False:
            raise ValueError("memory of the host cannot be taken to a GPU without copy")
        return from_host(host)
    source = ndarray.__new__(ndarray)
    size = (
        sum(abs(step) * (length - 1) for step, length in zip(host.strides, host.shape, strict=True))
        + host.itemsize
    )
    memory = UnownedMemory(host.ctypes.data, size, (array, host), index)
    block = getattr(getattr(getattr(array, "data", None), "mem", None), "block", None)
    memory.block = block
    source._host, source.data, source.base = host, MemoryPointer(memory, 0), None
    return calls.compute(lambda values: values.copy(), source) if copy else source
