"""Cases of ops/shape.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import unary


def flatten(input, start_dim=0, end_dim=-1):
    shape = input.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return input.reshape(*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])


def unflatten(input, dim, sizes):
    dim %= input.ndim
    return input.reshape(*input.shape[:dim], *sizes, *input.shape[dim + 1 :])


def squeeze(input, dim=None):
    if dim is None:
        return np.squeeze(input)
    dims = (dim,) if isinstance(dim, int) else dim
    return np.squeeze(input, tuple(d for d in dims if input.ndim and input.shape[d] == 1))


def transpose(input, dim0, dim1):
    return np.swapaxes(input, dim0, dim1) if input.ndim else input


CASES = [
    Case(
        "reshape",
        reference=lambda input, shape: np.reshape(input, shape),
        samples=[
            S(arr(2, 3), (3, 2)),
            S(arr(2, 3), (-1,)),
            S(arr(2, 3), (2, -1, 1)),
            S(arr(), (1, 1)),
            S(arr(1), ()),
            S(arr(0, 3), (3, 0)),
            S(arr(0, 3), (-1, 3)),
            S(ints(4), (2, 2)),
        ],
    ),
    Case(
        "flatten",
        reference=flatten,
        samples=[
            *unary(),
            S(arr(2, 3, 4), 1),
            S(arr(2, 3, 4), 0, -2),
            S(arr(2, 3, 4), -2, 2),
            S(arr(2, 3), 1, 1),
        ],
    ),
    Case(
        "unflatten",
        reference=unflatten,
        samples=[S(arr(2, 6), -1, (2, 3)), S(arr(2, 6), 1, (3, -1)), S(arr(4), 0, (2, 2))],
    ),
    Case("ravel", reference=np.ravel, samples=unary()),
    Case(
        "permute_dims",
        reference=lambda input, dims: np.transpose(input, dims),
        samples=[
            S(arr(2, 3, 4), (2, 0, 1)),
            S(arr(2, 3, 4), (-1, 0, -2)),
            S(arr(), ()),
            S(arr(0, 3), (1, 0)),
        ],
    ),
    Case(
        "transpose",
        reference=transpose,
        samples=[
            S(arr(2, 3, 4), 0, 2),
            S(arr(2, 3, 4), -1, 1),
            S(arr(), 0, -1),
            S(arr(0, 3), 0, 1),
            S(arr(2), 0, 0),
        ],
    ),
    Case(
        "matrix_transpose",
        reference=lambda input: np.swapaxes(input, -1, -2),
        samples=[S(arr(2, 3)), S(arr(2, 3, 4)), S(arr(0, 3))],
    ),
    Case("t", reference=np.transpose, samples=[S(arr(2, 3)), S(arr(3)), S(arr()), S(arr(0, 3))]),
    Case(
        "adjoint",
        reference=lambda input: np.swapaxes(input, -1, -2).conj() if input.ndim else input,
        samples=[S(arr(2, 3)), S(arr(2, 3, 4)), S(arr())],
    ),
    Case(
        "moveaxis",
        reference=np.moveaxis,
        samples=[
            S(arr(2, 3, 4), 0, -1),
            S(arr(2, 3, 4), (0, 1), (2, 0)),
            S(arr(2, 3, 4, 1), (-1, 0), (1, 2)),
            S(arr(0, 3), 1, 0),
        ],
    ),
    Case(
        "squeeze",
        reference=squeeze,
        samples=[
            *unary(),
            S(arr(1, 3, 1)),
            S(arr(1, 3, 1), 0),
            S(arr(1, 3, 1), 1),
            S(arr(1, 3, 1), (0, -1)),
            S(arr(1, 3, 1), (0, 1)),
            S(arr(), 0),
            S(arr(1, 0)),
        ],
    ),
    Case(
        "expand_dims",
        reference=lambda input, dim: np.expand_dims(input, dim),
        samples=[S(arr(2, 3), 0), S(arr(2, 3), 1), S(arr(2, 3), -1), S(arr(), 0), S(arr(0, 3), 2)],
    ),
]
