"""What simulates CuPy refuses what the real one refuses, and runs kernels, graphs, memory and devices as it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(
        find_spec("cupy") is None, reason="needs the package cupy, whose signatures the simulation takes"
    ),
    pytest.mark.skipif(
        shutil.which("g++") is None, reason="needs g++, with which the simulation compiles kernels"
    ),
]

START = """
import numpy as np
from tests import simulated_cupy
from tests.simulated_cupy import machine
simulated_cupy.install()
import cupy, cupyx, cupyx.scipy.special

def refused(kind, text, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind as error:
        assert text in str(error), str(error)
    else:
        raise AssertionError(f"{function} was not refused")
"""


def run(program: str) -> None:
    """Runs a program in a process of its own, where the simulation is installed."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", START + program],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_numpys_arrays_are_refused() -> None:
    run("""
x = cupy.ones(3)
refused(TypeError, "Unsupported type <class 'numpy.ndarray'>", lambda: x + np.ones(3))
refused(TypeError, "Unsupported type <class 'numpy.ndarray'>", lambda: np.ones(3) + x)
refused(TypeError, "Implicit conversion to a NumPy array is not allowed", np.asarray, x)
refused(TypeError, "numpy.ndarray", cupy.sum, np.ones(3))
refused(TypeError, "numpy.ndarray", cupy.where, x > 0, x, np.ones(3))
refused(TypeError, "list", cupy.sum, [1.0, 2.0])
""")


def test_names_and_arguments_that_cupy_lacks_are_lacking() -> None:
    run("""
refused(AttributeError, "has no attribute", lambda: cupy.geomspace)
refused(NotImplementedError, "but the simulation does not", lambda: cupy.random)
refused(TypeError, "unexpected keyword argument", cupy.sum, cupy.ones(3), where=True)
refused(TypeError, "unexpected keyword argument", cupy.ones(3).sum, initial=1)
refused(TypeError, "Wrong type", cupy.bitwise_and, cupy.ones(3), 1)
refused(ValueError, "Unsupported dtype", cupy.zeros, 3, dtype=object)
""")


def test_results_are_arrays_of_the_dtype_that_cupy_gives() -> None:
    run("""
x = cupy.asarray(np.arange(6, dtype=np.int8).reshape(2, 3))
total = x.sum()
assert type(total) is cupy.ndarray and total.shape == () and total.dtype == np.int64 and int(total) == 15
assert (x + 1).dtype == np.int8 and (x + 1.5).dtype == np.float64 and (x / x).dtype == np.float64
assert cupy.exp(x.astype("e")).dtype == np.float16
assert cupyx.scipy.special.erf(x.astype("f")).dtype == np.float32
assert x.T.base is x and x[:, 1:].base is x and x.copy().base is None
x.T[0] = 7
assert x.get().tolist() == [[7, 1, 2], [7, 4, 5]]
""")


def test_reading_a_value_makes_the_host_wait() -> None:
    run("""
x = cupy.ones(3)
before = machine.synchronizations
y = (x * 2 + 1).sum()
assert machine.synchronizations == before
assert float(y) == 9 and machine.synchronizations == before + 1
x[x > 0]
assert machine.synchronizations == before + 2
""")


def test_a_reduction_in_shared_memory_sums_what_numpy_sums() -> None:
    run(r'''
kernel = cupy.RawKernel(r"""
extern "C" __global__ void rows(const float* x, float* out, int size) {
  extern __shared__ float part[];
  float sum = 0;
  for (int i = threadIdx.x; i < size; i += blockDim.x) sum += x[blockIdx.x * size + i];
  part[threadIdx.x] = sum;
  __syncthreads();
  for (int half = blockDim.x / 2; half >= 32; half /= 2) {
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x >= 32) return;
  sum = part[threadIdx.x];
  for (int step = 16; step; step /= 2) sum += __shfl_xor_sync(0xffffffff, sum, step);
  if (threadIdx.x == 0) out[blockIdx.x] = sum;
}
""", "rows")
host = np.random.default_rng(0).integers(-9, 9, (5, 1000)).astype(np.float32)
out = cupy.empty(5, np.float32)
kernel((5,), (128,), (cupy.asarray(host), out, np.int32(1000)), shared_mem=128 * 4)
np.testing.assert_array_equal(out.get(), host.sum(axis=1))
refused(TypeError, "takes 3 arguments", kernel, (5,), (128,), (out,))
refused(RuntimeError, "INVALID_VALUE", kernel, (5,), (2048,), (out, out, 1))
''')


def test_threads_that_miss_a_barrier_fail_the_launch() -> None:
    run(r'''
module = cupy.RawModule(code=r"""
extern "C" __global__ void diverging(float* x) {
  if (threadIdx.x < 8) __syncthreads();
  else __syncthreads();
}
extern "C" __global__ void half(float* x) {
  if (threadIdx.x < 8) __shfl_sync(0xffffffff, 1.0f, 0);
  else __syncthreads();
}
extern "C" __global__ void beyond(float* x) { extern __shared__ float tile[]; tile[threadIdx.x + 1] = 0; }
""")
x = cupy.ones(1, np.float32)
refused(RuntimeError, "line 4: threads of one block wait at different barriers",
        module.get_function("diverging"), (1,), (32,), (x,))
refused(RuntimeError, "barrier divergence", module.get_function("half"), (1,), (32,), (x,))
refused(RuntimeError, "beyond its dynamic shared memory",
        module.get_function("beyond"), (1,), (32,), (x,), shared_mem=128)
refused(RuntimeError, "named symbol not found", module.get_function, "missing")
''')


def test_sources_that_nvrtc_refuses_are_refused() -> None:
    run(r"""
from cupy.cuda.compiler import CompileException
for body in ("x[0] = INFINITY;", "int32_t i = 0;", "x[0] = std::max(1, 2);", "x[0] = y;"):
    kernel = cupy.RawKernel('extern "C" __global__ void k(float* x) { ' + body + " }", "k")
    refused(CompileException, "", kernel, (1,), (1,), (cupy.ones(1, np.float32),))
""")


def test_templates_are_found_by_their_name_expressions() -> None:
    run(r"""
names = ("scale<float, 3>", "scale<double, 2>")
source = "template <typename T, int N> __global__ void scale(T* x) { x[threadIdx.x] *= N; }"
module = cupy.RawModule(code=source, name_expressions=names)
for name, dtype, factor in zip(names, "fd", (3, 2)):
    x = cupy.arange(4, dtype=dtype)
    module.get_function(name)((1,), (4,), (x,))
    np.testing.assert_array_equal(x.get(), np.arange(4) * factor)
""")


def test_elementwise_kernels_follow_cupys_rules() -> None:
    run(r"""
kernel = cupy.ElementwiseKernel("T x, T y, raw int64 table, float32 s", "T out",
                                "out = x * y + T(table[i % 2] * s)", "k")
for dtype in ("e", "f", "d", "bfloat16"):
    if dtype == "bfloat16":
        import ml_dtypes
        dtype = ml_dtypes.bfloat16
    x = cupy.arange(6, dtype="f").reshape(2, 3).astype(dtype)
    out = kernel(x, x[:, :1], cupy.asarray([1, 2]), 2)
    assert out.dtype == x.dtype
    host = x.get().astype("d")
    np.testing.assert_array_equal(out.get().astype("d"), host * host[:, :1] + np.asarray([[2, 4, 2], [4, 2, 4]]))
refused(TypeError, "Type is mismatched", kernel, x, x.astype("d"), cupy.asarray([1, 2]), 2)
refused(TypeError, "Wrong number of arguments", kernel, x)
raw = cupy.ElementwiseKernel("raw float64 x", "float64 y", "y = x[_ind.size() - 1 - i]", "reverse")
refused(ValueError, "Loop size is undecided", raw, cupy.arange(3.0))
assert raw(cupy.arange(3.0), size=3).get().tolist() == [2, 1, 0]
length = cupy.ReductionKernel("T x", "T y", "x * x", "a + b", "y = sqrt(a)", "0", "length")
np.testing.assert_array_equal(length(cupy.asarray([[3.0, 4.0], [5.0, 12.0]]), axis=1).get(), [5, 13])
""")


def test_a_captured_stream_computes_nothing_before_the_replay() -> None:
    run(r"""
double = cupy.ElementwiseKernel("T x", "T y", "y = 2 * x", "double_it")
stream = cupy.cuda.Stream(non_blocking=True)
with stream:
    x = cupy.ones(4)
    stream.begin_capture()
    y = double(x) + 1
    total = y.sum()
    x[1:] = total
    assert stream.is_capturing()
    graph = stream.end_capture()
assert np.isnan(y.get()).all() and x.get().tolist() == [1, 1, 1, 1]
graph.launch()
assert y.get().tolist() == [3, 3, 3, 3] and x.get().tolist() == [1, 12, 12, 12]
x[:] = 5
graph.launch()
assert y.get().tolist() == [11, 11, 11, 11] and float(total) == 44 and x.get().tolist() == [5, 44, 44, 44]
""")


def test_a_capture_permits_nothing_that_waits() -> None:
    run(r"""
from cupy.cuda.runtime import CUDARuntimeError
stream = cupy.cuda.Stream(non_blocking=True)
x = cupy.ones(4)
with stream:
    stream.begin_capture()
    for read in (x.get, x.sum().item, lambda: x[x > 0], lambda: float(x[0])):
        refused(RuntimeError, "D2H transfers are disallowed", read)
    for write in (lambda: x.set(np.ones(4)), lambda: cupy.asarray(np.ones(4))):
        refused(RuntimeError, "H2D transfers are disallowed", write)
    refused(NotImplementedError, "cuBLAS", lambda: x @ x)
    refused(NotImplementedError, "cuSOLVER", cupy.linalg.inv, cupy.eye(2))
    stream.end_capture()  # none of these reached CUDA
    for wait in (stream.synchronize, cupy.cuda.Device().synchronize, lambda: cupy.sort(x)):
        stream.begin_capture()
        refused(CUDARuntimeError, "cudaErrorStreamCaptureUnsupported", wait)
        refused(CUDARuntimeError, "cudaErrorStreamCaptureInvalidated", stream.end_capture)
side = cupy.cuda.Stream(non_blocking=True)
with stream:
    stream.begin_capture()
    side.wait_event(stream.record())
    with side:
        y = x + 1
    refused(CUDARuntimeError, "cudaErrorStreamCaptureUnjoined", stream.end_capture)
""")


def test_a_graph_copies_from_page_locked_memory_alone() -> None:
    run(r"""
from cupy.cuda import runtime
stream = cupy.cuda.Stream(non_blocking=True)
x, pinned, pageable = cupy.zeros(4), cupyx.zeros_pinned(4), np.zeros(4)
def copy(host):
    runtime.memcpyAsync(x.data.ptr, host.ctypes.data, x.nbytes, runtime.memcpyHostToDevice, stream.ptr)
with stream:
    stream.begin_capture()
    copy(pinned)
    y = x + 1
    graph = stream.end_capture()
pinned[:] = 3
graph.launch()
assert y.get().tolist() == [4, 4, 4, 4]
stream.begin_capture()
refused(runtime.CUDARuntimeError, "cudaErrorStreamCaptureUnsupported", copy, pageable)
""")


def test_cublas_multiplies_and_is_captured() -> None:
    run(r"""
import ctypes
cupy.cuda.Device().cublas_handle
cublas = ctypes.CDLL("libcublas.so.12")
a, b = (cupy.asarray(np.random.default_rng(0).integers(-9, 9, shape).astype("f")) for shape in ((3, 4), (4, 5)))
out, room = cupy.empty((3, 5), "f"), cupy.empty(64)
handle, stream = ctypes.c_void_p(), cupy.cuda.Stream(non_blocking=True)
one, zero = (ctypes.byref(ctypes.c_float(value)) for value in (1, 0))
pointer = ctypes.c_void_p
def multiply():  # by columns: out.T = b.T @ a.T
    return cublas.cublasGemmEx(handle, 0, 0, 5, 3, 4, one, pointer(b.data.ptr), 0, 5, pointer(a.data.ptr), 0, 4, zero,
                               pointer(out.data.ptr), 0, 5, 68, -1)
assert multiply() == 1  # CUBLAS_STATUS_NOT_INITIALIZED
assert cublas.cublasCreate_v2(ctypes.byref(handle)) == 0
assert cublas.cublasSetStream_v2(handle, pointer(stream.ptr)) == 0
stream.begin_capture()
assert multiply() == 14  # no memory to work in
assert cublas.cublasSetWorkspace_v2(handle, pointer(room.data.ptr), ctypes.c_size_t(room.nbytes)) == 0
assert multiply() == 0
graph = stream.end_capture()
assert np.isnan(out.get()).all()
graph.launch()
np.testing.assert_array_equal(out.get(), a.get() @ b.get())
""")


def test_a_graph_does_not_outlive_its_memory() -> None:
    run(r"""
from cupy.cuda.runtime import CUDARuntimeError
stream, pool = cupy.cuda.Stream(non_blocking=True), cupy.cuda.MemoryPool()
with stream, cupy.cuda.using_allocator(pool.malloc):
    x = cupy.ones(4)
    stream.begin_capture()
    y = x + 1
    graph = stream.end_capture()
graph.launch()
assert y.get().tolist() == [2, 2, 2, 2]
del x, y
pool.free_all_blocks()
refused(CUDARuntimeError, "cudaErrorIllegalAddress", graph.launch)
""")


def test_memory_runs_out() -> None:
    run(r"""
from cupy.cuda.memory import OutOfMemoryError
pool = cupy.get_default_memory_pool()
machine.memory = 1 << 20
x = cupy.zeros(100_000, np.float32)
assert pool.used_bytes() == pool.total_bytes() == 400_384  # a multiple of 512
assert cupy.cuda.Device().mem_info == ((1 << 20) - 400_384, 1 << 20)
refused(OutOfMemoryError, "Out of memory allocating 800,256 bytes (allocated so far: 400,384 bytes)",
        cupy.zeros, 200_000, np.float32)
del x
assert pool.used_bytes() == 0 and pool.free_bytes() == 400_384
y = cupy.empty(200_000, np.float32)
assert np.isnan(y.get()).all()
assert pool.total_bytes() == 800_256  # what was free has been given back
""")


def test_each_device_has_its_own_arrays() -> None:
    run(r"""
x = cupy.arange(3.0)
with cupy.cuda.Device(1):
    y = cupy.ones(3)
    assert y.device == cupy.cuda.Device(1) and y.__dlpack_device__() == (2, 1)
    refused(ValueError, "Peer access is unavailable", lambda: x + y)
    moved = cupy.asarray(x)
    assert moved.device.id == 1 and (moved + y).get().tolist() == [1, 2, 3]
refused(RuntimeError, "cudaErrorInvalidDevice", cupy.cuda.Device(2).use)
assert cupy.cuda.runtime.getDeviceCount() == 2 and cupy.cuda.runtime.getDevice() == 0
machine.error = 35
assert not cupy.cuda.is_available()
refused(RuntimeError, "cudaErrorInsufficientDriver", cupy.cuda.runtime.getDeviceCount)
""")


def test_a_forked_child_cannot_use_the_gpu() -> None:
    run(r"""
import os
cupy.ones(3)
child = os.fork()
if not child:
    try:
        cupy.ones(3)
    except RuntimeError as error:
        os._exit(0 if "cudaErrorInitializationError" in str(error) else 1)
    os._exit(2)
assert os.waitpid(child, 0)[1] == 0
""")


def test_arrays_travel_by_dlpack() -> None:
    run(r"""
x = cupy.arange(6.0).reshape(2, 3)
same = cupy.from_dlpack(x.T)
assert same.data.ptr == x.data.ptr and same.strides == x.T.strides
np.testing.assert_array_equal(np.from_dlpack(x, device="cpu"), x.get())
assert cupy.from_dlpack(np.ones(3)).get().tolist() == [1, 1, 1]
""")
