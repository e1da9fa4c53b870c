"""Cases of ops/diagonal.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, bools


def diagonal(input, offset=0, dim1=0, dim2=1):
    return np.diagonal(input, offset, dim1, dim2)


def diagonal_embed(input, shape, offset, dim1, dim2):
    out = np.zeros(shape, input.dtype)
    view = np.diagonal(out, offset, dim1, dim2)
    view.flags.writeable = True
    view[...] = input
    return out


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    size = input.shape[-1] + abs(offset)
    out = np.zeros((*input.shape[:-1], size, size), input.dtype)
    for i in range(input.shape[-1]):
        out[..., i + max(-offset, 0), i + max(offset, 0)] = input[..., i]
    return np.moveaxis(out, (-2, -1), (dim1, dim2))


MATRICES = [
    S(arr(3, 3)),
    S(arr(2, 4), 1),
    S(arr(2, 4), -1),
    S(arr(4, 2), -2),
    S(arr(2, 3, 4), -1),
    S(arr(0, 3)),
    S(arr(2, 3), 5),
    S(arr(2, 3), -5),
    S(bools(3, 3), 1),
]

CASES = [
    Case(
        "diagonal",
        reference=diagonal,
        samples=[
            *MATRICES,
            S(arr(2, 3, 4), 1, 0, 2),
            S(arr(2, 3, 4), 0, -1, 1),
            S(arr(3, 2, 3), -1, dim1=2, dim2=0),
        ],
    ),
    Case(
        "diagonal_embed",
        reference=diagonal_embed,
        samples=[
            S(arr(2), (2, 3), 0, 0, 1),
            S(arr(3, 1), (2, 3, 4), -1, 0, -1),
            S(arr(2, 3), (3, 2, 3), 0, 2, 0),
            S(arr(0), (2, 3), 5, 0, 1),
        ],
    ),
    Case(
        "diag_embed",
        reference=diag_embed,
        samples=[
            S(arr(3)),
            S(arr(2, 3), 1),
            S(arr(2, 3), -2),
            S(arr(2, 3), 0, 0, 2),
            S(arr(2, 3), 1, 2, 0),
            S(arr(2, 0)),
        ],
    ),
    Case(
        "diag",
        reference=lambda input, diagonal=0: np.diag(input, diagonal),
        samples=[S(arr(3)), S(arr(2), 1), S(arr(2), -2), S(arr(2, 3)), S(arr(3, 2), diagonal=-1), S(arr(0))],
    ),
    Case(
        "diagflat",
        reference=lambda input, offset=0: np.diagflat(input, offset),
        samples=[S(arr(3)), S(arr(2, 2), 1), S(arr()), S(arr(2), -1)],
    ),
    Case(
        "diagonal_scatter",
        reference=lambda input, src, offset=0, dim1=0, dim2=1: np.where(
            diagonal_embed(np.ones(src.shape), input.shape, offset, dim1, dim2),
            diagonal_embed(src, input.shape, offset, dim1, dim2),
            input,
        ),
        samples=[
            S(arr(3, 3), arr(3)),
            S(arr(2, 4), arr(2), 1),
            S(arr(2, 3, 4), arr(3, 1), -1, 0, -1),
            S(arr(0, 3), arr(0)),
        ],
    ),
    Case("tril", reference=lambda input, diagonal=0: np.tril(input, diagonal), samples=MATRICES),
    Case("triu", reference=lambda input, diagonal=0: np.triu(input, diagonal), samples=MATRICES),
]
