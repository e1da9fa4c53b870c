"""Padding: constants, reflections, edges and circles around a tensor (PyTorch's `functional.pad`)."""

from __future__ import annotations

from collections.abc import Sequence

from ..dtypes import from_native
from ..typing import Array, Namespace, Scalar, Shape
from .numbers import as_element
from .operation import op


def _amounts(pad: Sequence[int], shape: Shape, *, repeating: bool = False) -> list[tuple[int, int]]:
    """Pairs (before, after) for each dimension, of PyTorch's list that begins with the last dimension.

    Only `repeating` the edge can make up at one end for more than all being cut away at the other.
    """
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but received {list(pad)}")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            f"Padding {list(pad)} has pairs for {len(pad) // 2} dimensions, the input {len(shape)}"
        )
    pairs = [(pad[place], pad[place + 1]) for place in range(0, len(pad), 2)][::-1]
    amounts = [(0, 0)] * (len(shape) - len(pairs)) + pairs
    for dim, ((before, after), size) in enumerate(zip(amounts, shape, strict=True)):
        if size + (before + after if repeating else min(before, 0) + min(after, 0)) < 0:
            raise RuntimeError(
                f"padding {(before, after)} takes more than the size {size} of dimension {dim}"
            )
    return amounts


@op
def constant_pad_nd(xp: Namespace, input: Array, pad: Sequence[int], value: Scalar = 0) -> Array:
    """Put `value` around a tensor: (*, n) by (1, 2) -> (*, n + 3); negative numbers cut away.

    `pad` is (before, after) of the last dimension, then of the one before it, and so on. Raises RuntimeError
    for an odd length, more pairs than dimensions, or a result of negative size.
    """
    for dim, (before, after) in enumerate(_amounts(pad, input.shape)):
        start, stop = max(-before, 0), input.shape[dim] - max(-after, 0)
        if (start, stop) != (0, input.shape[dim]):
            input = input[(*((slice(None),) * dim), slice(start, stop) if start < stop else slice(0, 0), ...)]
        parts = [input]
        if before > 0:
            parts.insert(0, _block(xp, input, dim, before, value))
        if after > 0:
            parts.append(_block(xp, input, dim, after, value))
        if len(parts) > 1:
            input = xp.concat(parts, axis=dim)
    return input if any(amount > 0 for amount in pad) else xp.clone(input)


def _block(xp: Namespace, input: Array, dim: int, size: int, value: Scalar) -> Array:
    shape = (*input.shape[:dim], size, *input.shape[dim + 1 :])
    if value == 0:
        return xp.zeros(shape, dtype=input.dtype, device=input.device)
    number = as_element(value, from_native(input.dtype))
    return xp.full(shape, number, dtype=input.dtype, device=input.device)


@constant_pad_nd.vjp("input")
def _(xp: Namespace, g: Array, pad: Sequence[int]) -> Array:
    return xp.constant_pad_nd(g, tuple([-amount for amount in pad]))


@op
def pad(
    xp: Namespace, input: Array, pad: Sequence[int], mode: str = "constant", value: Scalar | None = None
) -> Array:
    """Enlarge a tensor at its edges; `pad` as in `constant_pad_nd`.

    Modes: "constant" (with `value`, 0 by default), "reflect" (without repeating the edge), "replicate" (the
    edge), "circular" (from the other side). Any number of dimensions may be padded. Raises
    NotImplementedError for another mode, RuntimeError as `constant_pad_nd`, and if a reflection or a circle
    needs more than there is.
    """
    if mode == "constant":
        return xp.constant_pad_nd(input, pad, 0 if value is None else value)
    if mode not in _SOURCES:
        raise NotImplementedError(
            f"Unrecognised padding mode {mode!r}; there are constant, {', '.join(_SOURCES)}"
        )
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument. Received: {value}')
    for dim, (before, after) in enumerate(_amounts(pad, input.shape, repeating=mode == "replicate")):
        size = input.shape[dim]
        if (before, after) == (0, 0):
            continue
        kept = (max(-before, 0), size + min(before, 0) + min(after, 0))
        limit = {"reflect": size - 1, "circular": size if kept[1] else 0}.get(mode)
        if size == 0 or (limit is not None and max(before, after) > limit):
            raise RuntimeError(
                f"{mode} padding {(before, after)} is too much for dimension {dim} of {list(input.shape)}"
            )
        positions = xp.arange(-before, size + after, dtype=xp.int64, device=input.device)
        input = xp.index_select(input, dim, _SOURCES[mode](xp, positions, size, kept))
    return input if any(pad) else xp.clone(input)


def _reflected(xp: Namespace, positions: Array, size: int, kept: tuple[int, int]) -> Array:
    return (size - 1) - xp.abs((size - 1) - xp.abs(positions))


def _replicated(xp: Namespace, positions: Array, size: int, kept: tuple[int, int]) -> Array:
    return xp.clip(positions, 0, size - 1)


def _circular(xp: Namespace, positions: Array, size: int, kept: tuple[int, int]) -> Array:
    start, count = kept  # What negative padding cuts away takes no part in the circle.
    return (positions - start) % count + start


_SOURCES = {"reflect": _reflected, "replicate": _replicated, "circular": _circular}
