"""CUDA C++ compiled for the host with g++: each source once, kept in a temporary folder by its hash."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cupy as real
from cupy.cuda.compiler import CompileException

from tests.simulated_cupy.machine import machine

HERE = Path(__file__).parent / "include"
HEADERS = Path(real.__file__).parent / "_core" / "include"
CACHE = Path(tempfile.gettempdir()) / f"simulated_cupy_{os.getuid()}"
# What NVRTC does not know, although the host's headers make it known here.
UNKNOWN = re.compile(
    r"\b(INFINITY|NAN|FLT_MAX|FLT_MIN|FLT_EPSILON|DBL_MAX|DBL_MIN|DBL_EPSILON|U?INT_MAX|INT_MIN|U?LLONG_MAX|u?int(?:8|16|32|64)_t"
    r"|std::(?!move\b|forward\b|initializer_list\b)\w+)"
)
HOST_HEADER = re.compile(
    r'#\s*include\s*[<"](c?(?:math|stdint|stdio|limits|float|assert|string)(?:\.h)?|algorithm|type_traits|limits)[>"]'
)
BARRIERS = re.compile(
    r"__sync(?:threads|warp)|__shfl_|__ballot_sync|__any_sync|__all_sync|__reduce_\w+_sync|cooperative_groups"
)
KERNEL = re.compile(r"__cuda_global__\s+(?:static\s+)?void\s+(?:\w+\s*\([^()]*\)\s+)?(\w+)\s*\(")
SHARED_WITHOUT_SIZE = re.compile(
    r"extern\s+__cuda_shared__\s+((?:__attribute__\(\(.*?\)\)\s*|alignas\([^()]*\)\s*)?)([\w:<>\s]+?)\s*(\w+)\s*\[\s*\]\s*;"
)
lock = threading.Lock()


class DriverError(RuntimeError):
    """`cupy.cuda.driver.CUDADriverError`, which the real class cannot tell of without a driver."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


DriverError.__name__ = DriverError.__qualname__ = "CUDADriverError"


@dataclass
class Library:
    """A compiled source: its kernels, by name."""

    loaded: ctypes.CDLL
    source: str
    kernels: dict[str, str]
    sizes: dict[str, list[int]] = field(default_factory=dict)

    def parameters(self, name: str) -> list[int]:
        """Bytes of each parameter of a kernel, negative for numbers in floating point."""
        if name not in self.sizes:
            found = (ctypes.c_int * 256)()
            count = getattr(self.loaded, f"parameters_{self.kernels[name]}")(found)
            self.sizes[name] = list(found[:count])
        return self.sizes[name]

    def run(self, name: str, grid: Sequence[int], block: Sequence[int], shared: int, arguments: Any) -> None:
        """Runs a kernel to its end; `arguments` are pointers to the values of its parameters."""
        launch = getattr(self.loaded, f"launch_{self.kernels[name]}")
        launch.restype = ctypes.c_char_p
        three = ctypes.c_uint * 3
        with lock:  # blocks share the threads' and the block's numbers
            message = launch(three(*grid), three(*block), ctypes.c_size_t(shared), arguments)
        if message is not None:
            raise RuntimeError(f"the kernel {name}: {message.decode()}")


def require_nvrtc(source: str, name: str, options: Sequence[str]) -> None:
    """Refuses what NVRTC does not know."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/|\"[^\"\n]*\"(?=[^>])", " ", source, flags=re.S)
    for found in (HOST_HEADER.search(source), *UNKNOWN.finditer(code)):
        if found is None or re.search(
            rf"#\s*define\s+{re.escape(found[1])}\b|typedef[^;]*\b{re.escape(found[1])}\s*;|using\s+{re.escape(found[1])}\b",
            code,
        ):
            continue
        if any(f"-D{found[1]}" in option for option in options) or "cuda/std" in source:
            continue
        message = f'{name}: NVRTC does not know "{found[1]}" (it has none of the host\'s headers)'
        raise CompileException(message, source, name, tuple(options), "nvrtc")


@functools.cache
def gxx() -> str:
    """The compiler of the host."""
    found = shutil.which("g++")
    if found is None:
        raise RuntimeError("The simulation compiles kernels with g++, which is not installed.")
    return found


def run_gxx(arguments: Sequence[str], source: str, name: str, options: Sequence[str], original: str) -> str:
    result = subprocess.run([gxx(), *arguments], input=source, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CompileException(result.stderr, original, name, tuple(options), "nvrtc")
    return result.stdout


def definitions(options: Sequence[str]) -> list[str]:
    """The options that mean the same to g++; others of NVRTC are refused where they are not known to be harmless."""
    kept: list[str] = []
    for option in options:
        if option.startswith(("-D", "-U", "-I", "--define-macro=", "--include-path=")):
            kept.append(option.replace("--define-macro=", "-D").replace("--include-path=", "-I"))
        elif not re.match(
            r"--?(std|use_fast_math|fmad|ftz|prec-div|prec-sqrt|gpu-architecture|arch|lineinfo|restrict|maxrregcount|extra-device-vectorization|device-debug|generate-line-info|G$|w$|default-device|diag-suppress|split-compile|minimal|pch|disable-warnings|relocatable-device-code)",
            option,
        ):
            raise CompileException(
                f"nvrtc: error: unrecognized option {option}", "", "", tuple(options), "nvrtc"
            )
    return kept


@functools.cache
def compiled(
    source: str,
    options: tuple[str, ...] = (),
    name_expressions: tuple[str, ...] = (),
    prepend_cupy_headers: bool = False,
    name: str = "kernel",
) -> Library:
    """The library of a source, compiled now or found in the cache."""
    machine.require()
    require_nvrtc(source, name, options)
    headers = '#include "cuda_on_cpu.hpp"\n'
    if prepend_cupy_headers:
        uses_complex = re.search(r"\bcomplex\b", source) is not None
        headers += "#include <cupy/complex.cuh>\n" if uses_complex else ""
        headers += (
            "#include <cupy/carray.cuh>\n#include <cupy/atomics.cuh>\n#include <cupy/math_constants.h>\n"
        )
    barriers = int(BARRIERS.search(source) is not None)
    flags = [
        "-std=c++20",
        "-w",
        "-U_FORTIFY_SOURCE",
        "-fno-diagnostics-show-caret",
        f"-I{HERE}",
        f"-I{HEADERS}",
        f"-DCUDA_ON_CPU_BARRIERS={barriers}",
        *definitions(options),
    ]
    own = "".join(path.read_text() for path in sorted(HERE.rglob("*")) if path.is_file())
    key = hashlib.sha256(
        repr((source, flags, name_expressions, headers, own, real.__version__)).encode()
    ).hexdigest()[:32]
    library, listing = CACHE / f"{key}.so", CACHE / f"{key}.txt"
    if not library.exists():
        CACHE.mkdir(exist_ok=True)
        marked = ["-D__global__=__cuda_global__", "-D__shared__=__cuda_shared__"]
        text = f'{headers}#line 1 "{name}.cu"\n{source}\n'
        expanded = run_gxx([*flags, *marked, "-E", "-x", "c++", "-"], text, name, options, source)
        expanded = SHARED_WITHOUT_SIZE.sub(r"\2* \3 = (\2*)cuda_on_cpu::dynamic_shared();", expanded)
        kernels = exported(expanded, source, name_expressions)
        unmarked = ["-D__cuda_global__=", "-D__cuda_shared__=static"]
        target = library.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        run_gxx(
            [*flags, *unmarked, "-O1", "-fPIC", "-shared", "-o", str(target), "-x", "c++", "-"],
            expanded + launchers(kernels), name, options, source,
        )  # fmt: skip
        written = CACHE / f"{target.name}.txt"  # another process may be reading the listing it made itself
        written.write_text("".join(f"{symbol}\t{kernel}\n" for kernel, symbol in kernels.items()))
        written.replace(listing)
        target.replace(library)
    lines = (line.split("\t") for line in listing.read_text().splitlines())
    return Library(ctypes.CDLL(str(library)), source, {kernel: symbol for symbol, kernel in lines})


def exported(expanded: str, source: str, name_expressions: Sequence[str]) -> dict[str, str]:
    """The kernels that can be asked for: those in the linkage of C, and the name expressions."""
    in_c_block = re.search(r'extern\s+"C"\s*\{', expanded) is not None
    kernels: dict[str, str] = {}
    for found in KERNEL.finditer(expanded):
        before = re.split(r"[;{}]", expanded[: found.start()])[-1]
        if "template" not in before and ('extern "C"' in before or in_c_block):
            kernels[found[1]] = found[1]
    for number, expression in enumerate(name_expressions):
        kernels[expression] = f"expression_{number}"
    return kernels


def launchers(kernels: dict[str, str]) -> str:
    """Functions of C that launch the kernels and tell their parameters."""
    return "\n" + "\n".join(
        f'extern "C" const char* launch_{symbol}(const unsigned* grid, const unsigned* block, size_t shared, '
        f"void** arguments) {{ return cuda_on_cpu::launch(&{kernel}, grid, block, shared, arguments); }}\n"
        f'extern "C" int parameters_{symbol}(int* sizes) {{ return cuda_on_cpu::parameters(&{kernel}, sizes); }}'
        for kernel, symbol in kernels.items()
    )
