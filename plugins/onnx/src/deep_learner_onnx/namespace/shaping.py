"""The same elements in another shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray, graph_of, known
from deep_learner_onnx.emission import broadcast, cast_to, emit, integers
from deep_learner_onnx.sizes import is_dynamic, same

__all__ = ["RULES", "axes_of"]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from the front; all of them for None."""
    if axis is None:
        return tuple(range(ndim))
    return tuple([one % ndim for one in (axis if isinstance(axis, Sequence) else (axis,))])


def _target(shape: Any, source: tuple[int, ...]) -> tuple[int, ...]:
    """The shape with what -1 stands for."""
    wanted = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    if not any(not is_dynamic(size) and size == -1 for size in wanted):
        return wanted
    rest = math.prod([size for size in wanted if is_dynamic(size) or size != -1])
    inferred = math.prod(source) // rest if rest else 0
    return tuple([size if is_dynamic(size) or size != -1 else inferred for size in wanted])


def _reshape(xp: Any, x: Any, /, shape: Any, *, copy: bool | None = None) -> Any:
    shape = _target(shape, x.shape)
    if math.prod(shape) != math.prod(x.shape):
        raise ValueError(f"cannot reshape an array of shape {x.shape} into {shape}")
    if len(shape) == len(x.shape) and all(map(same, shape, x.shape)):
        return x
    described = _described(shape, x.shape)
    empty = any(size == 0 for size in shape) or None  # else a 0 stands for the size that was there
    return emit("Reshape", [x, described], shape, x.dtype, graph_of(x, shape), allowzero=empty and 1)


def _described(shape: tuple[int, ...], source: tuple[int, ...]) -> SymbolicArray:
    """A shape as Reshape takes it: without computing sizes, if what is dynamic stays in its place but for one."""
    if 0 not in shape and 0 not in source:
        plain = [
            0 if is_dynamic(size) and place < len(source) and same(size, source[place]) else size
            for place, size in enumerate(shape)
        ]
        dynamic = [place for place, size in enumerate(plain) if is_dynamic(size)]
        if len(dynamic) < 2:
            return known(
                np.asarray([-1 if place in dynamic else int(n) for place, n in enumerate(plain)], np.int64)
            )
    return integers(shape)


def _squeeze(xp: Any, x: Any, /, axis: Any) -> Any:
    axes = axes_of(axis, x.ndim)
    if any(x.shape[one] != 1 for one in axes):
        raise ValueError(f"cannot squeeze the axes {axes} of an array of shape {x.shape}")
    if not axes:
        return x
    shape = [size for place, size in enumerate(x.shape) if place not in axes]
    return emit("Squeeze", [x, known(np.asarray(axes, np.int64))], shape, x.dtype)


def _expand_dims(xp: Any, x: Any, /, *, axis: int = 0) -> Any:
    place = axis % (x.ndim + 1)
    shape = (*x.shape[:place], 1, *x.shape[place:])
    return emit("Unsqueeze", [x, known(np.asarray([place], np.int64))], shape, x.dtype)


def _permute_dims(xp: Any, x: Any, /, axes: Sequence[int]) -> Any:
    axes = axes_of(axes, x.ndim)
    if axes == tuple(range(x.ndim)):
        return x
    return emit("Transpose", [x], [x.shape[one] for one in axes], x.dtype, perm=list(axes))


def _matrix_transpose(xp: Any, x: Any, /) -> Any:
    return xp.permute_dims(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _moveaxis(xp: Any, x: Any, source: Any, destination: Any, /) -> Any:
    sources, places = axes_of(source, x.ndim), axes_of(destination, x.ndim)
    order = [one for one in range(x.ndim) if one not in sources]
    for place, one in sorted(zip(places, sources, strict=True)):
        order.insert(place, one)
    return xp.permute_dims(x, tuple(order))


def _broadcast_to(xp: Any, x: Any, /, shape: Any) -> Any:
    shape = tuple(shape)
    if len(shape) == x.ndim and all(map(same, shape, x.shape)):
        return x
    if broadcast(shape, x.shape) != shape:
        raise ValueError(f"an array of shape {x.shape} does not broadcast to {shape}")
    wide = cast_to(x, np.uint8) if x.dtype.kind == "b" else x
    return cast_to(emit("Expand", [wide, integers(shape)], shape, wide.dtype, graph_of(x, shape)), x.dtype)


def _broadcast_arrays(xp: Any, *arrays: Any) -> Any:
    shape = broadcast(*[one.shape for one in arrays])
    return tuple(xp.broadcast_to(one, shape) for one in arrays)


def _flip(xp: Any, x: Any, /, *, axis: Any = None) -> Any:
    key = [slice(None)] * x.ndim
    for one in axes_of(axis, x.ndim):
        key[one] = slice(None, None, -1)
    return x[tuple(key)]


def _roll(xp: Any, x: Any, /, shift: Any, *, axis: Any = None) -> Any:
    if axis is None:
        return xp.reshape(xp.roll(xp.reshape(x, (-1,)), shift, axis=0), x.shape)
    axes = axes_of(axis, x.ndim)
    shifts = shift if isinstance(shift, Sequence) else (shift,) * len(axes)
    for one, count in zip(axes, shifts, strict=True):
        before = (slice(None),) * one
        cut = -count % x.shape[one] if x.shape[one] else 0
        x = xp.concat([x[(*before, slice(cut, None), ...)], x[(*before, slice(0, cut), ...)]], axis=one)
    return x


def _tile(xp: Any, x: Any, repetitions: Sequence[int], /) -> Any:
    rank = max(x.ndim, len(repetitions))
    counts = (*((1,) * (rank - len(repetitions))), *repetitions)
    x = xp.reshape(x, (*((1,) * (rank - x.ndim)), *x.shape))
    shape = [size * count for size, count in zip(x.shape, counts, strict=True)]
    return emit("Tile", [x, integers(counts)], shape, x.dtype, graph_of(x, counts))


def _repeat(xp: Any, x: Any, repeats: Any, /, *, axis: Any = None) -> Any:
    if axis is None:
        x, axis = xp.reshape(x, (-1,)), 0
    axis %= x.ndim
    if isinstance(repeats, SymbolicArray):
        places = np.repeat(np.arange(x.shape[axis]), repeats.values("the number of repetitions"))
        return xp.take(x, known(places), axis=axis)
    spread = xp.expand_dims(x, axis=axis + 1)
    shape = list(spread.shape)
    shape[axis + 1] = repeats
    return xp.reshape(
        xp.broadcast_to(spread, tuple(shape)),
        (*x.shape[:axis], x.shape[axis] * repeats, *x.shape[axis + 1 :]),
    )


RULES: dict[str, Callable[..., Any]] = {
    "reshape": _reshape, "squeeze": _squeeze, "expand_dims": _expand_dims, "permute_dims": _permute_dims,
    "matrix_transpose": _matrix_transpose, "moveaxis": _moveaxis, "broadcast_to": _broadcast_to,
    "broadcast_arrays": _broadcast_arrays, "flip": _flip, "roll": _roll, "tile": _tile, "repeat": _repeat,
}  # fmt: skip
