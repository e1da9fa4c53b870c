"""Every kernel is CUDA C++ that the real compiler takes, for every dtype that it is made for; no GPU is needed."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("deep_learner_cupy", reason="the CuPy backend is not installed")
cupy = pytest.importorskip("cupy", reason="needs CuPy; a GPU is not needed")
if not getattr(cupy, "__file__", None):
    pytest.skip("needs CuPy itself, whose headers kernels include, not a simulation", allow_module_level=True)

from deep_learner_cupy.kernels import compiled  # noqa: E402
from tests.compiler import test_fusion as fusion  # noqa: E402

INCLUDES = Path(cupy.__file__).parent / "_core" / "include"
HEADERS = ("complex.cuh", "carray.cuh", "atomics.cuh", "math_constants.h")
# The accumulator that goes with each type of element.
TYPES = {
    "float32": "float32",
    "float64": "float64",
    "float16": "float32",
    "bfloat16": "float32",
    "int64": "int64",
}


def compile_for_hopper(text: str, folder: Path) -> None:
    """Compile to a binary for a GPU of compute capability 9.0."""
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        pytest.skip("needs nvcc")
    source = folder / "kernel.cu"
    source.write_text(text)
    parts = [INCLUDES, *(INCLUDES / "cupy" / "_cccl" / part for part in ("libcudacxx", "cub", "thrust"))]
    done = subprocess.run(
        [nvcc, "-arch=sm_90", "-std=c++17", *(f"-I{part}" for part in parts), "-cubin", "-o", folder / "out", source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("dtype", compiled.PRELUDES)
@pytest.mark.parametrize("source", compiled.SOURCES)
def test_a_source_is_compiled(source, dtype, tmp_path):
    compile_for_hopper(compiled.text(source, dtype), tmp_path)


GENERATED = {
    "rows": (fusion.layer_norm, [(3, 8, 16), (16,), (3, 8, 16)]),
    "rows across memory": (fusion.batch_norm, [(4, 3, 5, 5)]),
    "totals": (lambda note, x: (note("sum", note("exp", x)), note("max", x)), [(40, 50)]),
}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", GENERATED)
def test_generated_kernels_are_compiled(name, dtype, tmp_path):
    from deep_learner_cupy.compiler.kernels import complete
    from deep_learner_cupy.compiler.program import Program

    program, shapes = GENERATED[name]
    kernels = Program(fusion.plan_of(program, *shapes, dtype=dtype), fusion.NUMPY).kernels
    assert kernels.source
    compile_for_hopper(complete(kernels.source), tmp_path)


def elementwise_kernels() -> dict[str, object]:
    """CuPy's elementwise kernels by name: those of modules, and those inside functions made of a table."""
    found: dict[str, object] = {}
    for name in (
        "kernels.elementwise",
        "kernels.indexing",
        "kernels.recurrent",
        "kernels.scattering",
        "limits",
    ):
        module = importlib.import_module(f"deep_learner_cupy.{name}")
        kernels = getattr(module, "KERNELS", {}).values()
        inside = [cell.cell_contents for kernel in kernels for cell in closure(kernel)]
        for kernel in (*vars(module).values(), *inside):
            if isinstance(kernel, cupy.ElementwiseKernel):
                found[kernel.name] = kernel
    return found


def closure(function: object) -> tuple[object, ...]:
    return getattr(getattr(function, "__wrapped__", function), "__closure__", None) or ()


def text_of(kernel: object, dtype: str) -> str:
    """What CuPy compiles when it calls a kernel with strided arrays of a dtype."""
    parts = pytest.importorskip(
        "cupy._core._kernel", reason="CuPy's sources are made elsewhere in this version"
    )
    if not hasattr(parts, "_get_elementwise_kernel_code"):
        pytest.skip("this version of CuPy does not show the sources it makes")
    array, indexer, scalar = 1, 2, 3  # kinds of arguments
    types = {"T": dtype, "A": TYPES[dtype], "I": "int64"}
    arguments, named = [], {}
    for parameter in kernel.params:
        if parameter.name == "_ind":
            arguments.append(parts._ArgInfo(indexer, type(parameter), None, 1, True, False))
            continue
        own = np.dtype(types[parameter.ctype] if parameter.dtype is None else parameter.dtype)
        if parameter.dtype is None:
            named[parameter.ctype] = own
        number = parameter.is_const and not parameter.raw and parameter.dtype is not None
        kind, ndim = (scalar, 0) if number else (array, 1)
        arguments.append(parts._ArgInfo(kind, cupy.ndarray, own, ndim, False, False))
    code = parts._get_elementwise_kernel_code(
        tuple(arguments), parts._TypeMap(tuple(named.items())), kernel.params, kernel.operation, kernel.name,
        kernel.preamble,
    )  # fmt: skip
    return "".join(f"#include <cupy/{header}>\n" for header in HEADERS) + code


def takes(kernel: object, dtype: str) -> bool:
    """Whether a kernel is made for a dtype: those that compute, for floating ones alone."""
    if not any(parameter.ctype == "T" for parameter in kernel.params):
        return dtype == "float32"
    return dtype != "int64" or "wide_of" not in kernel.preamble


@pytest.mark.parametrize("dtype", TYPES)
def test_elementwise_kernels_are_compiled(dtype, tmp_path):
    pytest.importorskip("ml_dtypes", reason="needs the dtype bfloat16")
    kernels = [kernel for kernel in elementwise_kernels().values() if takes(kernel, dtype)]
    assert len(kernels) > 5
    units = [text_of(kernel, dtype) for kernel in kernels]
    # Each in a namespace of its own, since each defines T; what CuPy includes stands before them all.
    head, bodies = [], []
    for unit in units:
        lines = unit.splitlines()
        head += [line for line in lines if line.lstrip().startswith("#include")]
        bodies.append("\n".join(line for line in lines if not line.lstrip().startswith("#include")))
    spaces = [f"namespace kernel{number} {{\n{body}\n}}" for number, body in enumerate(bodies)]
    compile_for_hopper("\n".join([*dict.fromkeys(head), *spaces]), tmp_path)
