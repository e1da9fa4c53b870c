"""Kernels of bodies: those with the same text are one kernel, and one launch where they do not wait for each other.

What a launch works on is handed over by value, in a table: for each body the number of its first block, its sizes, and
where its arrays lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cupy
import numpy

from deep_learner.compiler import Constant, Value
from deep_learner_cupy.compiler.body import Body, Partial
from deep_learner_cupy.compiler.types import STORED
from deep_learner_cupy.kernels.compiled import INFINITY, SHORT, read

__all__ = ["Kernels", "Launch", "complete", "fits"]

_BYTES = 4000  # of 4096 that a kernel's parameters may take
_FIELDS = 3  # of a body, before its arrays
_PRELUDE = """
template <int MOST, int ARRAYS> struct Table {
  long long bodies;
  struct { long long first, size, count, arrays[ARRAYS]; } at[MOST];
};
#if __CUDA_ARCH__ >= 700
#define TABLE const __grid_constant__ Table
#else
#define TABLE const Table
#endif
#define FIND_BODY(table)                                                               \\
  int body = 0;                                                                        \\
  while (body + 1 < table.bodies && table.at[body + 1].first <= blockIdx.x) ++body;    \\
  const int first = table.at[body].first, block = blockIdx.x - first;                  \\
  const int blocks = (body + 1 < table.bodies ? (int)table.at[body + 1].first : gridDim.x) - first; \\
  const long long size = table.at[body].size, count = table.at[body].count;
template <typename T> __device__ inline T widened(T x) { return x; }
template <typename T, typename W> __device__ inline T stored_as(W x) { return (T)x; }
"""
_ROUNDED = """
template <typename T> __device__ inline float rounded(float x) { return widened(stored_as<T>(x)); }
template <typename T> __device__ inline T sign_of(T x) { return x != x ? x : (T)((x > 0) - (x < 0)); }
template <typename T> __device__ inline T raised(T x, T low) { return x < low || low != low ? low : x; }
template <typename T> __device__ inline T lowered(T x, T high) { return x > high || high != high ? high : x; }
"""
_CONVERTED = "template <> __device__ inline {0} stored_as<{0}, float>(float x) {{ return {1}_of(x); }}\n"


def _most(body: Body) -> int:
    """How many bodies like one a table can hold."""
    return (_BYTES // 8 - 1) // (_FIELDS + len(body.arrays))


def fits(body: Body) -> bool:
    """Whether a launch can be told where all arrays of a body lie."""
    return _most(body) > 0


class Launch:
    """One launch of a kernel.

    Parameters
    ----------
    kernels
        Where the kernel is.
    name
        Its name.
    bodies
        What it does, all with its text.
    most
        How many bodies the kernel's table has room for.
    """

    def __init__(self, kernels: Kernels, name: str, bodies: Sequence[Body], most: int) -> None:
        self.name = name
        self.bodies = bodies
        self._kernels = kernels
        self._grid = (sum(body.blocks for body in bodies),)
        self._block = bodies[0].threads
        self._words: list[int] = [len(bodies)]
        first = 0
        for body in bodies:
            self._words += [first, body.size, body.count, *[0] * len(body.arrays)]
            first += body.blocks
        self._words += [0] * (most - len(bodies)) * (_FIELDS + len(bodies[0].arrays))

    def __call__(self, find: Callable[[Any], int]) -> None:
        """Launch it; `find` gives the address of an array."""
        words, place = self._words, 1
        for body in self.bodies:
            place += _FIELDS
            for one in body.arrays:
                words[place] = find(one)
                place += 1
        table: Any = numpy.empty(1, f"V{8 * len(words)}")
        table.view("int64")[:] = words
        self._kernels.find(self.name)(self._grid, self._block, (table,))

    @property
    def reads(self) -> list[Value | Constant | Partial]:
        """The arrays that are read."""
        written = {value for body in self.bodies for value in body.outputs}
        arrays = dict.fromkeys(one for body in self.bodies for one in body.arrays)
        return [one for one in arrays if one not in written]

    @property
    def writes(self) -> list[Value | Partial]:
        """The arrays that are written."""
        return [value for body in self.bodies for value in body.outputs]


class Kernels:
    """The kernels of a plan, compiled together when the first of them is launched."""

    def __init__(self) -> None:
        self._texts: dict[tuple[Any, ...], str] = {}  # by what tells kernels apart, their names
        self._sources: list[str] = []
        self._module: Any = None
        self._compiled: dict[str, Any] = {}

    def launches(self, bodies: Iterable[Body], padded: bool = False) -> list[Launch]:
        """The launches of bodies that do not wait for each other.

        Parameters
        ----------
        bodies
            What is launched.
        padded
            Whether kernels are to be the same for any number of bodies.
        """
        families: dict[Any, list[Body]] = {}
        for body in bodies:
            families.setdefault((body.text, body.types, body.threads), []).append(body)
        made: list[Launch] = []
        for family in families.values():
            most = _most(family[0])
            for first in range(0, len(family), most):
                part = family[first : first + most]
                size = most if padded else len(part)
                made.append(Launch(self, self._named(part[0], size), part, size))
        return made

    def _named(self, body: Body, most: int) -> str:
        key = (most, body.text, body.types, body.threads)
        if key not in self._texts:
            name = self._texts[key] = f"kernel{len(self._texts)}"
            self._sources.append(_source(name, most, body))
        return self._texts[key]

    @property
    def source(self) -> str:
        """The kernels, without what is the same for all plans."""
        return "\n".join(self._sources)

    def find(self, name: str) -> Any:
        """A kernel."""
        if name not in self._compiled:
            if self._module is None:
                self._module = cupy.RawModule(code=complete(self.source), options=("-std=c++17",))
            self._compiled[name] = self._module.get_function(name)
        return self._compiled[name]


def _source(name: str, most: int, body: Body) -> str:
    pointers = [
        f"  {kind}* const p{number} = ({kind}*)table.at[body].arrays[{number}];"
        for number, kind in enumerate(body.types)
    ]
    return "\n".join(
        [
            f'extern "C" __global__ void __launch_bounds__({body.threads[0] * body.threads[1]})',
            f"{name}(TABLE<{most}, {len(body.arrays)}> table) {{",
            "  FIND_BODY(table)",
            *pointers,
            body.text,
            "}\n",
        ]
    )


def complete(source: str) -> str:
    """What is compiled."""
    short = [name for name in SHORT if name in source]
    prefixes = {STORED["float16"]: "half", STORED["bfloat16"]: "bfloat16"}
    parts = [INFINITY, _PRELUDE]
    for name in short:
        parts += [SHORT[name], _CONVERTED.format(name, prefixes[name])]
    return "\n".join([*parts, _ROUNDED, read("teams"), source])
