"""Other shapes and orders of the same elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..batched import BatchedArray, ranked
from ._axes import all_shifted, flat, resolved, shifted

Kind = type[BatchedArray]


def broadcast_to(kind: Kind, x: Any, /, shape: Any) -> Any:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    value = ranked(kind.lifted(x).value, len(sizes) + 1)
    return kind(value.broadcast_to((value._array.shape[0], *sizes)))


def reshape(kind: Kind, x: Any, /, shape: Any, *, copy: bool | None = None) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    return kind(xp.reshape(x.value, (x.value._array.shape[0], *resolved(shape, x.size)), copy=copy))


def _permute_dims(kind: Kind, x: Any, /, axes: Sequence[int]) -> Any:
    x = kind.lifted(x)
    return kind(x.value.permute((0, *all_shifted(axes, x.ndim))))


def _moveaxis(kind: Kind, x: Any, source: Any, destination: Any, /) -> Any:
    x = kind.lifted(x)
    return kind(x.value.moveaxis(all_shifted(source, x.ndim), all_shifted(destination, x.ndim)))


def _matrix_transpose(kind: Kind, x: Any, /) -> Any:
    x = kind.lifted(x)
    if x.ndim < 2:
        raise RuntimeError(f"a matrix has two dimensions at least. Received: shape {tuple(x.shape)}")
    return kind(x.value.mT)


def _expand_dims(kind: Kind, x: Any, /, axis: Any = 0) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    count = 1 if isinstance(axis, int) else len(axis)
    axes = all_shifted(axis, x.ndim + count)
    return kind(xp.expand_dims(x.value, axes[0] if count == 1 else axes))


def _squeeze(kind: Kind, x: Any, /, axis: Any) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    return kind(xp.squeeze(x.value, all_shifted(axis, x.ndim)))


def _flip(kind: Kind, x: Any, /, *, axis: Any = None) -> Any:
    x = kind.lifted(x)
    axes = all_shifted(axis, x.ndim)
    return kind(x.value.flip(axes)) if axes else x


def _roll(kind: Kind, x: Any, /, shift: Any, *, axis: Any = None) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    if axis is None:
        rolled = xp.roll(flat(kind, x).value, shift, axis=1)
        return reshape(kind, kind(rolled), x.shape)
    axes = all_shifted(axis, x.ndim)
    return kind(xp.roll(x.value, shift, axis=axes[0] if isinstance(axis, int) else axes))


def _tile(kind: Kind, x: Any, repetitions: Any, /) -> Any:
    value = ranked(kind.lifted(x).value, len(repetitions) + 1)
    missing = value.ndim - 1 - len(repetitions)
    return kind(value.tile((1, *(1,) * missing, *repetitions)))


def _repeat(kind: Kind, x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    from ...namespaces import tensor as xp

    x = kind.lifted(x)
    if isinstance(repeats, kind):
        if repeats.value._array.shape[0] != 1:
            raise RuntimeError("vmap: how often elements repeat may not differ between members of the batch")
        repeats = repeats.value[0]
    if axis is None:
        return kind(xp.repeat(flat(kind, x).value, repeats, axis=1))
    return kind(xp.repeat(x.value, repeats, axis=shifted(axis, x.ndim)))


def _triangle(name: str) -> Callable[..., Any]:
    def rule(kind: Kind, x: Any, /, *, k: int = 0) -> Any:
        x = kind.lifted(x)
        if x.ndim < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        return kind(getattr(x.value, name)(k))

    return rule


RULES: dict[str, Callable[..., Any]] = {
    "broadcast_to": broadcast_to,
    "expand_dims": _expand_dims,
    "flip": _flip,
    "matrix_transpose": _matrix_transpose,
    "moveaxis": _moveaxis,
    "permute_dims": _permute_dims,
    "repeat": _repeat,
    "reshape": reshape,
    "roll": _roll,
    "squeeze": _squeeze,
    "tile": _tile,
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
}
