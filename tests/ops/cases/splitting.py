"""Cases of ops/splitting.py."""

from __future__ import annotations

import itertools

import numpy as np

from tests.ops.case import Case, S, arr, ints


def split(input, split_size_or_sections, dim=0):
    size = input.shape[dim]
    if isinstance(split_size_or_sections, int):
        cuts = list(range(split_size_or_sections, size, split_size_or_sections)) if size else []
    else:
        cuts = np.cumsum(split_size_or_sections)[:-1]
    return tuple(np.split(input, cuts, axis=dim))


def chunk(input, chunks, dim=0):
    size = input.shape[dim]
    return split(input, -(-size // chunks), dim) if size else (input,) * chunks


def tensor_cuts(input, cuts, dim):
    return tuple(np.take(input, range(a, b), axis=dim) for a, b in itertools.pairwise(cuts))


CASES = [
    Case(
        "split",
        reference=split,
        samples=[
            S(arr(5, 2), 2),
            S(arr(2, 5), 2, 1),
            S(arr(2, 5), (1, 0, 4), dim=-1),
            S(arr(4), 4),
            S(arr(4), 9),
            S(arr(0, 3), 2),
            S(ints(4), 3),
        ],
    ),
    Case(
        "chunk",
        reference=chunk,
        samples=[S(arr(5, 2), 3), S(arr(2, 6), 4, -1), S(arr(2), 5), S(arr(0, 2), 2), S(arr(3), 1)],
    ),
    Case(
        "tensor_split",
        reference=lambda input, indices_or_sections, dim=0: tuple(
            np.array_split(input, indices_or_sections, axis=dim)
        ),
        samples=[
            S(arr(5, 2), 3),
            S(arr(2, 5), (1, 3), 1),
            S(arr(2, 5), (1, -1), dim=-1),
            S(arr(4), (3, 1)),
            S(arr(4), (2, 9)),
            S(arr(2), 3),
            S(arr(0, 2), 2),
        ],
    ),
    Case(
        "vsplit",
        reference=lambda input, parts: tuple(np.vsplit(input, parts)),
        samples=[S(arr(4, 2), 2), S(arr(4, 2), (1, 3)), S(arr(0, 2), 1)],
    ),
    Case(
        "hsplit",
        reference=lambda input, parts: tuple(np.hsplit(input, parts)),
        samples=[S(arr(4, 2), 2), S(arr(2, 4), (1, 3)), S(arr(4), 2), S(arr(0, 2), 1)],
    ),
    Case(
        "dsplit",
        reference=lambda input, parts: tuple(np.dsplit(input, parts)),
        samples=[S(arr(1, 2, 4), 2), S(arr(1, 2, 4), (1, 3))],
    ),
    Case(
        "tensor_cuts",
        reference=tensor_cuts,
        samples=[S(arr(5, 2), (0, 2, 5), 0), S(arr(2, 4), (0, 3, 1, 4), 1)],
    ),
    Case(
        "unstack",
        reference=lambda input, dim=0: tuple(np.moveaxis(input, dim, 0)),
        samples=[S(arr(3, 2)), S(arr(2, 3), 1), S(arr(2, 3, 2), -1), S(arr(3)), S(arr(2, 0)), S(ints(2, 2))],
    ),
]
