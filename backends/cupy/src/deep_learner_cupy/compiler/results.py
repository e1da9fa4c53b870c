"""What a replay has made, copied into memory of its own, which users may keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cupy

from deep_learner.compiler import Value
from deep_learner_cupy.compiler.body import Body
from deep_learner_cupy.compiler.kernels import Kernels
from deep_learner_cupy.compiler.layout import extent

__all__ = ["Results"]

_COPY = (
    "  for (long long i = (long long)block * blockDim.x + threadIdx.x; i < size; i += (long long)blocks * blockDim.x)\n"
    "    p1[i] = p0[i];"
)
_THREADS = 256
_MOST = 4096  # blocks for one piece of memory


@dataclass(eq=False)
class _Piece:
    """Memory that a graph writes to; several results may lie in it."""

    start: int
    end: int


class Results:
    """The results of a captured graph.

    Parameters
    ----------
    arrays
        The captured arrays.
    """

    def __init__(self, arrays: Mapping[Value, Any]) -> None:
        self._pieces: list[_Piece] = []
        self._places: dict[Value, tuple[_Piece | None, int, Any, Any, Any]] = {}
        for value, array in sorted(arrays.items(), key=lambda item: item[1].data.ptr):
            start, length = array.data.ptr, extent(array)
            if length == 0 and array.size:
                raise ValueError("a result lies backwards in memory")
            if not length:
                piece = None
            elif self._pieces and start < self._pieces[-1].end:
                piece = self._pieces[-1]
                piece.end = max(piece.end, start + length)
            else:
                piece = _Piece(start, start + length)
                self._pieces.append(piece)
            self._places[value] = piece, start, array.shape, array.dtype, array.strides
        kernels = Kernels()
        self._launches = kernels.launches(map(_copy, self._pieces), padded=True)

    def copied(self) -> dict[Value, Any]:
        """New arrays with what the last replay has made."""
        memory: dict[Any, Any] = {piece: cupy.cuda.alloc(piece.end - piece.start) for piece in self._pieces}
        for launch in self._launches:
            launch(lambda one: one.start if isinstance(one, _Piece) else memory[one[0]].ptr)
        made: dict[Value, Any] = {}
        for value, (piece, start, shape, dtype, strides) in self._places.items():
            if piece is None:
                made[value] = cupy.empty(shape, dtype)
            else:
                made[value] = cupy.ndarray(
                    shape, dtype, memptr=memory[piece] + (start - piece.start), strides=strides
                )
        return made


def _copy(piece: _Piece) -> Body:
    length = piece.end - piece.start
    unit, kind = (4, "int") if length % 4 == 0 and piece.start % 4 == 0 else (1, "char")
    count = length // unit
    blocks = min(-(-count // _THREADS), _MOST)
    arrays: Sequence[Any] = [piece, (piece,)]
    return Body(_COPY, (kind, kind), [*arrays], count, blocks, (_THREADS, 1), ())
