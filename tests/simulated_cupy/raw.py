"""`cupy.RawKernel` and `cupy.RawModule`."""

from __future__ import annotations

from typing import Any

from tests.simulated_cupy import calls, launching
from tests.simulated_cupy.compiler import DriverError, Library, compiled
from tests.simulated_cupy.memory import MemoryPointer


class RawKernel:
    """A kernel of the user's."""

    def __init__(
        self,
        code: str,
        name: str,
        options: tuple[str, ...] = (),
        backend: str = "nvrtc",
        *,
        translate_cucomplex: bool = False,
        enable_cooperative_groups: bool = False,
        jitify: Any = None,
    ) -> None:
        if not isinstance(options, tuple):
            raise TypeError(
                f"Argument 'options' has incorrect type (expected tuple, got {type(options).__name__})"
            )
        if translate_cucomplex or enable_cooperative_groups or jitify:
            raise NotImplementedError("The simulation has neither cuComplex, cooperative groups nor Jitify.")
        self.code, self.name, self.__name__ = code, name, name
        self.options, self.backend = options, backend
        self.enable_cooperative_groups = False
        self.file_path = None
        self.name_expressions: tuple[str, ...] = ()
        self.max_dynamic_shared_size_bytes = launching.STATIC_SHARED
        self.preferred_shared_memory_carveout = -1

    def compile(self, log_stream: Any = None) -> None:
        self.kernel  # noqa: B018

    @property
    def kernel(self) -> Library:
        library = compiled(
            self.code,
            self.options,
            self.name_expressions,
            name=(self.name_expressions and "module") or self.name,
        )
        if self.name not in library.kernels:
            raise DriverError(500, "CUDA_ERROR_NOT_FOUND: named symbol not found")
        return library

    @property
    def max_threads_per_block(self) -> int:
        return launching.LIMITS[1][0]

    def __call__(
        self,
        grid: tuple[int, ...],
        block: tuple[int, ...],
        args: Any,
        *,
        shared_mem: int = 0,
        stream: Any = None,
    ) -> None:
        library = self.kernel
        if not isinstance(grid, tuple) or not isinstance(block, tuple):
            raise TypeError("grid and block are tuples of up to three numbers")
        packed = [launching.argument_bytes(value) for value in args]
        launching.checked(library, self.name, args, packed)
        pointers = [value for value in args if isinstance(value, MemoryPointer)]
        blocks = calls.blocks_of(calls.arrays_in(tuple(args))) + [
            b for pointer in pointers for b in pointer.blocks
        ]
        blocks += [block for value in args for block in launching.blocks_in(value)]
        launching.launch(
            library,
            self.name,
            [max(1, int(size)) for size in (*grid, 1, 1)[:3]],
            [max(1, int(size)) for size in (*block, 1, 1)[:3]],
            packed,
            blocks,
            shared_mem,
            self.max_dynamic_shared_size_bytes,
            stream,
        )


class RawModule:
    """A source with several kernels."""

    def __init__(
        self,
        *,
        code: str | None = None,
        path: str | None = None,
        options: tuple[str, ...] = (),
        backend: str = "nvrtc",
        translate_cucomplex: bool = False,
        enable_cooperative_groups: bool = False,
        name_expressions: Any = None,
        jitify: Any = None,
    ) -> None:
        if (code is None) == (path is None):
            raise TypeError("Exactly one of `code` and `path` keyword arguments must be given.")
        if path is not None:
            raise NotImplementedError("The simulation compiles sources; it runs no binaries.")
        if name_expressions is not None and backend != "nvrtc":
            raise ValueError(
                "only nvrtc supports retrieving the mangled names for the given name expressions"
            )
        self._settings = {
            "translate_cucomplex": translate_cucomplex,
            "enable_cooperative_groups": enable_cooperative_groups,
            "jitify": jitify,
        }
        RawKernel(code or "", "", options, backend, **self._settings)  # refuses what kernels refuse
        self.code, self.file_path, self.options, self.backend = code, path, options, backend
        self.enable_cooperative_groups = enable_cooperative_groups
        self.name_expressions = None if name_expressions is None else tuple(name_expressions)

    @property
    def module(self) -> Library:
        return compiled(self.code, self.options, self.name_expressions or (), name="module")

    def compile(self, log_stream: Any = None) -> None:
        self.module  # noqa: B018

    def get_function(self, name: str) -> RawKernel:
        kernel = _OfModule(self.code, name, self.options, self.backend, **self._settings)
        kernel.library = self.module
        kernel.name_expressions = self.name_expressions or ()
        kernel.kernel  # noqa: B018
        return kernel


class _OfModule(RawKernel):
    """A kernel of a module, which is compiled once for all its kernels."""

    library: Library

    @property
    def kernel(self) -> Library:
        if self.name not in self.library.kernels:
            raise DriverError(500, "CUDA_ERROR_NOT_FOUND: named symbol not found")
        return self.library
