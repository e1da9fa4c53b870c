"""Kernels in CUDA C: from the files in `sources`, compiled for each dtype when they are first called with it.

In the sources `scalar` is what arrays hold, `wide` what is computed in, and `widened` and `narrowed` lead from one to
the other.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner_cupy import notes
from deep_learner_cupy.kernels.fallback import wide

if TYPE_CHECKING:
    from deep_learner.typing import Array

_PLAIN = """
typedef {0} scalar;
typedef {0} wide;
__device__ inline wide widened(scalar x) {{ return x; }}
__device__ inline scalar narrowed(wide x) {{ return x; }}
"""
# The types of 16 bits, by name, and what leads from one to the float that is computed in, and back.
SHORT = {
    "__half": """
#include <cuda_fp16.h>
__device__ inline float widened(__half x) { return __half2float(x); }
__device__ inline __half half_of(float x) { return __float2half_rn(x); }
""",
    # A bfloat16 is the upper half of a float; rounded to the nearest, of two the even one.
    "bfloat16": """
struct bfloat16 { unsigned short bits; };
__device__ inline float widened(bfloat16 x) { return __uint_as_float((unsigned)x.bits << 16); }
__device__ inline bfloat16 bfloat16_of(float x) {
  unsigned bits = __float_as_uint(x);
  bfloat16 made;
  made.bits = x != x ? 0x7fff : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return made;
}
""",
}
_SHORT_AS_SCALAR = """
typedef {0} scalar;
typedef float wide;
__device__ inline scalar narrowed(wide x) {{ return {1}_of(x); }}
"""
# In place of an array that is not there: CuPy before version 14 does not pass None as a pointer.
NULL = numpy.uint64(0)
PRELUDES = {
    "float32": _PLAIN.format("float"),
    "float64": _PLAIN.format("double"),
    "float16": SHORT["__half"] + _SHORT_AS_SCALAR.format("__half", "half"),
    "bfloat16": SHORT["bfloat16"] + _SHORT_AS_SCALAR.format("bfloat16", "bfloat16"),
}
# What each source needs before it.
SOURCES = {
    "attention": ("teams", "rows"),
    "batch_norm": ("teams", "rows"),
    "cross_entropy": ("teams", "rows"),
    "layer_norm": ("teams", "rows"),
    "optimizers": (),
    "softmax": ("teams", "rows"),
}
INFINITY = "#ifndef INFINITY\n#define INFINITY __int_as_float(0x7f800000)\n#endif\n"


def text(source: str, dtype: str) -> str:
    """What is compiled: the named source for a dtype."""
    parts = map(read, (*SOURCES[source], source))
    return "\n".join([INFINITY, PRELUDES[dtype], notes.SOURCE, *parts])


def read(source: str) -> str:
    """A file of `sources`."""
    return (files("deep_learner_cupy.kernels") / "sources" / f"{source}.cu").read_text(encoding="utf-8")


@cache
def _module(source: str, dtype: str) -> Any:
    return cupy.RawModule(code=text(source, dtype), options=("-std=c++17",))


@cache
def kernel(source: str, name: str, dtype: Any) -> Any:
    """A kernel of a source, to be called with grid, block and arguments."""
    return _module(source, dtype.name).get_function(name)


class Rows:
    """How rows are shared by threads: see `sources/teams.cu`.

    Parameters
    ----------
    count
        How many rows.
    size
        How many elements each has.
    inner
        How far apart these lie.
    """

    def __init__(self, count: int, size: int, inner: int = 1) -> None:
        if inner > 1 and (count >= 8192 or size <= 64):
            team, teams = 1, 128  # neighbouring threads read neighbouring rows, which lie side by side
        elif size <= 1024:
            team, teams = 32, 8
        else:
            team, teams = (256 if size <= 8192 else 512), 1
        self.block = (team, teams)
        self.grid = (min(-(-count // teams), 2**31 - 1),)
        self.arguments = (count, size, inner)


def packed(array: Array, dtype: Any = None) -> Array:
    """The array without gaps, row by row, as the kernels read it."""
    if dtype is not None and array.dtype != dtype:
        array = array.astype(dtype)
    return array if array.flags.c_contiguous else cupy.ascontiguousarray(array)


def packed_or_null(array: Array | None) -> Any:
    """:func:`packed`, or a null pointer for None."""
    return NULL if array is None else packed(array)


def wide_empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """Room for numbers as they are computed with."""
    return cupy.empty(shape, wide(dtype))
