"""Reading an einsum equation and planning its contraction: labels and sizes only, no arrays.

Operands are contracted from left to right, two at a time, each pair as one batched matrix product. A plan
depends on the equation and the shapes alone and is made once for each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..typing import Shape

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
Label = str  # a letter, or "...2" for the third dimension from the right under an ellipsis
Labels = tuple[Label, ...]


class Prepare(NamedTuple):
    """What one operand needs before it meets others: pairs of axes to take the diagonal of, axes to sum."""

    diagonals: tuple[tuple[int, int], ...]
    summed: tuple[int, ...]


class Pair(NamedTuple):
    """One contraction of two: how each is laid out (order of axes, then shape), and the shape of the result.

    With `multiply` nothing is summed and the two are multiplied; else they are batches of matrices.
    """

    left: tuple[tuple[int, ...], Shape]
    right: tuple[tuple[int, ...], Shape]
    multiply: bool
    shape: Shape


class Plan(NamedTuple):
    """One `Prepare` for each operand, one `Pair` for each but the first, and the final order of axes."""

    prepare: tuple[Prepare, ...]
    pairs: tuple[Pair, ...]
    order: tuple[int, ...]


def sublists(args: Sequence[object]) -> tuple[str, list[object]]:
    """PyTorch's format without letters, `operand, [0, 1], operand, [1, 2], [0, 2]`, as equation and operands.

    Raises
    ------
    ValueError
        If a list has something else than Ellipsis and numbers from 0 to 51.
    """
    operands = list(args[0 : len(args) - len(args) % 2 : 2])
    lists = list(args[1::2])
    equation = ",".join(_letters(labels) for labels in lists)
    return (f"{equation}->{_letters(args[-1])}" if len(args) % 2 else equation), operands


def _letters(labels: object) -> str:
    if not isinstance(labels, Sequence):
        raise ValueError(
            f"einsum(): expected a list of dimension numbers after each operand. Received: {labels!r}"
        )
    text = ""
    for label in labels:  # pyright: ignore[reportUnknownVariableType]
        if label is not ... and not (isinstance(label, int) and 0 <= label < len(LETTERS)):
            raise ValueError(
                f"einsum(): a sublist holds Ellipsis and numbers from 0 to 51. Received: {label!r}"
            )
        text += "..." if label is ... else LETTERS[label]
    return text


def _expand(term: str, ndim: int | None, ellipsis_ndim: int) -> Labels:
    """The labels of one term, its ellipsis spelled out. `ndim` is None for the output."""
    before, dots, after = term.partition("...")
    for letter in before + after:
        if letter not in LETTERS:
            raise RuntimeError(f"{letter!r} in {term!r} is no letter of the alphabet")
    named = len(before) + len(after)
    if ndim is None:
        count = ellipsis_ndim if dots else 0
    else:
        count = ndim - named if dots else 0
        if count < 0 or named + count != ndim:
            raise RuntimeError(f"{term!r} does not fit an operand of {ndim} dimensions")
    return (*before, *[f"...{i}" for i in range(count - 1, -1, -1)], *after)


def _read(equation: str, ranks: Sequence[int]) -> tuple[list[Labels], Labels]:
    """The labels of each operand and of the output; without `->` those that occur once, in alphabetical
    order.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise RuntimeError(f"{equation!r} names {len(terms)} operands, but {len(ranks)} were provided")
    inputs = [_expand(term, ndim, 0) for term, ndim in zip(terms, ranks, strict=True)]
    counts = Counter(label for labels in inputs for label in labels)
    ellipsis_ndim = sum(1 for label in counts if label.startswith("."))
    if not arrow:
        once = "".join(
            sorted(label for label, count in counts.items() if count == 1 and not label.startswith("."))
        )
        return inputs, _expand("..." + once, None, ellipsis_ndim)
    output = _expand(right, None, ellipsis_ndim)
    for label, count in Counter(output).items():
        if count > 1:
            raise RuntimeError(f"output subscript {label} appears more than once in the output")
        if label not in counts:
            raise RuntimeError(f"output subscript {label} does not appear in the equation for any operand")
    return inputs, output


def _sizes(inputs: Sequence[Labels], shapes: Sequence[Shape]) -> dict[Label, int]:
    """The size of each label; size 1 broadcasts."""
    sizes: dict[Label, int] = {}
    for labels, shape in zip(inputs, shapes, strict=True):
        for label, size in zip(labels, shape, strict=True):
            known = sizes.setdefault(label, size)
            if known == 1:
                sizes[label] = size
            elif size not in (1, known):
                raise RuntimeError(f"subscript {label} has sizes {known} and {size}, which do not broadcast")
    return sizes


@lru_cache(maxsize=512)
def plan(equation: str, shapes: tuple[Shape, ...]) -> Plan:
    """How to contract operands of these shapes.

    Raises
    ------
    RuntimeError
        If the equation cannot be read or does not fit the shapes.
    """
    inputs, output = _read(equation, [len(shape) for shape in shapes])
    sizes = _sizes(inputs, shapes)
    # A size of 1 that broadcasts says nothing about its label, so such a term does not count as holding it.
    held_by = Counter(
        label
        for labels, shape in zip(inputs, shapes, strict=True)
        for label, size in dict(zip(labels, shape, strict=True)).items()
        if size == sizes[label]
    )
    prepared: list[Prepare] = []
    remaining: list[Labels] = []
    for labels, shape in zip(inputs, shapes, strict=True):
        step, labels = _prepare(
            labels, shape, sizes, {label for label in labels if held_by[label] > 1} | {*output}
        )
        prepared.append(step)
        remaining.append(labels)
    pairs: list[Pair] = []
    held = remaining[0]
    for place, labels in enumerate(remaining[1:], 1):
        keep = {*output, *[label for other in remaining[place + 1 :] for label in other]}
        pair, held = _pair(held, labels, keep, sizes)
        pairs.append(pair)
    return Plan(tuple(prepared), tuple(pairs), tuple([held.index(label) for label in output]))


def _prepare(
    labels: Labels, shape: Shape, sizes: dict[Label, int], elsewhere: set[Label]
) -> tuple[Prepare, Labels]:
    """Diagonals over repeated labels; then sums over labels of no other term, and over 1s that broadcast."""
    left, extent = list(labels), dict(zip(labels, shape, strict=True))
    diagonals: list[tuple[int, int]] = []
    for label in dict.fromkeys(labels):
        while left.count(label) > 1:
            first = left.index(label)
            second = left.index(label, first + 1)
            if _sizes_of(labels, shape, label) != {extent[label]}:
                raise RuntimeError(f"subscript {label} is repeated for sizes that differ in {list(shape)}")
            diagonals.append((first, second))
            left = [other for axis, other in enumerate(left) if axis not in (first, second)] + [label]
    idle = {label for label in left if label not in elsewhere or extent[label] != sizes[label]}
    summed = tuple([axis for axis, label in enumerate(left) if label in idle])
    return Prepare(tuple(diagonals), summed), tuple([x for axis, x in enumerate(left) if axis not in summed])


def _sizes_of(labels: Labels, shape: Shape, label: Label) -> set[int]:
    """All sizes that `label` has in one operand."""
    return {size for other, size in zip(labels, shape, strict=True) if other == label}


def _pair(a: Labels, b: Labels, keep: set[Label], sizes: dict[Label, int]) -> tuple[Pair, Labels]:
    """One batched product: labels of both that are kept are the batch, other shared ones are contracted."""
    batch = [label for label in a if label in b and label in keep]
    shared = [label for label in a if label in b and label not in keep]
    rows = [label for label in a if label not in b]
    columns = [label for label in b if label not in a]

    def extents(labels: Sequence[Label]) -> Shape:
        return tuple([sizes[label] for label in labels])

    def layout(labels: Labels, groups: Sequence[Sequence[Label]]) -> tuple[tuple[int, ...], Shape]:
        axes = tuple([labels.index(label) for group in groups for label in group])
        return axes, extents(batch) + tuple([math.prod(extents(group)) for group in groups[1:]])

    result = (*batch, *rows, *columns)
    if not shared:
        axes, shape = layout(a, (batch, rows))
        left = axes, (*shape, 1)
    else:
        left = layout(a, (batch, rows, shared))
    axes, shape = layout(b, (batch, shared, columns))
    return Pair(left, (axes, shape), not shared, extents(result)), result


def diagonal_order(ndim: int, first: int, second: int) -> tuple[int, ...]:
    """The axes with `first` and `second` at the end."""
    return (*[axis for axis in range(ndim) if axis not in (first, second)], first, second)
