"""oneDNN's shared library through its C interface, version 3: https://oneapi-src.github.io/oneDNN/."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

DISTRIBUTIONS = ("onednn-cpu-gomp", "onednn-cpu-iomp", "onednn-cpu-tbb", "onednn")

# Of the C header's enumerations.
CPU, IN_ORDER, FLOAT32, ANY = 1, 1, 3, 1
FORWARD_TRAINING, DIRECT = 64, 1
SOURCE, TARGET, WEIGHT, BIAS = 1, 17, 33, 41
GRAD_SOURCE, GRAD_TARGET, GRAD_WEIGHT = 129, 145, 161
QUERY_WEIGHT, QUERY_GRAD_WEIGHT = 131, 132
UNIMPLEMENTED = 3


class UnimplementedError(RuntimeError):
    """The library has no way to compute this."""


class _Argument(ctypes.Structure):
    """``dnnl_exec_arg_t``: which argument of a primitive it is, and its memory."""

    _fields_ = (("place", ctypes.c_int), ("memory", ctypes.c_void_p))


@cache
def load() -> ctypes.CDLL:
    """The library, whose threads sleep between calls.

    Else they would spin for a while after each, as NumPy's do, and two such pools take the processor from each other.

    Raises
    ------
    ImportError
        If no distribution that brings it is installed.
    """
    before = os.environ.get("OMP_WAIT_POLICY")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when OpenMP is loaded
    try:
        return ctypes.CDLL(str(_path()))
    except OSError as error:
        raise ImportError(f"oneDNN cannot be loaded: {error}") from error
    finally:
        if before is None:
            del os.environ["OMP_WAIT_POLICY"]


def _path() -> Any:
    for name in DISTRIBUTIONS:
        try:
            files = metadata.files(name) or ()
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.name.startswith("libdnnl.so.3"):
                return file.locate()
    raise ImportError("oneDNN's library is not installed; pip install onednn-cpu-gomp (Linux on x86-64)")


def call(function: str, *arguments: Any) -> None:
    """Call ``dnnl_<function>``.

    Raises
    ------
    UnimplementedError
        If the library has no implementation.
    RuntimeError
        If it reports another error.
    """
    status = getattr(load(), f"dnnl_{function}")(*arguments)
    if status == UNIMPLEMENTED:
        raise UnimplementedError(f"oneDNN does not implement dnnl_{function} for this")
    if status:
        raise RuntimeError(f"oneDNN's dnnl_{function} failed with status {status}")


class Handle:
    """A pointer to one of the library's objects, destroyed with it."""

    def __init__(self, kind: str, function: str, *arguments: Any) -> None:
        self.value = ctypes.c_void_p()
        self._destroy = getattr(load(), f"dnnl_{kind}_destroy")
        call(function, ctypes.byref(self.value), *arguments)

    @property
    def _as_parameter_(self) -> ctypes.c_void_p:
        return self.value

    def __del__(self) -> None:
        if self.value:
            self._destroy(self.value)


@cache
def engine() -> Handle:
    """The processor."""
    return Handle("engine", "engine_create", CPU, ctypes.c_size_t(0))


@cache
def stream() -> Handle:
    """Where primitives are executed."""
    return Handle("stream", "stream_create", engine(), IN_ORDER)


def sizes(values: Sequence[int]) -> Any:
    """``dnnl_dims_t``: up to twelve 64-bit integers."""
    return (ctypes.c_int64 * 12)(*values)


def layout(shape: Sequence[int], strides: Sequence[int] | None = None) -> Handle:
    """A description of float32 memory: with strides, or as the library likes it best."""
    dims, count = sizes(shape), len(shape)
    if strides is None:
        return Handle("memory_desc", "memory_desc_create_with_tag", count, dims, FLOAT32, ANY)
    return Handle("memory_desc", "memory_desc_create_with_strides", count, dims, FLOAT32, sizes(strides))


def size_of(described: Any) -> int:
    """The bytes of memory of a description."""
    function = load().dnnl_memory_desc_get_size
    function.restype = ctypes.c_size_t
    return function(described)


class Primitive:
    """A computation that is prepared.

    Parameters
    ----------
    description
        What it computes: a ``dnnl_primitive_desc_t``.
    """

    def __init__(self, description: Handle) -> None:
        self.description = description
        self._primitive = Handle("primitive", "primitive_create", description)

    def layout(self, query: int) -> ctypes.c_void_p:
        """The description of one of its arguments, as long as the primitive lives."""
        function = load().dnnl_primitive_desc_query_md
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(self.description, query, 0))

    def __call__(self, *arguments: tuple[int, Any, Any]) -> None:
        """Compute; each argument is which one it is, its memory's description, and its address."""
        memories = [
            Handle("memory", "memory_create", described, engine(), ctypes.c_void_p(address))
            for _, described, address in arguments
        ]
        given = (_Argument * len(arguments))(
            *[_Argument(place, memory.value) for (place, *_), memory in zip(arguments, memories, strict=True)]
        )
        call("primitive_execute", self._primitive, stream(), len(arguments), given)
        call("stream_wait", stream())
