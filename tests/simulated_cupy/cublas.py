"""cuBLAS, as far as matrix products need it: a shared library with the real one's name, computed by NumPy."""

from __future__ import annotations

import ctypes
import hashlib
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import ml_dtypes
import numpy

from tests.simulated_cupy import capture, compiler, memory

NAME = "libcublas.so.12"
SUCCESS, NOT_INITIALIZED, INVALID_VALUE, INTERNAL_ERROR = 0, 1, 7, 14  # cublasStatus_t
# By cudaDataType; 16-bit numbers are multiplied as 32-bit ones.
TYPES = {
    0: numpy.dtype("f"),
    1: numpy.dtype("d"),
    2: numpy.dtype("e"),
    4: numpy.dtype("F"),
    5: numpy.dtype("D"),
    14: numpy.dtype(ml_dtypes.bfloat16),
}
Create = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_void_p))
SetStream = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
SetWorkspace = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
Multiply = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_longlong))


@dataclass
class Handle:
    """What a handle is set to."""

    device: int
    stream: int = 0
    workspace: int = 0


handles: dict[int, Handle] = {}


def create(place: Any) -> int:
    number = 0xB1A500 + 16 * len(handles)
    handles[number] = Handle(capture.current_device())
    place[0] = number
    return SUCCESS


def set_stream(handle: int | None, stream: int | None) -> int:
    if handle not in handles:
        return NOT_INITIALIZED
    handles[handle].stream, handles[handle].workspace = stream or 0, 0  # the stream takes the memory away
    return SUCCESS


def set_workspace(handle: int | None, workspace: int | None, size: int) -> int:
    if handle not in handles:
        return NOT_INITIALIZED
    handles[handle].workspace = workspace or 0
    return SUCCESS


def multiply(handle: int | None, arguments: Any) -> int:
    """C = alpha op(A) op(B) + beta C, matrices counted by columns."""
    if handle not in handles:
        return NOT_INITIALIZED
    settings = handles[handle]
    (form_a, form_b, m, n, k, alpha, a, type_a, step_a, stride_a, b, type_b, step_b, stride_b, beta, c, type_c, step_c,
     stride_c, count, _) = arguments[:21]  # fmt: skip
    if capture.streams[settings.stream].capture is not None and not settings.workspace:
        return INTERNAL_ERROR  # it would have to allocate
    if (
        min(m, n, k) < 0
        or step_a < max(1, k if form_a else m)
        or step_b < max(1, n if form_b else k)
        or step_c < m
    ):
        return INVALID_VALUE
    left = _matrices(a, type_a, (k, m) if form_a else (m, k), step_a, stride_a, count)
    right = _matrices(b, type_b, (n, k) if form_b else (k, n), step_b, stride_b, count)
    out = _matrices(c, type_c, (m, n), step_c, stride_c, count)
    wide = numpy.promote_types(
        TYPES[type_c] if TYPES[type_c].itemsize > 2 else numpy.dtype("f"), numpy.float32
    )
    factors = [memory.host_bytes(p, wide.itemsize).view(wide)[0] for p in (alpha, beta)]

    def work() -> None:
        product = _formed(left, form_a).astype(wide) @ _formed(right, form_b).astype(wide)
        out[...] = factors[0] * product + (factors[1] * out if factors[1] else 0)

    touched = [
        block for block in memory.known_blocks() if _holds(block, a) or _holds(block, b) or _holds(block, c)
    ]
    capture.launch(work, touched, settings.stream)
    return SUCCESS


def _holds(block: memory.Block, pointer: int) -> bool:
    return block.pointer <= pointer < block.pointer + block.size


def _matrices(pointer: int, kind: int, shape: Any, step: int, stride: int, count: int) -> numpy.ndarray:
    """The matrices at an address, (count, *shape)."""
    dtype = TYPES[kind]
    reach = (count - 1) * stride + (shape[1] - 1) * step + shape[0]
    flat = memory.host_bytes(pointer, reach * dtype.itemsize).view(dtype)
    strides = [dtype.itemsize * s for s in (stride, 1, step)]
    return numpy.lib.stride_tricks.as_strided(flat, (count, *shape), strides)


def _formed(matrices: numpy.ndarray, form: int) -> numpy.ndarray:
    turned = matrices.swapaxes(-1, -2) if form else matrices
    return turned.conj() if form == 2 else turned


@cache
def library() -> ctypes.CDLL:
    """The library, loaded; a later search for its name finds it."""
    source = compiler.HERE / "cublas_on_cpu.cpp"
    folder = compiler.CACHE / hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    path = folder / NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        name = f"-Wl,-soname,{NAME}"
        compiler.run_gxx(["-shared", "-fPIC", name, "-o", str(fresh), str(source)], "", NAME, (), "")
        fresh.replace(path)
    found = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    found.callbacks = (Create(create), SetStream(set_stream), SetWorkspace(set_workspace), Multiply(multiply))
    found.simulation(*found.callbacks)
    return found


@cache
def handle_of_device(device: int) -> int:
    """CuPy's own handle for a device."""
    handle = ctypes.c_void_p()
    library().cublasCreate_v2(ctypes.byref(handle))
    assert handle.value is not None
    return handle.value
