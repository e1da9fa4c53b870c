"""Matrix products by calls of cuBLAS of our own: in bfloat16, and within a capture.

In bfloat16 CuPy multiplies two matrices only, and it refuses to call cuBLAS while a stream is captured, as cuBLAS may
then allocate memory in ways of its own. It does not when it is given the memory it works in, so here it is: from the
graph's own pool, one for each stream. Outside of captures CuPy's own handle is used.
https://docs.nvidia.com/cuda/cublas/#cuda-graphs-support
"""

from __future__ import annotations

import ctypes
import math
import sys
import threading
from functools import cache
from typing import Any

import cupy
import numpy

from deep_learner_cupy import captures, precision

_MEBIBYTE = 1 << 20
_ALGORITHM = -1  # CUBLAS_GEMM_DEFAULT
_PLAIN, _TRANSPOSED = 0, 1  # CUBLAS_OP_N, CUBLAS_OP_T
_COMPUTE_32F, _COMPUTE_32F_FAST_TF32, _COMPUTE_64F = 68, 77, 70  # cublasComputeType_t

# The factors alpha and beta, 1 and 0 in each dtype that is computed in, and where they lie.
_FACTORS = {
    name: numpy.arange(1, -1, -1).astype(name) for name in ("float32", "float64", "complex64", "complex128")
}
_ONE = {name: factors.ctypes.data for name, factors in _FACTORS.items()}
_ZERO = {name: factors[1:].ctypes.data for name, factors in _FACTORS.items()}
# By the dtype's name: cudaDataType, and the dtype of the factors.
_TYPES = {
    "float16": (2, "float32"), "bfloat16": (14, "float32"), "float32": (0, "float32"), "float64": (1, "float64"),
    "complex64": (4, "complex64"), "complex128": (5, "complex128"),
}  # fmt: skip
_pointer, _int, _long = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
_SIGNATURES = {
    "cublasCreate_v2": (_pointer,),
    "cublasSetStream_v2": (_pointer, _pointer),
    "cublasSetWorkspace_v2": (_pointer, _pointer, ctypes.c_size_t),
    "cublasGemmStridedBatchedEx": (
        _pointer, _int, _int, _int, _int, _int, _pointer, _pointer, _int, _int, _long, _pointer, _int, _int, _long,
        _pointer, _pointer, _int, _int, _long, _int, _int, _int,
    ),
}  # fmt: skip


@cache
def functions() -> dict[str, Any]:
    """Those of cuBLAS, as CuPy has loaded it, by name.

    Raises
    ------
    RuntimeError
        If it is not found.
    """
    cupy.cuda.Device().cublas_handle  # noqa: B018 - CuPy loads the library when it is first asked for this
    major = cupy.cuda.runtime.runtimeGetVersion() // 1000
    name = f"cublas64_{major}.dll" if sys.platform == "win32" else f"libcublas.so.{major}"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise RuntimeError(f"cuBLAS cannot be called: {error}") from error
    for function, signature in _SIGNATURES.items():
        getattr(library, function).argtypes = signature
    return {function: getattr(library, function) for function in _SIGNATURES}


class _Handles(threading.local):
    """One handle of cuBLAS for each GPU, and what it is set to."""

    def __init__(self) -> None:
        self.by_device: dict[int, ctypes.c_void_p] = {}
        self.failure: Exception | None = None
        self.streams: dict[int, tuple[int, Any]] = {}  # the memory that each stream's products work in


_handles = _Handles()


def prepare() -> None:
    """Start cuBLAS on the current device, which cannot be done within a capture."""
    index = cupy.cuda.runtime.getDevice()
    _handles.streams.clear()
    if index not in _handles.by_device:
        handle = ctypes.c_void_p()
        try:
            _checked("cublasCreate_v2", ctypes.byref(handle))
        except (RuntimeError, ImportError, OSError) as error:  # told when a product is asked for
            _handles.failure = error
        else:
            _handles.by_device[index] = handle


def finish() -> None:
    """Give the memory that the capture's products work in back to the pool, which lives as long as its graphs."""
    _handles.streams.clear()


def _handle() -> Any:
    """The handle, set to the current stream."""
    if not captures.active():
        shared = cupy.cuda.Device().cublas_handle
        _checked("cublasSetStream_v2", shared, cupy.cuda.get_current_stream().ptr)
        return shared
    index = cupy.cuda.runtime.getDevice()
    handle = _handles.by_device.get(index)
    if handle is None:
        raise RuntimeError("a matrix product cannot be captured: cuBLAS did not start") from _handles.failure
    stream = cupy.cuda.get_current_stream().ptr
    size = (32 if int(cupy.cuda.Device().compute_capability) >= 90 else 8) * _MEBIBYTE
    if stream not in _handles.streams:
        _handles.streams[stream] = (size, cupy.cuda.alloc(size))
    memory = _handles.streams[stream][1]
    # In this order: setting the stream takes the memory away.
    _checked("cublasSetStream_v2", handle, stream)
    _checked("cublasSetWorkspace_v2", handle, memory.ptr, size)
    return handle


def _checked(name: str, *args: Any) -> None:
    status = functions()[name](*args)
    if status:
        raise RuntimeError(f"{name} of cuBLAS failed with status {status}")


def matmul(x1: cupy.ndarray, x2: cupy.ndarray) -> cupy.ndarray:
    """The matrix product, of any operands that the standard allows."""
    dtype = x1.dtype if x1.dtype == x2.dtype else cupy.result_type(x1, x2)
    if dtype.name not in _TYPES:
        return cupy.matmul(x1, x2)  # by a kernel of CuPy's own
    if x1.ndim == 0 or x2.ndim == 0:
        raise ValueError(f"matmul: operands need dimensions, but have the shapes {x1.shape} and {x2.shape}")
    x1, x2 = x1.astype(dtype, copy=False), x2.astype(dtype, copy=False)
    left = x1.reshape(1, -1) if x1.ndim == 1 else x1
    right = x2.reshape(-1, 1) if x2.ndim == 1 else x2
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(f"matmul: the shapes {x1.shape} and {x2.shape} do not fit together")
    out = _matrices(left, right)
    if x2.ndim == 1:
        out = out[..., 0]
    return out[..., 0, :] if x1.ndim == 1 and x2.ndim > 1 else out[..., 0] if x1.ndim == 1 else out


def _matrices(left: cupy.ndarray, right: cupy.ndarray) -> cupy.ndarray:
    """(*, m, k) @ (*, k, n) -> (*, m, n)."""
    if right.ndim == 2 and left.ndim > 2 and left.flags.c_contiguous:  # one product of all rows
        rows = left.reshape(math.prod(left.shape[:-1]), left.shape[-1])
        return _matrices(rows, right).reshape(*left.shape[:-1], right.shape[-1])
    batch = numpy.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    (m, k), n = left.shape[-2:], right.shape[-1]
    out = cupy.empty((*batch, m, n), left.dtype)
    if out.size == 0:
        return out
    if k == 0:
        out.fill(0)
        return out
    a, b = _stacked(left, batch), _stacked(right, batch)
    _multiply(a, b, out.reshape(math.prod(batch), m, n))
    return out


def _stacked(array: cupy.ndarray, batch: tuple[int, ...]) -> cupy.ndarray:
    """Matrices as (1, *, *), where all products share one, or (batch, *, *)."""
    matrix = array.shape[-2:]
    if math.prod(array.shape[:-2]) == 1:
        return array.reshape(1, *matrix)
    if array.shape[:-2] == batch:
        return array if len(batch) == 1 else array.reshape(math.prod(batch), *matrix)
    return cupy.broadcast_to(array, (*batch, *matrix)).reshape(math.prod(batch), *matrix)


def _operand(array: cupy.ndarray) -> tuple[cupy.ndarray, int, int, int]:
    """Matrices as cuBLAS takes them: the array, whether it lies there transposed, and both strides in elements."""
    count, rows, columns = array.shape
    between, down, across = (stride // array.itemsize for stride in array.strides)
    if count == 1:
        between = 0
    if (across == 1 or columns == 1) and down >= columns:
        return array, _PLAIN, down, between
    if (down == 1 or rows == 1) and across >= rows:
        return array, _TRANSPOSED, across, between
    array = cupy.ascontiguousarray(array)
    return array, _PLAIN, columns, 0 if count == 1 else rows * columns


def _multiply(left: cupy.ndarray, right: cupy.ndarray, out: cupy.ndarray) -> None:
    # cuBLAS counts by columns, so that it sees each matrix transposed: out.T = right.T @ left.T
    count, m, n = out.shape
    left, left_form, left_step, left_stride = _operand(left)
    right, right_form, right_step, right_stride = _operand(right)
    kind, factor = _TYPES[out.dtype.name]
    _checked(
        "cublasGemmStridedBatchedEx", _handle(), right_form, left_form, n, m, left.shape[2], _ONE[factor],
        right.data.ptr, kind, max(right_step, 1), right_stride, left.data.ptr, kind, max(left_step, 1), left_stride,
        _ZERO[factor], out.data.ptr, kind, n, m * n, count, _compute(out.dtype.name), _ALGORITHM,
    )  # fmt: skip


def _compute(dtype: str) -> int:
    if dtype in ("float64", "complex128"):
        return _COMPUTE_64F
    return (
        _COMPUTE_32F_FAST_TF32
        if dtype in ("float32", "complex64") and precision.is_reduced()
        else _COMPUTE_32F
    )
